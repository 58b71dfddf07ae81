"""Settling a week: pools from the ledger, allocated by what was counted, frozen with the statements that tell of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from apps.core.catalogue.models import LabelRow
from apps.core.contract.codec import encoder
from apps.core.contract.reporting import Amount, RunOrder, Status, UsageTotal
from apps.core.reporting.models import AllocationRow, ContractRow, PoolRow, RunRow, StatementRow
from apps.core.reporting.revenue import PoolKey, Standing, standings
from apps.core.reporting.rules import DEFAULT_SHARE, HELD, HOUSE, Claim, Week, allocate
from apps.core.reporting.terms import Agreed

NUMBER_DIGITS = 6


@dataclass
class Counted:
    """What a payee's plays in one territory come to."""

    share: Fraction
    plays: int = 0
    eligible: int = 0


def settle(session: Session, run: RunRow, totals: tuple[UsageTotal, ...], revenue: tuple[Amount, ...], now: datetime) -> None:
    """Freeze pools, allocations and statements of a run that is open; in one transaction, so numbers have no gaps."""
    order = msgspec.json.decode(run.order, type=RunOrder)
    week = Week.named(run.week)
    usage = by_territory(totals, Agreed(order.terms))
    before = _pools_of(session, week.preceding)
    for key, standing in sorted(standings(session, week, before, revenue).items()):
        _freeze_pool(session, run.week, key, standing, before.get(key), usage.get(key[0], {}))
    run.settled_at, run.usage, run.revenue = now, encoder.encode(totals), encoder.encode(revenue)
    session.flush()
    _number_statements(session, run.week, Agreed(order.terms).labels, now)


def by_territory(totals: Iterable[UsageTotal], agreed: Agreed) -> dict[str, dict[str, Counted]]:
    """Each payee's plays by territory; those of nobody's music, and of labels without a contract there, are held."""
    found: defaultdict[str, dict[str, Counted]] = defaultdict(dict)
    for one in totals:
        share = agreed.share_of(one.label_id, one.territory) if one.label_id else None
        payee = one.label_id if one.label_id and share is not None else HELD
        counted = found[one.territory].setdefault(payee, Counted(DEFAULT_SHARE if share is None else share))
        counted.plays += one.plays
        counted.eligible += one.eligible
    return found


def _pools_of(session: Session, week: Week) -> Mapping[PoolKey, PoolRow]:
    return {(row.territory, row.currency): row for row in session.scalars(select(PoolRow).where(PoolRow.week == week.name))}


def _freeze_pool(
    session: Session, week: str, key: PoolKey, standing: Standing, before: PoolRow | None, counted: Mapping[str, Counted]
) -> None:
    territory, currency = key
    earned = standing.earned - (before.earned_to_date if before else 0)
    carried_in = before.carried_out if before else 0
    given = allocate(earned + carried_in, [Claim(payee, one.eligible, one.share) for payee, one in counted.items()])
    pool = PoolRow(
        week=week, territory=territory, currency=currency, earned_to_date=standing.earned, unearned=standing.unearned, earned=earned,
        carried_in=carried_in, carried_out=given.carried, eligible=sum(one.eligible for one in counted.values()),
    )  # fmt: skip
    session.add(pool)
    for payee, amount in sorted(given.payees.items()):
        one = counted.get(payee, Counted(Fraction(1)))
        row = AllocationRow(
            week=week, territory=territory, currency=currency, payee=payee, label_id=None if payee in {HELD, HOUSE} else payee,
            plays=one.plays, eligible=one.eligible, share_numerator=one.share.numerator, share_denominator=one.share.denominator,
            amount=amount,
        )  # fmt: skip
        session.add(row)


def _number_statements(session: Session, week: str, labels: list[str], now: datetime) -> None:
    """One for each label with a contract, also where nothing of it was played. Runs follow one another, so nobody else numbers now."""
    names = {row.id: row.name for row in session.execute(select(LabelRow.id, LabelRow.name).where(LabelRow.id.in_(labels)))}
    parties = select(ContractRow.label_id, ContractRow.party_id).where(ContractRow.label_id.in_(labels), ContractRow.party_id.is_not(None))
    party_of = {row.label_id: row.party_id for row in session.execute(parties.order_by(ContractRow.starts_on, ContractRow.territory))}
    number_of = StatementRow.number
    longest_last = select(number_of).where(number_of.startswith(f"{now.year}-")).order_by(func.length(number_of).desc(), number_of.desc())
    last = session.scalar(longest_last.limit(1))
    number = int(last.partition("-")[2]) if last else 0
    for following, label_id in enumerate(sorted(labels, key=lambda one: (names[one], one)), start=number + 1):
        row = StatementRow(
            number=f"{now.year}-{following:0{NUMBER_DIGITS}}", week=week, label_id=label_id, label=names[label_id],
            party_id=party_of.get(label_id), created_at=now, status=Status.DRAFTED,
        )  # fmt: skip
        session.add(row)
    session.flush()
