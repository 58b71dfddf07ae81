"""What a subscription at Apple is in our language (App Store Server API: subscription statuses and transaction history)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from ports.currencies import minor_units
from ports.purchases import Charge, Purchase, Refund, ShopUnavailable, State

MILLI = 1000
"""Apple tells money in thousandths of the currency's unit: 10990 is 10.99."""
ALL = 100_000
"""The whole of a payment as a `revocationPercentage`, in thousandths of a per cent."""


class Transaction(msgspec.Struct, frozen=True, rename="camel"):
    """The fields that we read of a JWSTransactionDecodedPayload. Times are milliseconds since 1970."""

    transaction_id: str
    original_transaction_id: str
    product_id: str
    purchase_date: int
    expires_date: int
    price: int | None = None
    currency: str | None = None
    offer_discount_type: str | None = None
    in_app_ownership_type: str = "PURCHASED"
    app_account_token: str | None = None
    revocation_date: int | None = None
    revocation_type: str | None = None
    revocation_percentage: int | None = None


class Renewal(msgspec.Struct, frozen=True, rename="camel"):
    """The fields that we read of a JWSRenewalInfoDecodedPayload."""

    auto_renew_status: int
    grace_period_expires_date: int | None = None
    renewal_price: int | None = None
    currency: str | None = None


class AppleSubscription(msgspec.Struct, frozen=True, rename="camel"):
    status: int
    """1 active, 2 expired, 3 billing retry, 4 billing grace period, 5 revoked."""
    transactions: tuple[Transaction, ...]
    """The whole history of one chain, in any order."""
    renewal: Renewal


def purchase_of(facts: AppleSubscription, now: datetime) -> Purchase:  # noqa: ARG001 - Apple's status is of the moment it is asked
    """Status 1 is ACTIVE, TRIAL while the latest transaction is a free trial, CANCELLING (of both) once it does not renew.

    4 is GRACE, 3 ON_HOLD (Apple tries for 60 days), 2 EXPIRED, 5 REVOKED, as is one whose latest transaction was refunded. A free
    trial earlier in the chain means nothing. Charges are all transactions with a price, but for those of a family's other members.
    """
    history = sorted(facts.transactions, key=lambda transaction: (transaction.purchase_date, transaction.expires_date))
    latest, renewal = history[-1], facts.renewal
    state = _state(facts, latest)
    grace = renewal.grace_period_expires_date if state is State.GRACE else None
    currency = renewal.currency or latest.currency
    priced = renewal.renewal_price is not None and currency is not None
    return Purchase(
        reference=latest.original_transaction_id,
        buyer=latest.app_account_token,
        customer=None,
        plan=latest.product_id,
        state=state,
        amount=minor_units(renewal.renewal_price or 0, MILLI, currency or "") if priced else None,
        currency=currency,
        period_starts_at=_moment(latest.purchase_date),
        period_ends_at=_moment(latest.expires_date),
        grace_ends_at=None if grace is None else _moment(grace),
        renews=renewal.auto_renew_status == 1 and facts.status in {1, 3, 4},
        charges=_charges(history),
    )


def _state(facts: AppleSubscription, latest: Transaction) -> State:
    if latest.revocation_date is not None:
        return State.REVOKED
    match facts.status:
        case 1 if facts.renewal.auto_renew_status == 0:
            return State.CANCELLING
        case 1:
            return State.TRIAL if latest.offer_discount_type == "FREE_TRIAL" else State.ACTIVE
        case 2:
            return State.EXPIRED
        case 3:
            return State.ON_HOLD
        case 4:  # without a date there is no telling how long access goes on
            return State.ON_HOLD if facts.renewal.grace_period_expires_date is None else State.GRACE
        case 5:
            return State.REVOKED
        case _:
            raise ShopUnavailable(f"Apple tells the status {facts.status}, which we do not know: look for a newer Celesta.")


def _charges(history: Sequence[Transaction]) -> tuple[Charge, ...]:
    return tuple(
        Charge(
            reference=transaction.transaction_id,
            amount=minor_units(transaction.price, MILLI, transaction.currency),
            currency=transaction.currency,
            paid_at=_moment(transaction.purchase_date),
            period_starts_at=_moment(transaction.purchase_date),
            period_ends_at=_moment(transaction.expires_date),
            refunds=_refunds(transaction, minor_units(transaction.price, MILLI, transaction.currency)),
        )
        for transaction in history
        if transaction.price and transaction.currency and transaction.in_app_ownership_type == "PURCHASED"
    )


def _refunds(transaction: Transaction, amount: int) -> tuple[Refund, ...]:
    """Apple tells a part by its rounded percentage; a family's revocation moves no money."""
    if transaction.revocation_date is None or transaction.revocation_type == "FAMILY_REVOKE":
        return ()
    share = ALL if transaction.revocation_percentage is None else transaction.revocation_percentage
    return (Refund(f"{transaction.transaction_id}:refund", amount * share // ALL, _moment(transaction.revocation_date)),)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
