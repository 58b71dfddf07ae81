"""Weekly statements: a week's usage is counted from the exported play log, and what Core allocates is written line by line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from apps.core.contract.exports import Table
from apps.core.contract.jobs import StatementsWork
from apps.core.contract.reporting import (
    AskForStatements,
    GetRevenue,
    OpenRun,
    RecordStatementFiles,
    RecordUsage,
    ReportFile,
    RunOrder,
    StatementFiles,
    StatementOrder,
    UsageTotal,
)
from tasks import statement_csv, statement_dsr
from tasks.app import celery
from tasks.exported import exported_by_day
from tasks.leases import Lease, do_job
from tasks.office import Office, office
from tasks.schedule import STATEMENTS, take_slot
from tasks.statement_lines import Line, Report
from tasks.usage import (
    DUES,
    LINES_OF,
    TABLES,
    TERMS,
    TOTALS,
    count_usage,
    dues_as_lines,
    kinds_of,
    numbered,
    split_dues,
    terms_as_lines,
)
from tasks.uuids import as_id, as_uuid
from tasks.workspace import workspace

FORMS: Sequence[ModuleType] = (statement_csv, statement_dsr)
DIMENSIONS = (Table.RECORDINGS, Table.TRACKS, Table.RELEASES)


@celery.task
def ask() -> None:
    if take_slot(office(), STATEMENTS):
        office().core.send(AskForStatements())


@celery.task
def write(job_id: str) -> None:
    do_job(office(), job_id, StatementsWork, write_statements)


def write_statements(office: Office, lease: Lease, _work: StatementsWork) -> None:
    """Whatever of it was done before is done again, and comes out the same."""
    order = office.core.send(OpenRun(lease.job_id, lease.token, office.sender))
    with exported_by_day(office, order.days[0].day, order.days[-1].day, TABLES) as fetched, workspace(office.workspaces, 0) as folder:
        tables = numbered(fetched)
        usage = _count(office, order, tables, folder)
        lease.progress(0.5)
        revenue = office.core.send(GetRevenue(order.week))
        statements = office.core.send(RecordUsage(lease.job_id, lease.token, _totals(office, order, usage), revenue))
        lines = _split(office, order, statements, {**tables, "usage": [usage]}, folder)
        files: list[StatementFiles] = []
        for number, statement in enumerate(statements, start=1):
            files.append(_write(office, order, statement, lines, folder))
            lease.progress(0.5 + number / len(statements) / 2)
    office.core.send(RecordStatementFiles(lease.job_id, lease.token, tuple(files)))
    office.core.send(AskForStatements())  # after a standstill there is a next one


def _count(office: Office, order: RunOrder, tables: Mapping[str, Sequence[Path]], folder: Path) -> Path:
    kinds = kinds_of(order.terms, order.usual)
    terms = _packed(office, terms_as_lines(order.terms, order.usual, kinds), TERMS, folder / "terms")
    statement, parameters = count_usage(len(order.days), kinds)
    target = folder / "usage.parquet"
    office.analytics.write(statement, {**tables, "terms": [terms]}, target, {**parameters, "week": order.week})
    return target


def _totals(office: Office, order: RunOrder, usage: Path) -> tuple[UsageTotal, ...]:
    rows = office.analytics.query(TOTALS, {"usage": [usage]}, {"week": order.week})
    return tuple(UsageTotal(as_id(label) if label else None, *counts) for label, *counts in rows)


def _split(
    office: Office, order: RunOrder, statements: Sequence[StatementOrder], tables: Mapping[str, Sequence[Path]], folder: Path
) -> Path:
    dues = _packed(office, dues_as_lines(statements), DUES, folder / "dues")
    target = folder / "lines.parquet"
    office.analytics.write(split_dues(len(order.days)), {**tables, "dues": [dues]}, target)
    return target


def _write(office: Office, order: RunOrder, statement: StatementOrder, lines: Path, folder: Path) -> StatementFiles:
    rows = office.analytics.query(LINES_OF, {"lines": [lines]}, {"label": as_uuid(statement.label.id)})
    report = Report(order.week, order.sender, statement, [Line.of(row) for row in rows])
    files: list[ReportFile] = []
    for form in FORMS:
        name, written = form.file_name(report), folder / "written"
        form.write(report, written)
        with written.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        key = f"statements/{order.week}/{statement.number}/{name}"
        office.storage.put(key, written, form.CONTENT_TYPE)
        files.append(ReportFile(name, key, written.stat().st_size, sha256))
    return StatementFiles(statement.number, tuple(files))


def _packed(office: Office, lines: str, columns: Mapping[str, str], path: Path) -> Path:
    path.write_text(lines)
    target = path.with_suffix(".parquet")
    office.analytics.pack(path, columns, target)
    return target
