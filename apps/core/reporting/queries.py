"""Reading contracts, runs and statements."""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, Select, case, func, select, true, tuple_
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.catalogue.models import LabelRow
from apps.core.catalogue.rules import name_key
from apps.core.contract.actions import STAFF, Actor
from apps.core.contract.errors import Invalid, LeaseLost, NotFound
from apps.core.contract.ids import Id
from apps.core.contract.jobs import DispatchWork, JobStatus
from apps.core.contract.labels import Label, LabelContract, ListContracts, ListLabels
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.contract.reporting import (
    Amount,
    DispatchOrder,
    GetDispatchOrder,
    GetRevenue,
    GetRun,
    GetStatement,
    ListRuns,
    ListStatements,
    Pool,
    RunDetail,
    RunOrder,
    RunSummary,
    Statement,
    StatementDetail,
    Status,
    UsageTotal,
)
from apps.core.database import fetch
from apps.core.jobs.models import JobRow
from apps.core.jobs.work import work_decoder
from apps.core.reporting.describing import CONTRACTS, STATEMENTS, as_contract, dues, files_of, statements
from apps.core.reporting.models import AllocationRow, ContractRow, PartnerRow, PoolRow, RunRow, StatementRow
from apps.core.reporting.reconciling import reconciled
from apps.core.reporting.remarks import remarks
from apps.core.reporting.revenue import balances
from apps.core.reporting.rules import HELD, HOUSE, Week
from apps.core.reporting.terms import Agreed

LABELS = "labels"
"""All payees that are labels."""
SHOWN_TO_PARTNERS = (Status.APPROVED, Status.DISPATCHED, Status.FAILED)
DISPATCHED = func.count().filter(StatementRow.status == Status.DISPATCHED)
RUNS = (
    select(RunRow.week, RunRow.opened_at, RunRow.settled_at, func.count(StatementRow.number).label("statements"), DISPATCHED.label("sent"))
    .outerjoin(StatementRow, StatementRow.week == RunRow.week)
    .group_by(RunRow.week, RunRow.opened_at, RunRow.settled_at)
)


@handles(ListLabels)
def list_labels(action: ListLabels, connection: Connection) -> Page[Label]:
    row = LabelRow
    wanted = select(row.id, row.name, row.name_key).where(row.name_key.startswith(name_key(action.name), autoescape=True))
    if action.cursor:
        wanted = wanted.where(row.name_key > decode_cursor(action.cursor, tuple[str])[0])
    rows = fetch(connection, wanted.order_by(row.name_key).limit(action.size + 1))
    page = rows[: action.size]
    following = encode_cursor(page[-1].name_key) if len(rows) > action.size else None
    return Page(tuple(Label(one.id, one.name) for one in page), following)


@handles(ListContracts)
def list_contracts(action: ListContracts, connection: Connection) -> Page[LabelContract]:
    key = (LabelRow.name_key, ContractRow.id)
    wanted = CONTRACTS.order_by(*key).limit(action.size + 1)
    if action.cursor:
        wanted = wanted.where(tuple_(*key) > decode_cursor(action.cursor, tuple[str, Id]))
    rows = fetch(connection, wanted)
    page = rows[: action.size]
    following = encode_cursor(page[-1].name_key, page[-1].id) if len(rows) > action.size else None
    return Page(tuple(map(as_contract, page)), following)


@handles(ListRuns)
def list_runs(action: ListRuns, connection: Connection) -> Page[RunSummary]:
    wanted = RUNS.order_by(RunRow.week.desc()).limit(action.size + 1)
    if action.cursor:
        wanted = wanted.where(RunRow.week < decode_cursor(action.cursor, tuple[str])[0])
    rows = fetch(connection, wanted)
    page = tuple(RunSummary(*row) for row in rows[: action.size])
    return Page(page, encode_cursor(page[-1].week) if len(rows) > action.size else None)


@handles(GetRevenue)
def get_revenue(action: GetRevenue, connection: Connection) -> tuple[Amount, ...]:
    if not fetch(connection, select(RunRow.week).where(RunRow.week == action.week)):
        raise NotFound("That week is not open.", "Open it first.")
    return balances(connection, Week.named(action.week))


@handles(GetRun)
def get_run(action: GetRun, connection: Connection) -> RunDetail:
    summary = fetch(connection, RUNS.where(RunRow.week == action.week))
    if not summary:
        raise NotFound("That week is not reported.", "Look at the list of reports.")
    run = fetch(connection, select(RunRow.order, RunRow.usage, RunRow.revenue).where(RunRow.week == action.week))[0]
    order = msgspec.json.decode(run.order, type=RunOrder)
    pools = _pools(connection, action.week)
    usage = msgspec.json.decode(run.usage, type=tuple[UsageTotal, ...]) if run.usage else ()
    revenue = msgspec.json.decode(run.revenue, type=tuple[Amount, ...]) if run.revenue else ()
    names = {row.id: row.name for row in fetch(connection, _labels({one.label_id for one in usage}))}
    told = statements(connection, STATEMENTS.where(StatementRow.week == action.week).order_by(StatementRow.number))
    return RunDetail(
        RunSummary(*summary[0]), order.days, reconciled(connection, Week.named(action.week), pools, revenue), pools,
        remarks(usage, Agreed(order.terms), pools, names), tuple(told),
    )  # fmt: skip


def _labels(ids: set[str | None]) -> Select[str, str]:
    return select(LabelRow.id, LabelRow.name).where(LabelRow.id.in_(ids - {None}))


def _pools(connection: Connection, week: str) -> tuple[Pool, ...]:
    row = AllocationRow
    kind = case((row.payee == HELD, HELD), (row.payee == HOUSE, HOUSE), else_=LABELS).label("kind")
    sums = select(row.territory, row.currency, kind, func.sum(row.amount)).where(row.week == week)
    given = {
        (territory, currency, payee): int(amount)
        for territory, currency, payee, amount in fetch(connection, sums.group_by(row.territory, row.currency, "kind"))
    }
    rows = fetch(connection, select(PoolRow.__table__).where(PoolRow.week == week).order_by(PoolRow.currency, PoolRow.territory))
    return tuple(
        Pool(
            one.territory, one.currency, one.earned, one.carried_in, given.get((one.territory, one.currency, LABELS), 0),
            given.get((one.territory, one.currency, HELD), 0), given.get((one.territory, one.currency, HOUSE), 0), one.carried_out,
            one.eligible,
        )
        for one in rows
    )  # fmt: skip


@handles(ListStatements)
def list_statements(action: ListStatements, actor: Actor, connection: Connection) -> Page[Statement]:
    wanted = STATEMENTS.where(_visible(actor)).order_by(StatementRow.number.desc()).limit(action.size + 1)
    if action.cursor:
        wanted = wanted.where(StatementRow.number < decode_cursor(action.cursor, tuple[str])[0])
    found = statements(connection, wanted)
    page = tuple(found[: action.size])
    return Page(page, encode_cursor(page[-1].number) if len(found) > action.size else None)


@handles(GetStatement)
def get_statement(action: GetStatement, actor: Actor, connection: Connection) -> StatementDetail:
    mine = (StatementRow.number == action.number) & _visible(actor)
    found = statements(connection, STATEMENTS.where(mine))
    if not found:
        raise NotFound("There is no such statement.", "Look it up in the list of statements.")
    (one,) = found
    row = fetch(connection, select(StatementRow.files, StatementRow.places).where(StatementRow.number == one.number))[0]
    places = msgspec.json.decode(row.places, type=tuple[str, ...]) if row.places else ()
    due = dues(connection, one.week, [one.label.id]).get(one.label.id, ())
    return StatementDetail(one, due, files_of(row.files), places)


def _visible(actor: Actor) -> ColumnElement[bool]:
    """To staff everything; to partners what is theirs, once two people have said that it is right."""
    if STAFF.allows(actor):
        return true()
    mine = select(PartnerRow.label_id).where(PartnerRow.account_id == actor.account_id)
    return StatementRow.label_id.in_(mine) & StatementRow.status.in_(SHOWN_TO_PARTNERS)


@handles(GetDispatchOrder)
def get_dispatch_order(action: GetDispatchOrder, connection: Connection) -> DispatchOrder:
    held = (JobRow.id == action.job_id) & (JobRow.lease == action.lease) & (JobRow.status == JobStatus.RUNNING)
    rows = fetch(connection, select(JobRow.kind, JobRow.work).where(held))
    if not rows:
        raise LeaseLost("Another worker holds this job now, or it is over.", "Stop working on it.")
    work = work_decoder().decode(rows[0].work)
    if not isinstance(work, DispatchWork):
        raise Invalid(f"This is a job to {rows[0].kind}.", "Ask for what was claimed.")
    row = StatementRow
    one = fetch(connection, select(row.number, row.label_id, row.files).where(row.number == work.number))[0]
    return DispatchOrder(one.number, one.label_id, files_of(one.files))
