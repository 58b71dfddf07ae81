"""Reading jobs."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.ids import Id
from apps.core.contract.jobs import JobStatus, JobSummary, ListJobs, ListUnpublishedEvents, UnpublishedEvent
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.database import fetch
from apps.core.jobs.models import JobRow
from apps.core.outbox import OVERDUE, OutboxRow, why_unpublished
from ports.clock.interface import Clock


@handles(ListJobs)
def list_jobs(action: ListJobs, connection: Connection) -> Page[JobSummary]:
    columns = (JobRow.id, JobRow.kind, JobRow.status, JobRow.attempts, JobRow.progress, JobRow.reason, JobRow.created_at)
    wanted = select(*columns).order_by(JobRow.id.desc()).limit(action.size + 1)
    if action.status is not None:
        wanted = wanted.where(JobRow.status == action.status)
    if action.cursor:
        wanted = wanted.where(JobRow.id < decode_cursor(action.cursor, tuple[Id])[0])
    rows = fetch(connection, wanted)
    page = rows[: action.size]
    items = tuple(JobSummary(row.id, row.kind, JobStatus(row.status), *row[3:]) for row in page)
    return Page(items, encode_cursor(page[-1].id) if len(rows) > action.size else None)


@handles(ListUnpublishedEvents)
def list_unpublished_events(action: ListUnpublishedEvents, connection: Connection, clock: Clock) -> Page[UnpublishedEvent]:
    overdue = OutboxRow.published_at.is_(None), OutboxRow.created_at < clock.now() - OVERDUE
    wanted = select(OutboxRow.id, OutboxRow.event, OutboxRow.fields, OutboxRow.created_at).where(*overdue)
    if action.cursor:
        wanted = wanted.where(OutboxRow.id > decode_cursor(action.cursor, tuple[Id])[0])
    rows = fetch(connection, wanted.order_by(OutboxRow.id).limit(action.size + 1))
    page = rows[: action.size]
    items = tuple(UnpublishedEvent(row.id, row.event, why_unpublished(row.event, row.fields), row.created_at) for row in page)
    return Page(items, encode_cursor(page[-1].id) if len(rows) > action.size else None)
