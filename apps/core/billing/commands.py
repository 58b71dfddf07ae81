"""Buying, cancelling and resuming subscriptions, and keeping them as the shops say they are."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRow
from apps.core.billing.checkouts import Checkouts
from apps.core.billing.models import NotificationRow, SubscriptionRow
from apps.core.billing.recording import Recorder
from apps.core.billing.rules import MEANINGS, Until
from apps.core.billing.shops import Shops, asking
from apps.core.billing.unsettled import claim_checkouts, claim_purchases, mark_noticed, mark_suspended, unknown_purchases
from apps.core.bus import handles
from apps.core.contract.accounts import AccountStatus
from apps.core.contract.actions import Actor, Done
from apps.core.contract.billing import (
    CancelSubscription,
    CheckoutPage,
    CheckoutResult,
    CheckSubscription,
    ClaimPurchase,
    ClaimUnsettled,
    ConfirmCheckout,
    OpenPaymentPage,
    PaymentPage,
    ReceiveNotification,
    RefreshSubscription,
    ResumeSubscription,
    SettleCheckout,
    Shop,
    StartCheckout,
    StopCharging,
    Subscription,
    Unsettled,
)
from apps.core.contract.errors import Conflict, NotFound
from apps.core.contract.ids import AccountId, SubscriptionId
from apps.core.database import insert_unless_there, reader
from apps.core.outbox import Events
from ports.clock.interface import Clock
from ports.purchases import State

log = structlog.get_logger("core.billing")


@handles(StartCheckout)
def start_checkout(action: StartCheckout, actor: Actor, session: Session, checkouts: Checkouts) -> CheckoutPage:
    wish = checkouts.wish(action, actor)
    return checkouts.page_open_for(wish) or checkouts.keep(session, *checkouts.open(wish))


@handles(ConfirmCheckout)
def confirm_checkout(
    action: ConfirmCheckout, actor: Actor, session: Session, events: Events, checkouts: Checkouts, recorder: Recorder
) -> CheckoutResult:
    assert actor.account_id is not None
    return _settle(actor.account_id, action.number, session, events, checkouts, recorder)


@handles(SettleCheckout)
def settle_checkout(action: SettleCheckout, session: Session, events: Events, checkouts: Checkouts, recorder: Recorder) -> CheckoutResult:
    return _settle(action.account_id, action.number, session, events, checkouts, recorder)


def _settle(
    account_id: AccountId, number: int, session: Session, events: Events, checkouts: Checkouts, recorder: Recorder
) -> CheckoutResult:
    looked = checkouts.look_at(account_id, number)
    subscription = recorder.record(session, events, looked.truth, territory=looked.territory) if looked.truth else None
    return CheckoutResult(subscription, checkouts.settle(session, looked))


@handles(CancelSubscription)
def cancel_subscription(
    action: CancelSubscription, actor: Actor, session: Session, events: Events, shops: Shops, recorder: Recorder
) -> Subscription:
    bought = _bought_by_card(action.subscription_id, actor)
    _stop_charging_for(shops, bought)
    return recorder.record(session, events, shops.look_up(Shop.CARD, bought.reference))


@handles(ResumeSubscription)
def resume_subscription(
    action: ResumeSubscription, actor: Actor, session: Session, events: Events, shops: Shops, recorder: Recorder
) -> Subscription:
    bought = _bought_by_card(action.subscription_id, actor)
    with asking(Shop.CARD):
        shops.card.resume(bought.reference)
    return recorder.record(session, events, shops.look_up(Shop.CARD, bought.reference))


@handles(CheckSubscription)
def check_subscription(
    action: CheckSubscription, actor: Actor, session: Session, events: Events, shops: Shops, recorder: Recorder
) -> Subscription:
    bought = _own(action.subscription_id, actor)
    return recorder.record(session, events, shops.look_up(Shop(bought.shop), bought.reference))


@handles(OpenPaymentPage)
def open_payment_page(action: OpenPaymentPage, actor: Actor, shops: Shops) -> PaymentPage:
    bought = _bought_by_card(action.subscription_id, actor)
    if bought.customer is None:
        raise Conflict("The payment service does not know who pays for this.", "Write to us and we will look into it.")
    with asking(Shop.CARD):
        return PaymentPage(shops.card.account_page(bought.customer, action.back))


@handles(ClaimPurchase)
def claim_purchase(action: ClaimPurchase, actor: Actor, session: Session, events: Events, shops: Shops, recorder: Recorder) -> Subscription:
    if action.shop is Shop.CARD:
        raise Conflict("What is paid by card need not be claimed.", "It shows on your subscription's page by itself.")
    truth = shops.look_up(action.shop, action.reference)
    return recorder.record(session, events, truth, claimed_by=actor)


@handles(ReceiveNotification)
def receive_notification(action: ReceiveNotification, connection: Connection, clock: Clock, shops: Shops) -> Done:
    notice, now = shops.read_notification(action.shop, action.body, action.proof), clock.now()
    about_something = notice.reference or notice.customer
    row = {
        "shop": action.shop, "id": notice.id, "kind": notice.kind, "reference": notice.reference, "customer": notice.customer,
        "received_at": now, "handled_at": None if about_something else now,
    }  # fmt: skip
    insert_unless_there(connection, NotificationRow, row)
    return Done()


@handles(RefreshSubscription)
def refresh_subscription(
    action: RefreshSubscription, session: Session, events: Events, clock: Clock, shops: Shops, recorder: Recorder
) -> Done:
    asked_at = clock.now()
    for bought in _charged_to_suspended(action.shop, action.reference):
        _stop_charging_for(shops, bought)
    try:
        recorder.record(session, events, shops.look_up(action.shop, action.reference))
    except NotFound as error:
        log.warning("a purchase is put aside", shop=action.shop, reference=action.reference[:12], reason=error.message)
        recorder.forget(session, action.shop, action.reference)
    row = NotificationRow
    about_it = row.shop == action.shop, row.reference == action.reference, row.handled_at.is_(None), row.received_at <= asked_at
    session.execute(update(row).where(*about_it).values(handled_at=clock.now()))
    return Done()


@handles(StopCharging)
def stop_charging(action: StopCharging, session: Session, events: Events, shops: Shops, recorder: Recorder) -> Done:
    mine = SubscriptionRow.account_id == action.account_id, SubscriptionRow.shop == Shop.CARD, SubscriptionRow.renews
    with reader() as connection, Session(connection) as reading:
        paid = reading.scalars(select(SubscriptionRow).where(*mine)).all()
    for one in paid:
        _stop_charging_for(shops, one)
    for truth in [shops.look_up(Shop.CARD, one.reference) for one in paid]:
        recorder.record(session, events, truth)
    return Done()


@handles(ClaimUnsettled)
def claim_unsettled(session: Session, clock: Clock) -> Unsettled:
    now = clock.now()
    mark_noticed(session, now)
    mark_suspended(session, now)
    return Unsettled((*unknown_purchases(session), *claim_purchases(session, now)), claim_checkouts(session, now))


def _stop_charging_for(shops: Shops, bought: SubscriptionRow) -> None:
    """Let it end with what is paid; where nothing is, at once. Raises `Unavailable`."""
    nothing_paid = MEANINGS[State(bought.state)].access is Until.NEVER
    with asking(Shop.CARD):
        if nothing_paid:
            shops.card.end(bought.reference)
        else:
            shops.card.cancel(bought.reference)


def _charged_to_suspended(shop: Shop, reference: str) -> Sequence[SubscriptionRow]:
    """The purchase, where it is paid by card and its account may not be used."""
    row = SubscriptionRow
    wanted = select(row).join(AccountRow, AccountRow.id == row.account_id).where(row.shop == shop, row.shop == Shop.CARD)
    wanted = wanted.where(row.reference == reference, row.renews, AccountRow.status == AccountStatus.SUSPENDED)
    with reader() as connection, Session(connection) as session:
        return session.scalars(wanted).all()


def _own(subscription_id: SubscriptionId, actor: Actor) -> SubscriptionRow:
    """Raises `NotFound` where it is not the actor's."""
    with reader() as connection, Session(connection) as session:
        row = session.scalar(select(SubscriptionRow).where(SubscriptionRow.id == subscription_id))
    if row is None or row.account_id != actor.account_id:
        raise NotFound("You have no such subscription.", "Look at your subscription's page.")
    return row


def _bought_by_card(subscription_id: SubscriptionId, actor: Actor) -> SubscriptionRow:
    """Raises `NotFound` where it is not the actor's, `Conflict` where another shop sold it."""
    row = _own(subscription_id, actor)
    if row.shop != Shop.CARD:
        raise Conflict(
            "This subscription was bought in another shop.", "Change it there: %(shop)s takes its payments.", shop=row.shop.capitalize()
        )
    return row
