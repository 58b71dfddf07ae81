"""The charts' statements, each built once."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.catalogue.statements import HEARABLE
from apps.core.charts.models import EditionRow, EntryRow
from apps.core.database import LIMIT, IdColumn

CHART = bindparam("chart")
OF_CHART = EditionRow.chart == CHART

_newest = select(EditionRow.chart, func.max(EditionRow.first_day).label("first_day")).group_by(EditionRow.chart).subquery()
LATEST = select(_newest.c.chart, _newest.c.first_day, EntryRow.title, EntryRow.artist).outerjoin(
    EntryRow, and_(EntryRow.chart == _newest.c.chart, EntryRow.first_day == _newest.c.first_day, EntryRow.position == 1)
)
"""Of every chart its latest edition, and what leads it."""

_other = aliased(EditionRow)
_previous = (
    select(func.max(_other.first_day)).where(_other.chart == EditionRow.chart, _other.first_day < EditionRow.first_day).scalar_subquery()
)
_following = (
    select(func.min(_other.first_day)).where(_other.chart == EditionRow.chart, _other.first_day > EditionRow.first_day).scalar_subquery()
)
NEWEST_EDITION = (
    select(EditionRow.__table__, _previous.label("previous"), _following.label("following"))
    .where(OF_CHART)
    .order_by(EditionRow.first_day.desc())
    .limit(1)
)
EDITION_OF_DAY = NEWEST_EDITION.where(EditionRow.first_day <= bindparam("day"), EditionRow.last_day >= bindparam("day"))
ENTRIES = (
    select(EntryRow.__table__).where(EntryRow.chart == CHART, EntryRow.first_day == bindparam("first_day")).order_by(EntryRow.position)
)
TRACKS = (
    HEARABLE.add_columns(TrackRow.release_id, ReleaseRow.title.label("release_title"), ReleaseRow.cover)
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(
        TrackRow.recording_id.in_(bindparam("recording_ids", expanding=True, type_=IdColumn())), ReleaseRow.published_at.is_not(None)
    )
    .order_by(TrackRow.id)
)  # fmt: skip
"""All that is offered of these recordings."""

ID = bindparam("id", type_=IdColumn())
_recording = select(TrackRow.recording_id).where(TrackRow.id == ID).scalar_subquery()
IDENTITY = select(RecordingRow.id, RecordingRow.isrc).where(or_(RecordingRow.id == ID, RecordingRow.id == _recording))
"""Of a recording, or of a track's."""
RUN = (
    select(EditionRow.first_day, EntryRow.position, EntryRow.title, EntryRow.artist, EntryRow.peak, EntryRow.weeks)
    .outerjoin(
        EntryRow, and_(EntryRow.chart == EditionRow.chart, EntryRow.first_day == EditionRow.first_day, EntryRow.key == bindparam("key"))
    )
    .where(OF_CHART, EditionRow.first_day.between(bindparam("first"), bindparam("last")))
    .order_by(EditionRow.first_day.desc())
    .limit(LIMIT)
)
SPAN = select(func.min(EntryRow.first_day).label("first"), func.max(EntryRow.first_day).label("last")).where(
    EntryRow.chart == CHART, EntryRow.key == bindparam("key")
)

RECORDINGS = (
    select(RecordingRow.id, RecordingRow.isrc)
    .join(TrackRow, TrackRow.recording_id == RecordingRow.id)
    .where(TrackRow.release_id == bindparam("release_id", type_=IdColumn()))
    .distinct()
)
"""Of all tracks of a release."""
_recent = func.row_number().over(partition_by=(EntryRow.chart, EntryRow.key), order_by=EntryRow.first_day.desc())
_entries = (
    select(EntryRow.chart, EntryRow.key, EntryRow.position, EntryRow.peak, EntryRow.first_day, _recent.label("recent"))
    .where(EntryRow.chart.in_(bindparam("charts", expanding=True)), EntryRow.key.in_(bindparam("keys", expanding=True)))
    .subquery()
)
_latest_edition = select(func.max(EditionRow.first_day)).where(EditionRow.chart == _entries.c.chart).scalar_subquery()
PLACES = select(
    _entries.c.chart, _entries.c.key, _entries.c.position, _entries.c.peak, (_entries.c.first_day == _latest_edition).label("current")
).where(_entries.c.recent == 1)
"""By chart and key the last entry, and whether it is of the latest edition."""
