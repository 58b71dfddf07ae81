"""What the shops are to be asked about, given to whoever asks: each for some minutes to one, the most urgent first."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRow
from apps.core.billing.models import CheckoutRow, NotificationRow, SubscriptionRow
from apps.core.contract.accounts import AccountStatus
from apps.core.contract.billing import CheckoutName, PurchaseName, Shop

AT_ONCE, NOTICES_AT_ONCE = 50, 500
CLAIMED = timedelta(minutes=10)
"""What was given out is given out again after that, unless somebody looked: its time is then another."""
NOTICE, SUBSCRIPTION, CHECKOUT = NotificationRow, SubscriptionRow, CheckoutRow
WAITING = NOTICE.handled_at.is_(None)
KNOWN = exists().where(SUBSCRIPTION.shop == NOTICE.shop, SUBSCRIPTION.reference == NOTICE.reference)


def mark_noticed(session: Session, now: datetime) -> None:
    """Everything that a notification is about is due at once: the purchase it names, or all of the customer it names."""
    wanted = select(NOTICE.shop, NOTICE.id, NOTICE.reference, NOTICE.customer).where(WAITING, KNOWN | NOTICE.reference.is_(None))
    notices = session.execute(wanted.order_by(NOTICE.received_at).limit(NOTICES_AT_ONCE)).all()
    for shop in {one.shop for one in notices}:
        mine = [one for one in notices if one.shop == shop]
        named = SUBSCRIPTION.reference.in_({one.reference for one in mine if one.reference})
        paid_by = SUBSCRIPTION.customer.in_({one.customer for one in mine if not one.reference})
        due = update(SUBSCRIPTION).where(SUBSCRIPTION.shop == shop, named | paid_by).values(look_again_at=now)
        handled = update(NOTICE).where(NOTICE.shop == shop, NOTICE.id.in_([one.id for one in mine])).values(handled_at=now)
        for statement in (due, handled):
            session.execute(statement, execution_options={"synchronize_session": False})


def mark_suspended(session: Session, now: datetime) -> None:
    """What is still charged to a suspended account is due at once, should the task that ends it have been lost; then every `CLAIMED`."""
    mine = select(AccountRow.id).where(AccountRow.id == SUBSCRIPTION.account_id, AccountRow.status == AccountStatus.SUSPENDED)
    charged = SUBSCRIPTION.shop == Shop.CARD, SUBSCRIPTION.renews, mine.exists()
    due = update(SUBSCRIPTION).where(*charged, SUBSCRIPTION.look_again_at > now + CLAIMED).values(look_again_at=now)
    session.execute(due, execution_options={"synchronize_session": False})


def unknown_purchases(session: Session) -> list[PurchaseName]:
    """Those that notifications name and nobody here has, oldest notification first: the shop may say who bought them."""
    wanted = select(NOTICE.shop, NOTICE.reference).where(WAITING, NOTICE.reference.is_not(None)).order_by(NOTICE.received_at)
    names = dict.fromkeys((one.shop, str(one.reference)) for one in session.execute(wanted.limit(AT_ONCE)))
    return [PurchaseName(Shop(shop), reference) for shop, reference in names]


def claim_purchases(session: Session, now: datetime) -> list[PurchaseName]:
    """Those that have waited longest."""
    due = select(SUBSCRIPTION.id).where(SUBSCRIPTION.look_again_at <= now).order_by(SUBSCRIPTION.look_again_at).limit(AT_ONCE)
    mine = session.scalars(due.with_for_update(skip_locked=True)).all()
    claim = update(SUBSCRIPTION).where(SUBSCRIPTION.id.in_(mine)).values(look_again_at=now + CLAIMED)
    rows = session.execute(claim.returning(SUBSCRIPTION.shop, SUBSCRIPTION.reference), execution_options={"synchronize_session": False})
    return [PurchaseName(Shop(shop), reference) for shop, reference in rows]


def claim_checkouts(session: Session, now: datetime) -> tuple[CheckoutName, ...]:
    due = select(CHECKOUT).where(CHECKOUT.look_again_at <= now).order_by(CHECKOUT.look_again_at).limit(AT_ONCE)
    rows = session.scalars(due.with_for_update(skip_locked=True)).all()
    for row in rows:
        row.look_again_at = now + CLAIMED
    return tuple(CheckoutName(row.account_id, row.number) for row in rows)
