"""Recording what a shop said of a purchase: the subscription, its payments, and what the account may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRow
from apps.core.billing.describing import as_subscription
from apps.core.billing.ledger import enter
from apps.core.billing.models import CheckoutRow, SubscriptionRow
from apps.core.billing.rules import Known, access_ends_at, look_again_at
from apps.core.billing.shops import Truth
from apps.core.billing.taxes import Taxes
from apps.core.bus import Overtaken
from apps.core.contract.actions import Actor
from apps.core.contract.billing import Shop, Subscription, SubscriptionChanged
from apps.core.contract.errors import Conflict, NotFound
from apps.core.contract.ids import AccountId, read_id
from apps.core.database import FOR_CHANGE
from apps.core.outbox import Events
from apps.core.rights.plans import FIRST_PLAN, Plans
from ports.clock.interface import Clock
from ports.purchases import Purchase, State

NOBODY = ("No account here bought this.", "Look it up in the shop: it may be of another service.")


@dataclass(frozen=True)
class Recorder:
    plans: Plans
    taxes: Taxes
    clock: Clock

    def record(
        self, session: Session, events: Events, truth: Truth, claimed_by: Actor | None = None, territory: str | None = None
    ) -> Subscription:
        """Make the subscription what the shop says it is; `claimed_by` is who says they bought it, where the shop cannot know, and
        `territory` where it was sold, where that is known.

        Raises `NotFound` where no account here bought it, `Conflict` where another than the claimant did, and `Overtaken` where somebody
        recorded the shop's word since it was asked.
        """
        now = self.clock.now()
        row = _locked(session, truth)
        account_id = _buyer(session, truth.purchase, row, claimed_by)
        if row is None:
            _locked(session, truth)  # again: whoever began it at the same moment held the account until now
            row = _begin(session, truth, account_id, territory or (claimed_by.territory if claimed_by else None))
        before = row.state
        _write(row, truth.purchase, now)
        session.flush()
        enter(session, row, truth.purchase.charges, self.taxes, now)
        self._entitle(session, account_id, now)
        if row.state != before:
            events.emit(SubscriptionChanged(account_id, row.id, State(row.state)))
        return as_subscription(row, self.plans, now)

    def forget(self, session: Session, shop: Shop, reference: str) -> None:
        """The shop knows this purchase no more: once it gives nothing, it is over, and keeps nobody from buying another."""
        now, row = self.clock.now(), SubscriptionRow
        known = session.scalar(select(row).where(row.shop == shop, row.reference == reference).with_for_update(**FOR_CHANGE))
        if known is not None and access_ends_at(Known.of(known), now) is None:
            known.state, known.renews, known.look_again_at, known.checked_at = State.EXPIRED, False, None, now
            known.looks += 1
            session.flush()
            self._entitle(session, known.account_id, now)

    def _entitle(self, session: Session, account_id: AccountId, now: datetime) -> None:
        """Of several subscriptions the account has the plan of the one that lasts longest."""
        mine = session.scalars(select(SubscriptionRow).where(SubscriptionRow.account_id == account_id))
        lasting = [(ends_at, row) for row in mine if (ends_at := access_ends_at(Known.of(row), now)) is not None]
        ends_at, best = max(lasting, key=lambda one: one[0], default=(None, None))
        plan = self._given_by(best) if best else FIRST_PLAN
        session.execute(update(AccountRow).where(AccountRow.id == account_id).values(plan=plan, plan_ends_at=ends_at))

    def _given_by(self, row: SubscriptionRow) -> str:
        trial = self.plans.trial
        return trial.code if trial and trial.becomes == row.plan and row.in_trial else row.plan


def _locked(session: Session, truth: Truth) -> SubscriptionRow | None:
    mine = SubscriptionRow.shop == truth.shop, SubscriptionRow.reference == truth.purchase.reference
    row = session.scalar(select(SubscriptionRow).where(*mine).with_for_update(**FOR_CHANGE))
    if (row.looks if row else 0) != truth.looks:
        raise Overtaken
    return row


def _buyer(session: Session, purchase: Purchase, row: SubscriptionRow | None, claimed_by: Actor | None) -> AccountId:
    claimant = claimed_by.account_id if claimed_by else None
    # A store that knows nobody gives no name, and one that takes UUIDs only was given one.
    bought_by = row.account_id if row else read_id(purchase.buyer) if purchase.buyer else None
    if purchase.buyer and bought_by is None:
        raise NotFound(*NOBODY)
    if claimant and bought_by and bought_by != claimant:
        raise Conflict("This purchase belongs to another account.", "Log in with the account it was bought for.")
    account_id = bought_by or claimant
    if account_id is None:
        raise NotFound(*NOBODY)
    # Of all that concerns one account's plan, one thing is written at a time.
    account = session.get(AccountRow, account_id, with_for_update=FOR_CHANGE)
    if account is None:
        raise NotFound(*NOBODY)
    return account.id


def _begin(session: Session, truth: Truth, account_id: AccountId, territory: str | None) -> SubscriptionRow:
    last = select(CheckoutRow.territory).where(CheckoutRow.account_id == account_id).order_by(CheckoutRow.number.desc()).limit(1)
    purchase = truth.purchase
    row = SubscriptionRow(
        account_id=account_id, shop=truth.shop, reference=purchase.reference, state="", territory=territory or session.scalar(last),
        began_at=purchase.period_starts_at, in_trial=False, looks=0,
    )  # fmt: skip
    session.add(row)
    return row


def _write(row: SubscriptionRow, purchase: Purchase, now: datetime) -> None:
    row.state = purchase.state
    if row.shop == Shop.CARD and purchase.state is State.GRACE and not purchase.charges:
        row.state = State.ON_HOLD  # nothing was ever paid: a trial is not made longer by a card that is declined
    row.customer, row.plan, row.renews = purchase.customer, purchase.plan, purchase.renews
    row.amount, row.currency = purchase.amount, purchase.currency
    row.period_starts_at, row.period_ends_at = purchase.period_starts_at, purchase.period_ends_at
    row.grace_ends_at = purchase.grace_ends_at
    row.in_trial = purchase.state is State.TRIAL or (purchase.state in {State.CANCELLING, State.GRACE} and row.in_trial)
    row.looks += 1
    row.checked_at, row.look_again_at = now, look_again_at(Known.of(row), now)
