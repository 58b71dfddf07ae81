"""Agreeing contracts, reporting weeks, and saying that a statement is right."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRoleRow, AccountRow
from apps.core.accounts.rules import email_key
from apps.core.bus import handles
from apps.core.catalogue.models import LabelRow
from apps.core.contract.actions import Actor, Done, Role
from apps.core.contract.codec import encoder
from apps.core.contract.errors import Conflict, Forbidden, Invalid, NotFound
from apps.core.contract.jobs import DispatchWork, StatementsWork
from apps.core.contract.labels import AssignPartner, Eligibility, Label, LabelContract, Partner, SetContract
from apps.core.contract.reporting import (
    ApproveStatement,
    AskForStatements,
    CheckStatement,
    CountedDay,
    OpenRun,
    RecordDispatch,
    RecordStatementFiles,
    RecordUsage,
    RunOrder,
    Sender,
    Statement,
    StatementApproved,
    StatementOrder,
    Status,
)
from apps.core.database import FOR_CHANGE, insert, write_alone
from apps.core.jobs.holding import finish, held_work
from apps.core.jobs.work import ask_for
from apps.core.listening.closing import log_begins
from apps.core.listening.models import ExportedDayRow
from apps.core.outbox import Events
from apps.core.reporting.describing import CONTRACTS, STATEMENTS, as_contract, dues, statements
from apps.core.reporting.models import ContractRow, PartnerRow, RunRow, StatementRow
from apps.core.reporting.rules import Week
from apps.core.reporting.settling import settle
from apps.core.reporting.terms import as_terms, contracts_of
from ports.clock.interface import Clock


@handles(SetContract)
def set_contract(action: SetContract, session: Session) -> LabelContract:
    starts, ends = _week(action.starts_on), _week(action.ends_on) if action.ends_on else None
    if ends is not None and ends <= starts:
        raise Invalid("The contract would end before it begins.", "Give a later end, or none.")
    if action.share.numerator > action.share.denominator:
        raise Invalid("A share is at most the whole.", "Give one from 0 to 100 %.")
    write_alone(session, ContractRow)  # or a week that is being opened would neither count nor refuse it
    label = session.get(LabelRow, action.label_id, with_for_update=FOR_CHANGE)
    if label is None:
        raise NotFound("There is no such label.", "Look it up in the list of labels.")
    last = session.scalar(select(func.max(RunRow.week)))
    if last is not None and starts.name <= last:
        raise Conflict("The week from %(week)s is reported already.", "Let the contract begin with a later Friday.", week=last)
    _make_way(session, action)
    share, eligibility = action.share, action.eligibility
    row = ContractRow(
        label_id=label.id, territory=action.territory, model=action.model, share_numerator=share.numerator,
        share_denominator=share.denominator, least_ms=eligibility.least_ms, least_evidence=eligibility.least_evidence,
        party_id=action.party_id, starts_on=action.starts_on, ends_on=action.ends_on,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return as_contract(session.execute(CONTRACTS.where(ContractRow.id == row.id)).one())


def _make_way(session: Session, wanted: SetContract) -> None:
    """End the one that holds before, replace one that begins in the same week; a later one stands in the way."""
    mine = (ContractRow.label_id == wanted.label_id) & (ContractRow.territory == wanted.territory)
    for known in session.scalars(select(ContractRow).where(mine).order_by(ContractRow.starts_on)):
        if known.starts_on == wanted.starts_on:
            session.delete(known)
        elif known.starts_on > wanted.starts_on and (wanted.ends_on is None or wanted.ends_on > known.starts_on):
            raise Conflict("Another contract begins on %(day)s.", "Let this one end by then.", day=known.starts_on)
        elif known.starts_on < wanted.starts_on and (known.ends_on is None or known.ends_on > wanted.starts_on):
            known.ends_on = wanted.starts_on
    session.flush()


def _week(name: str) -> Week:
    try:
        return Week.named(name)
    except ValueError:
        raise Invalid("%(day)s is no Friday: weeks run from Friday to Thursday.", "Give the date of a Friday.", day=name) from None


@handles(AssignPartner)
def assign_partner(action: AssignPartner, session: Session) -> Partner:
    account = session.scalar(select(AccountRow).where(AccountRow.email_key == email_key(action.email)).with_for_update(**FOR_CHANGE))
    if account is None:
        raise NotFound("Nobody has an account with this e-mail address.", "Have them register first.")
    labels = session.execute(select(LabelRow.id, LabelRow.name).where(LabelRow.id.in_(action.label_ids)).order_by(LabelRow.name_key)).all()
    if {row.id for row in labels} != set(action.label_ids):
        raise NotFound("One of these labels does not exist.", "Look them up in the list of labels.")
    session.execute(delete(PartnerRow).where(PartnerRow.account_id == account.id))
    session.add_all(PartnerRow(account_id=account.id, label_id=row.id) for row in labels)
    role = insert(session, AccountRoleRow).values(account_id=account.id, role=Role.PARTNER)
    session.execute(role.on_conflict_do_nothing())
    return Partner(account.email, tuple(Label(row.id, row.name) for row in labels))


@handles(AskForStatements)
def ask_for_statements(session: Session, events: Events, clock: Clock) -> Done:
    now = clock.now()
    # A week that was settled and whose files were never written is asked for again, should its job have been given up.
    weeks = set(session.scalars(select(StatementRow.week).where(StatementRow.files.is_(None))))
    week = _next_week(session)
    if week is not None and _counted(session, week, now) is not None:
        weeks.add(week.name)
    ask_for(session, events, {name: StatementsWork(name) for name in weeks}, now)
    return Done()


def _next_week(session: Session) -> Week | None:
    """The one after the last that was settled; at first the one that the play log begins in."""
    last = session.scalar(select(func.max(RunRow.week)).where(RunRow.settled_at.is_not(None)))
    if last is not None:
        return Week.named(last).following
    first = log_begins(session)
    return Week.of(datetime.fromisoformat(first).date()) if first else None


def _counted(session: Session, week: Week, now: datetime) -> tuple[CountedDay, ...] | None:
    """The exported days of a week that is over; None while it is not, or while one of them is missing."""
    if now < week.closes:
        return None
    row = ExportedDayRow
    days = select(row.day, row.sha256).where(row.day >= week.days[0], row.day <= week.days[-1]).order_by(row.day)
    found = tuple(CountedDay(one.day, one.sha256) for one in session.execute(days))
    first = log_begins(session)
    return found if [one.day for one in found] == [day for day in week.days if first is not None and day >= first] else None


@handles(OpenRun)
def open_run(action: OpenRun, session: Session, clock: Clock) -> RunOrder:
    _, work = held_work(session, action.job_id, action.lease, StatementsWork)
    known = session.get(RunRow, work.week)
    if known is not None:
        return msgspec.json.decode(known.order, type=RunOrder)
    week, now = Week.named(work.week), clock.now()
    days = _counted(session, week, now)
    if days is None or week != _next_week(session):
        raise Conflict(f"The week from {week.name} cannot be reported yet.", "It is, once the weeks before it are.")
    write_alone(session, ContractRow)
    order = _order(session, week, days, action.sender)
    session.add(RunRow(week=week.name, opened_at=now, order=encoder.encode(order)))
    return order


def _order(session: Session, week: Week, days: tuple[CountedDay, ...], sender: Sender) -> RunOrder:
    return RunOrder(week.name, days, tuple(map(as_terms, contracts_of(session, week))), Eligibility(), sender)


@handles(RecordUsage)
def record_usage(action: RecordUsage, session: Session, clock: Clock) -> tuple[StatementOrder, ...]:
    _, work = held_work(session, action.job_id, action.lease, StatementsWork)
    run = session.get(RunRow, work.week, with_for_update=True)
    if run is None:
        raise Conflict(f"The week from {work.week} is not open.", "Open it first.")
    if run.settled_at is None:
        settle(session, run, action.totals, action.revenue, clock.now())
    elif run.usage != encoder.encode(action.totals):
        raise Conflict(f"The week from {work.week} was counted differently before.", "Its files have changed: bring them back from a copy.")
    return _orders(session, run.week)


def _orders(session: Session, week: str) -> tuple[StatementOrder, ...]:
    rows = session.scalars(select(StatementRow).where(StatementRow.week == week).order_by(StatementRow.number)).all()
    due = dues(session, week, [row.label_id for row in rows])
    return tuple(
        StatementOrder(row.number, Label(row.label_id, row.label), row.party_id, row.created_at, due.get(row.label_id, ())) for row in rows
    )


@handles(RecordStatementFiles)
def record_statement_files(action: RecordStatementFiles, session: Session) -> Done:
    job, work = held_work(session, action.job_id, action.lease, StatementsWork)
    rows = {row.number: row for row in session.scalars(select(StatementRow).where(StatementRow.week == work.week).with_for_update())}
    if sorted(rows) != sorted(one.number for one in action.statements):
        raise Conflict("These are not the files of all the week's statements.", "Write one for each.")
    for one in action.statements:
        row, files = rows[one.number], encoder.encode(one.files)
        if row.files is None:
            row.files = files
        elif row.files != files:
            raise Conflict(f"The files of {one.number} are others than those that were recorded.", "See what has changed them.")
    finish(job)
    return Done()


@handles(CheckStatement)
def check_statement(action: CheckStatement, actor: Actor, session: Session, clock: Clock) -> Statement:
    row = _locked(session, action.number)
    if row.status != Status.DRAFTED or row.files is None:
        raise Conflict("This statement cannot be checked now: it is not written yet, or somebody has checked it.", "Look at it again.")
    row.status, row.checked_by, row.checked_at = Status.CHECKED, actor.account_id, clock.now()
    return _described(session, row)


@handles(ApproveStatement)
def approve_statement(action: ApproveStatement, actor: Actor, session: Session, events: Events, clock: Clock) -> Statement:
    row = _locked(session, action.number)
    if row.status not in {Status.CHECKED, Status.FAILED}:
        raise Conflict("This statement cannot be approved now: it is not checked yet, or it is approved.", "Look at it again.")
    if row.checked_by == actor.account_id:
        raise Forbidden("You have checked this statement yourself.", "Somebody else has to approve it.")
    now = clock.now()
    row.status, row.approved_by, row.approved_at, row.reason = Status.APPROVED, actor.account_id, now, None
    events.emit(StatementApproved(row.number))
    ask_for(session, events, {row.number: DispatchWork(row.number)}, now)
    return _described(session, row)


def _locked(session: Session, number: str) -> StatementRow:
    row = session.get(StatementRow, number, with_for_update=True)
    if row is None:
        raise NotFound("There is no such statement.", "Look it up in the list of statements.")
    return row


def _described(session: Session, row: StatementRow) -> Statement:
    session.flush()
    return statements(session, STATEMENTS.where(StatementRow.number == row.number))[0]


@handles(RecordDispatch)
def record_dispatch(action: RecordDispatch, session: Session, clock: Clock) -> Done:
    job, work = held_work(session, action.job_id, action.lease, DispatchWork)
    row = _locked(session, work.number)
    row.status, row.dispatched_at, row.places = Status.DISPATCHED, clock.now(), encoder.encode(action.places)
    finish(job)
    return Done()
