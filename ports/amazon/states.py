"""What a subscription at Amazon is in our language (Receipt Verification Service: one receipt through all renewals, and no money)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec

from ports.periods import months_after
from ports.purchases import Purchase, ShopUnavailable, State

TERM = re.compile(r"([0-9]{1,3}) (Day|Week|Month|Year)s?")
DAYS, MONTHS = {"Day": 1, "Week": 7}, {"Month": 1, "Year": 12}
CUSTOMER_CANCELLED = 1
"""A `cancelReason`: the order itself was cancelled and paid back; 2 is Amazon's own end of it, 4 a change of plans."""


class Receipt(msgspec.Struct, frozen=True, rename="camel"):
    """The fields that we read of RVS's answer. Times are milliseconds since 1970."""

    receipt_id: str
    product_id: str
    purchase_date: int
    """Of the first purchase, for ever."""
    term: str
    auto_renewing: bool
    renewal_date: int | None = None
    """None once it does not renew."""
    cancel_date: int | None = None
    cancel_reason: int | None = None
    free_trial_end_date: int | None = None
    grace_period_end_date: int | None = None


class AmazonPurchase(msgspec.Struct, frozen=True, rename="camel"):
    user_id: str
    """Amazon's id of its user, with which RVS is asked."""
    receipt: Receipt
    """As RVS told it last."""
    app_user_id: str | None = None
    """Our account, as the app gave it to Amazon."""
    gone: bool = False
    """RVS answers HTTP 410: the receipt is no longer valid."""


def purchase_of(facts: AmazonPurchase, now: datetime) -> Purchase:
    """A receipt that is gone or was cancelled by the customer is REVOKED, one cancelled otherwise EXPIRED.

    GRACE lasts until `gracePeriodEndDate`; after it, without a renewal since, it is EXPIRED, as Amazon knows no hold. What does
    not renew is CANCELLING, in its free trial TRIAL, and otherwise ACTIVE.
    """
    receipt = facts.receipt
    state = _state(facts, now)
    starts, ends = _period(receipt, state, now)
    return Purchase(
        reference=f"{facts.user_id}:{receipt.receipt_id}",
        buyer=facts.app_user_id,
        customer=facts.user_id,
        plan=receipt.product_id,
        state=state,
        amount=None,
        currency=None,
        period_starts_at=starts,
        period_ends_at=ends,
        grace_ends_at=_moment(receipt.grace_period_end_date) if state is State.GRACE else None,
        renews=receipt.auto_renewing and state in {State.TRIAL, State.ACTIVE, State.GRACE},
    )


def _state(facts: AmazonPurchase, now: datetime) -> State:
    receipt = facts.receipt
    if facts.gone or (receipt.cancel_date is not None and receipt.cancel_reason == CUSTOMER_CANCELLED):
        return State.REVOKED
    if receipt.cancel_date is not None and _moment(receipt.cancel_date) <= now:
        return State.EXPIRED
    if _is_ahead(receipt.grace_period_end_date, now):
        return State.GRACE
    if receipt.grace_period_end_date is not None and not _is_ahead(receipt.renewal_date, now):
        return State.EXPIRED
    if not receipt.auto_renewing or receipt.cancel_date is not None:
        return State.CANCELLING
    return State.TRIAL if _is_ahead(receipt.free_trial_end_date, now) else State.ACTIVE


def _period(receipt: Receipt, state: State, now: datetime) -> tuple[datetime, datetime]:
    """The paid period. Amazon tells its end as `renewalDate` only while it renews; otherwise it is counted in terms from the first."""
    first = _moment(receipt.purchase_date)
    if _is_ahead(receipt.free_trial_end_date, now) and state is not State.EXPIRED:
        return first, _moment(receipt.free_trial_end_date)
    anchor = first if receipt.free_trial_end_date is None else _moment(receipt.free_trial_end_date)
    if state is State.ACTIVE and receipt.renewal_date is not None:
        ends = _moment(receipt.renewal_date)
        return _before(anchor, receipt.term, ends), ends
    if state in {State.EXPIRED, State.REVOKED}:
        ends = now if receipt.cancel_date is None else _moment(receipt.cancel_date)
        return _before(anchor, receipt.term, ends), ends
    number = _terms_until(anchor, receipt.term, now)
    if state is State.GRACE:  # the term that has begun is the one that is not paid
        return _after(anchor, receipt.term, number - 2), _after(anchor, receipt.term, number - 1)
    return _after(anchor, receipt.term, number - 1), _after(anchor, receipt.term, number)


def _terms_until(anchor: datetime, term: str, moment: datetime) -> int:
    """How many terms it takes to come past the moment, at least one."""
    number = 1
    while _after(anchor, term, number) <= moment:
        number += 1
    return number


def _before(anchor: datetime, term: str, ends: datetime) -> datetime:
    """When the term began that is over at `ends`, or was cut short by it."""
    return _after(anchor, term, _terms_until(anchor, term, ends - timedelta(seconds=1)) - 1)


def _after(anchor: datetime, term: str, number: int) -> datetime:
    read = TERM.fullmatch(term)
    if read is None:
        raise ShopUnavailable(f"Amazon tells the term {term!r}, which we do not know: look for a newer Celesta.")
    count, unit = int(read[1]) * number, read[2]
    return anchor + timedelta(days=count * DAYS[unit]) if unit in DAYS else months_after(anchor, count * MONTHS[unit])


def _is_ahead(milliseconds: int | None, now: datetime) -> bool:
    return milliseconds is not None and now < _moment(milliseconds)


def _moment(milliseconds: int | None) -> datetime:
    return datetime.fromtimestamp((milliseconds or 0) / 1000, UTC)
