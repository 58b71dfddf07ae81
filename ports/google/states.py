"""What a subscription at Google Play is in our language (Play Developer API: purchases.subscriptionsv2 and orders)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from ports.currencies import minor_units
from ports.purchases import Charge, Purchase, Refund, ShopUnavailable, State

NANO = 1_000_000_000
AS_THEY_ARE = {
    "PENDING": State.PENDING,
    "IN_GRACE_PERIOD": State.GRACE,
    "ON_HOLD": State.ON_HOLD,
    "PAUSED": State.PAUSED,
    "EXPIRED": State.EXPIRED,
    "PENDING_PURCHASE_CANCELED": State.EXPIRED,
}


class Money(msgspec.Struct, frozen=True, rename="camel"):
    """Whole units as text, and billionths: 10 and 990000000 are 10.99."""

    currency_code: str
    units: str = "0"
    nanos: int = 0

    def minor(self) -> int:
        return minor_units(int(self.units) * NANO + self.nanos, NANO, self.currency_code)


class AutoRenewingPlan(msgspec.Struct, frozen=True, rename="camel"):
    auto_renew_enabled: bool = False
    recurring_price: Money | None = None


class OfferPhase(msgspec.Struct, frozen=True, rename="camel"):
    """Which of its fields is there tells the phase; Google sends them empty."""

    free_trial: dict[str, str] | None = None


class LineItem(msgspec.Struct, frozen=True, rename="camel"):
    product_id: str
    expiry_time: datetime
    auto_renewing_plan: AutoRenewingPlan | None = None
    """None for a prepaid plan."""
    offer_phase: OfferPhase | None = None


class Identifiers(msgspec.Struct, frozen=True, rename="camel"):
    obfuscated_external_account_id: str | None = None


class Subscription(msgspec.Struct, frozen=True, rename="camel"):
    """The fields that we read of a SubscriptionPurchaseV2."""

    subscription_state: str
    start_time: datetime
    line_items: tuple[LineItem, ...]
    external_account_identifiers: Identifiers | None = None
    linked_purchase_token: str | None = None
    acknowledgement_state: str | None = None
    """Google gives the money back where it is not acknowledged within three days."""


class ServicePeriod(msgspec.Struct, frozen=True, rename="camel"):
    service_period_start_time: datetime
    service_period_end_time: datetime


class OrderLine(msgspec.Struct, frozen=True, rename="camel"):
    subscription_details: ServicePeriod


class RefundDetails(msgspec.Struct, frozen=True, rename="camel"):
    total: Money


class RefundEvent(msgspec.Struct, frozen=True, rename="camel"):
    """A full refund has an `eventTime`, a partial one is begun (`createTime`) and then done (`processTime`)."""

    refund_details: RefundDetails
    event_time: datetime | None = None
    process_time: datetime | None = None


class OrderHistory(msgspec.Struct, frozen=True, rename="camel"):
    refund_event: RefundEvent | None = None
    partial_refund_events: tuple[RefundEvent, ...] = ()


class Order(msgspec.Struct, frozen=True, rename="camel"):
    order_id: str
    create_time: datetime
    total: Money
    line_items: tuple[OrderLine, ...]
    order_history: OrderHistory = OrderHistory()


class GooglePurchase(msgspec.Struct, frozen=True, rename="camel"):
    """Everything that Google tells of one purchase token."""

    token: str
    subscription: Subscription
    orders: tuple[Order, ...] = ()
    """Its paid orders, in any order."""
    voided: bool = False
    """Listed among the voided purchases: refunded, charged back, or revoked (RTDN 12)."""


def purchase_of(facts: GooglePurchase, now: datetime) -> Purchase:
    """Google's state, but for these: ACTIVE in its free-trial phase is TRIAL; CANCELED is CANCELLING until it expires, then EXPIRED.

    What is active and does not renew (a prepaid plan) is CANCELLING, what was voided REVOKED. In grace Google moves `expiryTime` on
    to the end of the grace period and tells no other date; so the paid period ends with the latest order's, where orders are known.
    """
    subscription = facts.subscription
    item = max(subscription.line_items, key=lambda line: line.expiry_time)
    plan = item.auto_renewing_plan
    renews = plan is not None and plan.auto_renew_enabled
    state = State.REVOKED if facts.voided else _state(subscription.subscription_state, item, renews, now)
    charges = tuple(sorted(_charges(facts), key=lambda charge: charge.paid_at))
    paid_until = charges[-1].period_ends_at if charges and state is State.GRACE else item.expiry_time
    identifiers = subscription.external_account_identifiers
    price = None if plan is None else plan.recurring_price
    return Purchase(
        reference=facts.token,
        buyer=None if identifiers is None else identifiers.obfuscated_external_account_id,
        customer=None,
        plan=item.product_id,
        state=state,
        amount=None if price is None else price.minor(),
        currency=None if price is None else price.currency_code,
        period_starts_at=charges[-1].period_starts_at if charges else subscription.start_time.astimezone(UTC),
        period_ends_at=paid_until.astimezone(UTC),
        grace_ends_at=item.expiry_time.astimezone(UTC) if state is State.GRACE else None,
        renews=renews and state in {State.TRIAL, State.ACTIVE, State.GRACE, State.ON_HOLD, State.PAUSED},
        charges=charges,
    )


def _state(told: str, item: LineItem, renews: bool, now: datetime) -> State:
    match told.removeprefix("SUBSCRIPTION_STATE_"):
        case "ACTIVE" if not renews:
            return State.CANCELLING
        case "ACTIVE":
            trial = item.offer_phase is not None and item.offer_phase.free_trial is not None
            return State.TRIAL if trial else State.ACTIVE
        case "CANCELED":
            return State.CANCELLING if now < item.expiry_time else State.EXPIRED
        case name if name in AS_THEY_ARE:
            return AS_THEY_ARE[name]
        case _:
            raise ShopUnavailable(f"Google tells the state {told}, which we do not know: look for a newer Celesta.")


def _charges(facts: GooglePurchase) -> Iterator[Charge]:
    """A trial's order costs nothing and is none."""
    for order in facts.orders:
        period = order.line_items[0].subscription_details
        if not order.total.minor():
            continue
        yield Charge(
            reference=order.order_id,
            amount=order.total.minor(),
            currency=order.total.currency_code,
            paid_at=order.create_time.astimezone(UTC),
            period_starts_at=period.service_period_start_time.astimezone(UTC),
            period_ends_at=period.service_period_end_time.astimezone(UTC),
            refunds=tuple(_refunds(order)),
        )


def _refunds(order: Order) -> Iterator[Refund]:
    """Partial refunds are numbered, as Google does not name them; one that is only begun is none yet."""
    for number, event in enumerate(order.order_history.partial_refund_events, 1):
        if event.process_time is not None:
            yield Refund(f"{order.order_id}:refund-{number}", event.refund_details.total.minor(), event.process_time.astimezone(UTC))
    full = order.order_history.refund_event
    if full is not None and full.event_time is not None:
        yield Refund(f"{order.order_id}:refund", full.refund_details.total.minor(), full.event_time.astimezone(UTC))
