"""Plans: what is sold, what exactly one would buy, and on to paying for it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.billing import ListPlans, ListSubscriptions, Offer, StartCheckout, Subscription
from apps.core.contract.errors import NotFound
from apps.website.actor import core, viewer
from apps.website.addresses import this_page
from apps.website.headers import leave_for, let_forms_lead_to

views = Blueprint("plans", __name__, url_prefix="/plans")


@views.get("")
def index() -> str:
    current: Subscription | None = None
    if viewer() is None:
        offers = core().send(ListPlans())
    else:
        offers, subscriptions = core().send_many(ListPlans(), ListSubscriptions())
        current = subscriptions.current
    return render_template("plans/index.html", offers=offers.plans, current=current)


@views.get("/<code>")
def show(code: str) -> ResponseReturnValue:
    """Everything that is agreed to, before the button that leads to paying (Consumer Contracts Regulations 2013, 14)."""
    if viewer() is None:
        return redirect(url_for("entrance.register", next=this_page()), 303)
    offers, subscriptions = core().send_many(ListPlans(), ListSubscriptions())
    if subscriptions.current:
        return redirect(url_for("subscription.show"), 303)
    let_forms_lead_to(*offers.shop_origins)
    return render_template("plans/show.html", offer=_offer(offers.plans, code))


@views.post("/<code>")
def choose(code: str) -> ResponseReturnValue:
    paid, away = url_for("subscription.confirm", _external=True), url_for("plans.show", code=code, _external=True)
    return leave_for(core().send(StartCheckout(code, paid, away)).url)


def _offer(offers: tuple[Offer, ...], code: str) -> Offer:
    for offer in offers:
        if offer.code == code:
            return offer
    raise NotFound("This plan is not sold here.", "Choose one of those that are.")
