"""Reporting's rows as the contract's structs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.engine import Connection, Row
from sqlalchemy.orm import Session, aliased

from apps.core.accounts.models import AccountRow
from apps.core.catalogue.models import LabelRow
from apps.core.contract.labels import Eligibility, Label, LabelContract, Model, Share
from apps.core.contract.listening import Evidence
from apps.core.contract.reporting import Amount, Due, ReportFile, Signature, Statement, Status
from apps.core.reporting.models import AllocationRow, ContractRow, PoolRow, StatementRow

CHECKER, APPROVER = aliased(AccountRow), aliased(AccountRow)
STATEMENTS = (
    select(StatementRow.__table__, CHECKER.name.label("checker"), APPROVER.name.label("approver"))
    .outerjoin(CHECKER, CHECKER.id == StatementRow.checked_by)
    .outerjoin(APPROVER, APPROVER.id == StatementRow.approved_by)
)
CONTRACTS = select(ContractRow.__table__, LabelRow.name.label("label"), LabelRow.name_key).join(
    LabelRow, LabelRow.id == ContractRow.label_id
)


def statements(reader: Session | Connection, wanted: Select[Any]) -> list[Statement]:
    """The statements that were selected from `STATEMENTS`, with what each comes to by currency."""
    rows: Sequence[Row[Any]] = reader.execute(wanted).all()
    totals = _totals(reader, {row.week for row in rows}, {row.label_id for row in rows})
    return [_statement(row, totals.get((row.week, row.label_id), ())) for row in rows]


def _totals(reader: Session | Connection, weeks: Iterable[str], labels: Iterable[str]) -> dict[tuple[str, str], tuple[Amount, ...]]:
    row = AllocationRow
    mine = row.week.in_(weeks) & row.label_id.in_(labels)
    sums = select(row.week, row.label_id, row.currency, func.sum(row.amount)).where(mine)
    found: defaultdict[tuple[str, str], tuple[Amount, ...]] = defaultdict(tuple)
    for week, label_id, currency, amount in reader.execute(sums.group_by(row.week, row.label_id, row.currency).order_by(row.currency)):
        found[week, str(label_id)] += (Amount(currency, int(amount)),)
    return found


def _statement(row: Row[Any], totals: tuple[Amount, ...]) -> Statement:
    return Statement(
        number=row.number, week=row.week, label=Label(row.label_id, row.label), status=Status(row.status), written=row.files is not None,
        totals=totals, created_at=row.created_at, checked=_signature(row.checker, row.checked_at),
        approved=_signature(row.approver, row.approved_at), dispatched_at=row.dispatched_at, reason=row.reason,
    )  # fmt: skip


def _signature(name: str | None, at: datetime | None) -> Signature | None:
    return Signature(name, at) if name is not None and at is not None else None


def dues(reader: Session | Connection, week: str, labels: Iterable[str]) -> Mapping[str, tuple[Due, ...]]:
    """What labels get of each pool of the week."""
    row, pool = AllocationRow, PoolRow
    same = (pool.week == row.week) & (pool.territory == row.territory) & (pool.currency == row.currency)
    wanted = select(row.__table__, pool.earned, pool.carried_in, pool.eligible.label("pool_plays")).join(pool, same)
    found: defaultdict[str, tuple[Due, ...]] = defaultdict(tuple)
    for one in reader.execute(wanted.where(row.week == week, row.label_id.in_(labels)).order_by(row.territory, row.currency)):
        share = Share(one.share_numerator, one.share_denominator)
        due = Due(one.territory, one.currency, one.earned + one.carried_in, one.pool_plays, one.plays, one.eligible, share, one.amount)
        found[one.label_id] += (due,)
    return found


def as_contract(row: Any) -> LabelContract:
    """Of a row of `CONTRACTS`."""
    return LabelContract(
        id=row.id, label=Label(row.label_id, row.label), territory=row.territory, model=Model(row.model),
        share=Share(row.share_numerator, row.share_denominator), eligibility=Eligibility(row.least_ms, Evidence(row.least_evidence)),
        party_id=row.party_id, starts_on=row.starts_on, ends_on=row.ends_on,
    )  # fmt: skip


def files_of(stored: bytes | None) -> tuple[ReportFile, ...]:
    return msgspec.json.decode(stored, type=tuple[ReportFile, ...]) if stored else ()
