"""Entering charges and refunds. Each entry debits one account and credits another, so the ledger cannot but balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.billing.models import LedgerRow, PaymentRow, SubscriptionRow
from apps.core.billing.taxes import Taxes
from ports.purchases import Charge

REVENUE = "revenue"
"""What subscriptions brought in, without tax."""


NET, TAX = "net", "tax"
"""The parts of an amount."""


def receivable(shop: str) -> str:
    """What a shop has taken for us."""
    return f"shop:{shop}"


def tax_of(territory: str | None) -> str:
    """What is owed to a territory's tax office."""
    return f"tax:{territory}" if territory else "tax"


def enter(session: Session, subscription: SubscriptionRow, charge: Charge, taxes: Taxes, now: datetime) -> None:
    """Enter a charge and its refunds, as far as they are not entered yet; the subscription is locked."""
    payment = _payment(session, subscription, charge, taxes)
    books = Books(session, payment, tax_of(subscription.territory), now)
    entered = books.entered()
    if charge.reference not in entered:
        books.enter(charge.reference, charge.paid_at, payment.amount, payment.tax)
    kept, kept_tax = payment.amount, payment.tax
    for reference, (amount, tax) in entered.items():
        if reference != charge.reference:
            kept, kept_tax = kept - amount, kept_tax - tax
    for refund in charge.refunds:
        if refund.reference not in entered:
            back = min(refund.amount, kept)
            kept -= back
            # Of what is kept, the same part is tax as of the whole: after a full refund none is left, however it was rounded on the way.
            tax = (2 * payment.tax * kept + payment.amount) // (2 * payment.amount)
            books.enter(refund.reference, refund.refunded_at, -back, tax - kept_tax)
            kept_tax = tax
    payment.refunded = payment.amount - kept


@dataclass(frozen=True)
class Books:
    """What is entered of one payment."""

    session: Session
    payment: PaymentRow
    tax_account: str
    now: datetime

    def entered(self) -> dict[str, tuple[int, int]]:
        """The amount of each charge and refund, and its part that is tax."""
        sums: dict[str, tuple[int, int]] = {}
        for row in self.session.scalars(select(LedgerRow).where(LedgerRow.payment_id == self.payment.id)):
            amount, tax = sums.get(row.reference, (0, 0))
            sums[row.reference] = amount + row.amount, tax + (row.amount if row.part == TAX else 0)
        return sums

    def enter(self, reference: str, occurred_at: datetime, amount: int, tax: int) -> None:
        """Positive amounts are what the shop took for us, negative ones what it gave back."""
        shop = receivable(self.payment.shop)
        for part, account, share in ((NET, REVENUE, amount - tax), (TAX, self.tax_account, tax)):
            if share:
                debit, credit = (shop, account) if share > 0 else (account, shop)
                row = LedgerRow(
                    debit=debit, credit=credit, amount=abs(share), currency=self.payment.currency, shop=self.payment.shop,
                    reference=reference, part=part, payment_id=self.payment.id, occurred_at=occurred_at, recorded_at=self.now,
                )  # fmt: skip
                self.session.add(row)


def _payment(session: Session, subscription: SubscriptionRow, charge: Charge, taxes: Taxes) -> PaymentRow:
    known = select(PaymentRow).where(PaymentRow.shop == subscription.shop, PaymentRow.reference == charge.reference)
    row = session.scalar(known)
    if row is None:
        row = PaymentRow(
            subscription_id=subscription.id, account_id=subscription.account_id, shop=subscription.shop, reference=charge.reference,
            plan=subscription.plan, amount=charge.amount, tax=taxes.included(charge.amount, subscription.territory), refunded=0,
            currency=charge.currency, paid_at=charge.paid_at, period_starts_at=charge.period_starts_at,
            period_ends_at=charge.period_ends_at,
        )  # fmt: skip
        session.add(row)
        session.flush()
    return row
