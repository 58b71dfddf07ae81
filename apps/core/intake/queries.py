"""Reading deliveries."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.catalogue.models import CoverRow, RecordingRow
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import Id
from apps.core.contract.intake import (
    PICTURE,
    QUARANTINE,
    REPLAYABLE_DAYS,
    DeliveryDetail,
    DeliveryStatus,
    DeliverySummary,
    DraftFile,
    FileStatus,
    FoundPicture,
    GetDelivery,
    GetReleaseDraft,
    KnownFile,
    KnownFiles,
    ListDeliveries,
    ListKnownFiles,
    ListSpentKeys,
    Refusal,
    ReleaseDraft,
)
from apps.core.contract.jobs import CoverWork, JobStatus, TranscodeWork
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.database import fetch
from apps.core.intake.covering import picture_of
from apps.core.intake.models import DeliveredFileRow, DeliveredReleaseRow, DeliveryRow
from apps.core.jobs.models import JobRow
from apps.core.jobs.work import work_decoder
from apps.core.playback.models import PublishedRenditionRow
from ports.clock.interface import Clock

KNOWN_PAGE = 10_000
MOST_REFUSALS = 1_000

FILES = (
    select(
        DeliveredFileRow.delivery_id,
        func.count().label("files"),
        func.count(case((DeliveredFileRow.status == FileStatus.REFUSED, 1))).label("refused"),
        func.count(DeliveredFileRow.recording_id.distinct()).label("recordings"),
        func.count(PublishedRenditionRow.recording_id.distinct()).label("ready"),
        func.count(case((RecordingRow.refusal.is_not(None), DeliveredFileRow.recording_id)).distinct()).label("unusable"),
    )
    .outerjoin(RecordingRow, RecordingRow.id == DeliveredFileRow.recording_id)
    .outerjoin(PublishedRenditionRow, PublishedRenditionRow.recording_id == DeliveredFileRow.recording_id)
    .group_by(DeliveredFileRow.delivery_id)
)
COVER = (CoverRow.release_id == DeliveredReleaseRow.release_id) & (CoverRow.content_hash == DeliveredReleaseRow.picture_hash)
RELEASES = (
    select(
        DeliveredReleaseRow.delivery_id,
        func.count().label("releases"),
        func.count(DeliveredReleaseRow.written_at).label("written"),
        func.count(DeliveredReleaseRow.picture_path).label("pictures"),
        func.count(CoverRow.content_hash).label("covers"),
        func.count(DeliveredReleaseRow.picture_refusal).label("spoilt"),
    )
    .outerjoin(CoverRow, COVER)
    .group_by(DeliveredReleaseRow.delivery_id)
)


def summaries(connection: Connection, wanted: ColumnElement[bool], limit: int = 1) -> list[DeliverySummary]:
    """Newest first, in three statements whatever their number."""
    columns = (DeliveryRow.id, DeliveryRow.source, DeliveryRow.status, DeliveryRow.created_at)
    rows = fetch(connection, select(*columns).where(wanted).order_by(DeliveryRow.id.desc()).limit(limit))
    ids = [row.id for row in rows]
    files: dict[str, Any] = {row.delivery_id: row for row in fetch(connection, FILES.where(DeliveredFileRow.delivery_id.in_(ids)))}
    releases: dict[str, Any] = {row.delivery_id: row for row in fetch(connection, RELEASES.where(DeliveredReleaseRow.delivery_id.in_(ids)))}
    return [_summary(row, files.get(row.id), releases.get(row.id)) for row in rows]


def _summary(row: Any, files: Any, releases: Any) -> DeliverySummary:
    return DeliverySummary(
        id=row.id, source=row.source, status=DeliveryStatus(row.status), created_at=row.created_at,
        files=files.files if files else 0, refused=files.refused if files else 0,
        releases=releases.releases if releases else 0, releases_written=releases.written if releases else 0,
        recordings=files.recordings if files else 0, recordings_ready=files.ready if files else 0,
        recordings_refused=files.unusable if files else 0,
        covers=releases.pictures if releases else 0, covers_ready=releases.covers if releases else 0,
        covers_refused=releases.spoilt if releases else 0,
    )  # fmt: skip


REPLAYABLE = timedelta(days=REPLAYABLE_DAYS)


@handles(GetDelivery)
def get_delivery(action: GetDelivery, connection: Connection) -> DeliveryDetail:
    found = summaries(connection, DeliveryRow.id == action.delivery_id)
    if not found:
        raise NotFound("There is no such delivery.", "Choose one from the list of deliveries.")
    mine = (DeliveredFileRow.delivery_id == action.delivery_id) & (DeliveredFileRow.status == FileStatus.REFUSED)
    refused = select(DeliveredFileRow.path, DeliveredFileRow.refusal).where(mine).order_by(DeliveredFileRow.path).limit(MOST_REFUSALS)
    release = DeliveredReleaseRow
    spoilt = (release.delivery_id == action.delivery_id) & release.picture_refusal.is_not(None)
    pictures = select(release.picture_path, release.picture_refusal).where(spoilt).order_by(release.picture_path).limit(MOST_REFUSALS)
    return DeliveryDetail(
        found[0],
        tuple(Refusal(row.path, row.refusal or "") for row in fetch(connection, refused)),
        tuple(Refusal(row.picture_path or "", row.picture_refusal or "") for row in fetch(connection, pictures)),
    )


@handles(ListDeliveries)
def list_deliveries(action: ListDeliveries, connection: Connection) -> Page[DeliverySummary]:
    wanted = DeliveryRow.status != DeliveryStatus.OPEN
    if action.cursor:
        wanted &= DeliveryRow.id < decode_cursor(action.cursor, tuple[Id])[0]
    found = summaries(connection, wanted, action.size + 1)
    page = found[: action.size]
    return Page(tuple(page), encode_cursor(page[-1].id) if len(found) > action.size else None)


@handles(ListKnownFiles)
def list_known_files(action: ListKnownFiles, connection: Connection) -> KnownFiles:
    row = DeliveredFileRow
    picture = row.picture_path, row.picture_size, row.picture_modified_ns
    wanted = select(row.path, row.size, row.modified_ns, row.refusal, row.id, *picture).join(DeliveryRow, DeliveryRow.id == row.delivery_id)
    copied = row.content_hash.is_not(None) & row.recording_id.is_(None)
    # What was refused on sight stays refused while it is unchanged; what failed later may succeed another time.
    on_sight = row.delivered_release_id.is_(None)
    settled = (row.status != FileStatus.REFUSED) | copied | on_sight
    wanted = wanted.where(DeliveryRow.source == action.source, DeliveryRow.status != DeliveryStatus.OPEN, settled, row.removed_at.is_(None))
    if action.cursor:
        wanted = wanted.where(row.id > decode_cursor(action.cursor, tuple[Id])[0])
    rows = fetch(connection, wanted.order_by(row.id).limit(KNOWN_PAGE + 1))
    page = rows[:KNOWN_PAGE]
    files = tuple(KnownFile(one.path, one.size, one.modified_ns, one.refusal or "", _picture(one)) for one in page)
    return KnownFiles(files, encode_cursor(page[-1].id) if len(rows) > KNOWN_PAGE else None)


def _picture(row: Any) -> FoundPicture | None:
    return FoundPicture(row.picture_path, row.picture_size, row.picture_modified_ns) if row.picture_path else None


@handles(GetReleaseDraft)
def get_release_draft(action: GetReleaseDraft, connection: Connection) -> ReleaseDraft:
    release = DeliveredReleaseRow
    wanted = select(DeliveryRow.id, DeliveryRow.source, release.identity).join(release, release.delivery_id == DeliveryRow.id)
    found = fetch(connection, wanted.where(release.id == action.delivered_release_id))
    if not found:
        raise NotFound("There is no such delivered release.")
    ((delivery_id, source, identity),) = found
    row = DeliveredFileRow
    columns = row.id, row.path, row.size, row.tags, row.picture_path, row.picture_size
    files = fetch(connection, select(*columns).where(row.delivered_release_id == action.delivered_release_id).order_by(row.path))
    drafts = tuple(DraftFile(one.id, one.path, one.size) for one in files)
    return ReleaseDraft(delivery_id, source, drafts, picture_of(connection, source, identity, files))


@handles(ListSpentKeys)
def list_spent_keys(action: ListSpentKeys, connection: Connection, clock: Clock) -> tuple[str, ...]:
    going_on = fetch(connection, select(DeliveryRow.id).where(DeliveryRow.status == DeliveryStatus.QUARANTINED))
    folders = tuple(f"{QUARANTINE}{row.id}/" for row in going_on)
    sources = _sources(connection, {key.rpartition("/")[2].removeprefix(PICTURE) for key in action.keys}, clock.now() - REPLAYABLE)
    return tuple(key for key in action.keys if key not in sources and not key.startswith(folders))


def _sources(connection: Connection, hashes: Set[str], replayable: datetime) -> Set[str]:
    """Keys of these contents that a job still needs, or would if one that was given up since then were replayed."""
    file, job = DeliveredFileRow, JobRow
    files = select(file.recording_id, file.content_hash).where(file.content_hash.in_(hashes), file.recording_id.is_not(None))
    release = DeliveredReleaseRow
    pictures = select(release.release_id, release.picture_hash).where(release.picture_hash.in_(hashes), release.release_id.is_not(None))
    subjects = {f"{row[0]}/{row[1]}" for wanted in (files, pictures) for row in fetch(connection, wanted.distinct())}
    needed = job.status.in_((JobStatus.WAITING, JobStatus.RUNNING)) | (job.status == JobStatus.FAILED) & (job.created_at > replayable)
    mine = job.subject.in_(subjects) & needed
    kinds = [kind.__struct_config__.tag for kind in (TranscodeWork, CoverWork)]
    works = (work_decoder().decode(row.work) for row in fetch(connection, select(job.work).where(job.kind.in_(kinds), mine)))
    return {work.source_key for work in works if isinstance(work, TranscodeWork | CoverWork)}
