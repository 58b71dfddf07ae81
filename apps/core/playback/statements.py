"""What `StartPlayback` judges by, read in one statement and never from a cache."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, select

from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.database import IdColumn
from apps.core.playback.models import AudioRow, PublishedRenditionRow
from apps.core.rights.offers import offered

PLAYABLE = (
    select(
        TrackRow.title, TrackRow.release_id, TrackRow.recording_id, RecordingRow.artist, RecordingRow.refusal,
        ReleaseRow.title.label("release_title"), ReleaseRow.cover, PublishedRenditionRow.content_hash, AudioRow.facts,
        offered(TrackRow.release_id, TrackRow.id).label("visible"),
        offered(TrackRow.release_id, TrackRow.id, on_plan=True).label("allowed"),
    )
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
    .outerjoin(PublishedRenditionRow, PublishedRenditionRow.recording_id == TrackRow.recording_id)
    .outerjoin(
        AudioRow,
        and_(AudioRow.recording_id == TrackRow.recording_id, AudioRow.content_hash == PublishedRenditionRow.content_hash),
    )
    .where(TrackRow.id == bindparam("track_id", type_=IdColumn()))
)  # fmt: skip
