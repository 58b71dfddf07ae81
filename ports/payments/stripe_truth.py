"""What a subscription at Stripe is in our language. Nothing here asks Stripe or the clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import stripe

from ports.payments.stripe_facts import Facts, Paid, identifier
from ports.payments.stripe_money import from_stripe
from ports.purchases import Charge, NoSuchPurchase, Purchase, Refund, State

GRACE = timedelta(days=7)
"""How long after a failed renewal was due access goes on while it is tried again."""
RENEWING = frozenset({"trialing", "active", "past_due"})


def purchase_of(facts: Facts, now: datetime) -> Purchase:
    """The purchase that Stripe's facts describe at the moment `now`.

    - `incomplete` is PENDING, `trialing` TRIAL, `active` ACTIVE; the last two are CANCELLING once an end is set. An `active` one
      of which nothing was paid yet (a bank transfer under way) is PENDING all the same.
    - `past_due` is GRACE for seven days from the creation of the unpaid invoice, then ON_HOLD; `unpaid` is ON_HOLD.
    - `paused` is PAUSED; `canceled` and `incomplete_expired` are EXPIRED. Paused collection of an active one changes no state, and
      pays for no period.
    - Whatever else is so, it is REVOKED once its latest payment was refunded in full, or a dispute over any of its payments was
      lost. It may still renew then (`renews`); who wants no more payments ends it.

    Raises `NoSuchPurchase` for a subscription that was not sold for one of our plans.
    """
    subscription = facts.subscription
    given: dict[str, str] = subscription.metadata.to_dict()
    plan = given.get("plan")
    if not plan:
        raise NoSuchPurchase(f"The subscription {subscription.id} at Stripe is none of ours: it names no plan.")
    item = _item(subscription)
    charges = tuple(sorted(_charges(facts), key=lambda charge: charge.paid_at))
    due_since = _unpaid_since(facts)
    state = _state(facts, due_since, now)
    starts, ends = paid_period(subscription, facts.invoices)
    return Purchase(
        reference=subscription.id,
        buyer=given.get("account"),
        customer=identifier(subscription.customer) or None,
        plan=plan,
        state=State.REVOKED if _went_back(charges, facts) else state,
        amount=_rate(item),
        currency=item.price.currency.upper(),
        period_starts_at=starts,
        period_ends_at=ends,
        grace_ends_at=due_since + GRACE if state is State.GRACE else None,
        renews=subscription.status in RENEWING and not _ends(subscription),
        charges=charges,
    )


def _state(facts: Facts, due_since: datetime, now: datetime) -> State:
    subscription = facts.subscription
    match subscription.status:
        case "incomplete":
            return State.PENDING
        case "trialing":
            return State.CANCELLING if _ends(subscription) else State.TRIAL
        case "active" if not any(invoice.status == "paid" for invoice in facts.invoices):
            return State.PENDING
        case "active":
            return State.CANCELLING if _ends(subscription) else State.ACTIVE
        case "past_due":
            return State.GRACE if now < due_since + GRACE else State.ON_HOLD
        case "paused":
            return State.PAUSED
        case "canceled" | "incomplete_expired":
            return State.EXPIRED
        case _:  # unpaid, and what Stripe may add: nothing that gives access
            return State.ON_HOLD


def _ends(subscription: stripe.Subscription) -> bool:
    """Stripe's own pages set `cancel_at`, our `cancel` sets both."""
    return subscription.cancel_at_period_end or subscription.cancel_at is not None


def _item(subscription: stripe.Subscription) -> stripe.SubscriptionItem:
    """We sell one item each; since 2025-03-31 the period's dates are on it."""
    return subscription["items"].data[0]


def _rate(item: stripe.SubscriptionItem) -> int | None:
    price = item.price
    return None if price.unit_amount is None else from_stripe(price.unit_amount * (item.quantity or 1), price.currency)


def _unpaid_since(facts: Facts) -> datetime:
    """When the oldest invoice that is still to be paid was made; the period's beginning where none is told."""
    unpaid = [invoice.created for invoice in facts.invoices if invoice.status in {"open", "uncollectible"}]
    return _moment(min(unpaid, default=_item(facts.subscription).current_period_start))


def paid_period(subscription: stripe.Subscription, invoices: Iterable[stripe.Invoice]) -> tuple[datetime, datetime]:
    """The period that is paid, or the trial.

    Stripe moves the item's period on when the old one ends: the new one's invoice stays a draft for about an hour and is open
    until its payment succeeds, which may be never. So what is paid is the period of the last invoice that was paid (which a
    trial's zero invoice is, too): it ends where the unpaid invoice's begins. It is empty where nothing was paid.
    """
    item = _item(subscription)
    if subscription.status == "trialing":
        return _moment(item.current_period_start), _moment(item.current_period_end)
    paid = [_line_period(invoice) for invoice in invoices if invoice.status == "paid"]
    nothing = (item.current_period_start, item.current_period_start)
    starts, ends = max(paid, key=lambda period: period[1], default=nothing)
    return _moment(starts), _moment(ends)


def _line_period(invoice: stripe.Invoice) -> tuple[int, int]:
    """What an invoice is for: its last line, as a change of plans also makes lines for the rest of the old period."""
    if not invoice.lines.data:
        return invoice.period_start, invoice.period_end
    return max(((line.period.start, line.period.end) for line in invoice.lines.data), key=lambda period: period[1])


def _charges(facts: Facts) -> Iterator[Charge]:
    """Every payment by card of every invoice. A zero invoice has none; one that was settled outside Stripe is no charge of Stripe's."""
    for invoice in facts.invoices:
        for payment in invoice.payments.data if invoice.payments else ():
            paid = facts.paid.get(identifier(payment.payment.payment_intent))
            if payment.status != "paid" or paid is None:
                continue
            starts, ends = _line_period(invoice)
            yield Charge(
                reference=paid.charge.id,
                amount=from_stripe(paid.charge.amount, paid.charge.currency),
                currency=paid.charge.currency.upper(),
                paid_at=_moment(payment.status_transitions.paid_at or paid.charge.created),
                period_starts_at=_moment(starts),
                period_ends_at=_moment(ends),
                refunds=tuple(sorted(_money_back(paid), key=lambda refund: (refund.refunded_at, refund.reference))),
            )


def _money_back(paid: Paid) -> Iterator[Refund]:
    """Refunds that succeeded, and lost disputes: for these the money was taken when the dispute began.

    Stripe may call a refund succeeded and failed days later, when the bank sent it back; it is none any more then.
    """
    for refund in paid.refunds:
        if refund.status == "succeeded":
            yield Refund(refund.id, from_stripe(refund.amount, paid.charge.currency), _moment(refund.created))
    for dispute in paid.disputes:
        if dispute.status == "lost":
            yield Refund(dispute.id, from_stripe(dispute.amount, paid.charge.currency), _moment(dispute.created))


def _went_back(charges: Sequence[Charge], facts: Facts) -> bool:
    if not charges:
        return False
    latest = charges[-1]
    lost = {dispute.id for paid in facts.paid.values() for dispute in paid.disputes if dispute.status == "lost"}
    in_full = sum(refund.amount for refund in latest.refunds) >= latest.amount
    return in_full or any(refund.reference in lost for charge in charges for refund in charge.refunds)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
