"""The listener's subscription: what it is, what was paid, and every way to change it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.billing import (
    CancelSubscription,
    CheckSubscription,
    ConfirmCheckout,
    ListPayments,
    ListSubscriptions,
    OpenPaymentPage,
    ResumeSubscription,
    Subscription,
)
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import SubscriptionId
from apps.website.actor import core
from apps.website.headers import leave_for, let_forms_lead_to

views = Blueprint("subscription", __name__, url_prefix="/subscription")


@views.get("")
def show() -> str:
    subscriptions, payments = core().send_many(ListSubscriptions(), ListPayments(cursor=request.args.get("cursor")))
    let_forms_lead_to(*subscriptions.shop_origins)
    return render_template("subscription/show.html", subscriptions=subscriptions, payments=payments, begun="begun" in request.args)


@views.get("/confirm")
def confirm() -> ResponseReturnValue:
    """Where the shop sends the listener back to; opened again, it does nothing more."""
    number = request.args.get("checkout", "", type=str)
    if not number.isascii() or not number.isdigit() or len(number) > 6:
        raise NotFound("There is no such checkout.", "Choose a plan once more.")
    result = core().send(ConfirmCheckout(int(number)))
    if result.subscription is not None:
        return redirect(url_for("subscription.show", begun=""), 303)
    return render_template("subscription/unpaid.html", closed=result.closed)


@views.get("/<id:subscription_id>/cancel")
def ask_to_cancel(subscription_id: SubscriptionId) -> str:
    return render_template("subscription/cancel.html", subscription=_own(subscription_id))


@views.post("/<id:subscription_id>/cancel")
def cancel(subscription_id: SubscriptionId) -> ResponseReturnValue:
    core().send(CancelSubscription(subscription_id))
    return redirect(url_for("subscription.show"), 303)


@views.post("/<id:subscription_id>/resume")
def resume(subscription_id: SubscriptionId) -> ResponseReturnValue:
    core().send(ResumeSubscription(subscription_id))
    return redirect(url_for("subscription.show"), 303)


@views.post("/<id:subscription_id>/payment")
def open_payment(subscription_id: SubscriptionId) -> ResponseReturnValue:
    back = url_for("subscription.come_back", subscription_id=subscription_id, _external=True)
    return leave_for(core().send(OpenPaymentPage(subscription_id, back)).url)


@views.get("/<id:subscription_id>/changed")
def come_back(subscription_id: SubscriptionId) -> ResponseReturnValue:
    """From the shop's page, where something may have been paid or changed."""
    core().send(CheckSubscription(subscription_id))
    return redirect(url_for("subscription.show"), 303)


def _own(subscription_id: SubscriptionId) -> Subscription:
    for one in core().send(ListSubscriptions()).all:
        if one.id == subscription_id:
            return one
    raise NotFound("You have no such subscription.", "Look at your subscription's page.")
