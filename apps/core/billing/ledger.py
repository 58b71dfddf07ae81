"""Entering charges and refunds. Each entry debits one account and credits another, so the ledger cannot but balance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.billing.models import LedgerRow, PaymentRow, SubscriptionRow
from apps.core.billing.taxes import Taxes
from ports.purchases import Charge

REVENUE = "revenue"
"""What subscriptions brought in, without tax."""
NET, TAX = "net", "tax"
"""The parts of an amount."""
UNDONE = "undone:"
"""Before the name of a refund that the shop first told of and then took back: it had failed."""


class Entered(NamedTuple):
    """What one charge or refund comes to: positive where the shop took it for us."""

    amount: int = 0
    tax: int = 0


def receivable(shop: str) -> str:
    """What a shop has taken for us."""
    return f"shop:{shop}"


def tax_of(territory: str | None) -> str:
    """What is owed to a territory's tax office."""
    return f"tax:{territory}" if territory else "tax"


def enter(session: Session, subscription: SubscriptionRow, charges: Iterable[Charge], taxes: Taxes, now: datetime) -> None:
    """Enter charges and refunds, as far as they are not entered yet, and take back what did not happen; the subscription is locked."""
    mine = PaymentRow.subscription_id == subscription.id
    payments = {row.reference: row for row in session.scalars(select(PaymentRow).where(mine))}
    entered = _entered(session, subscription)
    for charge in charges:
        payment = payments.get(charge.reference) or _new_payment(session, subscription, charge, taxes)
        Books(session, payment, tax_of(subscription.territory), now).bring_up_to_date(charge, entered[payment.id])


@dataclass(frozen=True)
class Books:
    """The entries of one payment."""

    session: Session
    payment: PaymentRow
    tax_account: str
    now: datetime

    def bring_up_to_date(self, charge: Charge, entered: dict[str, Entered]) -> None:
        if charge.reference not in entered:
            self._enter(entered, charge.reference, charge.paid_at, Entered(self.payment.amount, self.payment.tax))
        told = {charge.reference, *(refund.reference for refund in charge.refunds)}
        for reference in [one for one in entered if one not in told and not one.startswith(UNDONE)]:
            if UNDONE + reference not in entered:
                wrong = entered[reference]
                self._enter(entered, UNDONE + reference, self.now, Entered(-wrong.amount, -wrong.tax))
        for refund in charge.refunds:
            if refund.reference not in entered:
                self._enter(entered, refund.reference, refund.refunded_at, self._given_back(refund.amount, entered))
        self.payment.refunded = self.payment.amount - sum(one.amount for one in entered.values())

    def _given_back(self, amount: int, entered: Mapping[str, Entered]) -> Entered:
        """Of what is kept, the same part is tax as of the whole: after a full refund none is left, however it was rounded on the way."""
        whole, kept_tax = self.payment, sum(one.tax for one in entered.values())
        kept = sum(one.amount for one in entered.values())
        back = min(amount, kept)
        return Entered(-back, (2 * whole.tax * (kept - back) + whole.amount) // (2 * whole.amount) - kept_tax)

    def _enter(self, entered: dict[str, Entered], reference: str, occurred_at: datetime, sums: Entered) -> None:
        entered[reference] = sums
        shop = receivable(self.payment.shop)
        for part, account, share in ((NET, REVENUE, sums.amount - sums.tax), (TAX, self.tax_account, sums.tax)):
            if share:
                debit, credit = (shop, account) if share > 0 else (account, shop)
                row = LedgerRow(
                    debit=debit, credit=credit, amount=abs(share), currency=self.payment.currency, shop=self.payment.shop,
                    reference=reference, part=part, payment_id=self.payment.id, occurred_at=occurred_at, recorded_at=self.now,
                )  # fmt: skip
                self.session.add(row)


def _entered(session: Session, subscription: SubscriptionRow) -> defaultdict[str, dict[str, Entered]]:
    """By payment and by the shop's name for each charge and refund, in the order of the entries."""
    row, books = LedgerRow, receivable(subscription.shop)
    wanted = select(row.payment_id, row.reference, row.part, row.debit, row.amount).join(PaymentRow, PaymentRow.id == row.payment_id)
    sums: defaultdict[str, dict[str, Entered]] = defaultdict(dict)
    for one in session.execute(wanted.where(PaymentRow.subscription_id == subscription.id).order_by(row.id)):
        share = one.amount if one.debit == books else -one.amount
        amount, tax = sums[one.payment_id].get(one.reference, Entered())
        sums[one.payment_id][one.reference] = Entered(amount + share, tax + (share if one.part == TAX else 0))
    return sums


def _new_payment(session: Session, subscription: SubscriptionRow, charge: Charge, taxes: Taxes) -> PaymentRow:
    row = PaymentRow(
        subscription_id=subscription.id, account_id=subscription.account_id, shop=subscription.shop, reference=charge.reference,
        plan=subscription.plan, amount=charge.amount, tax=taxes.included(charge.amount, subscription.territory), refunded=0,
        currency=charge.currency, paid_at=charge.paid_at, period_starts_at=charge.period_starts_at, period_ends_at=charge.period_ends_at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
