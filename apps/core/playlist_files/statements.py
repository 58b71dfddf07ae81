"""The statements by which entries are found and playlists written out, each built once."""

from __future__ import annotations

from sqlalchemy import LargeBinary, bindparam, select

from apps.core.bulk import each_id, each_text
from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.database import IdColumn
from apps.core.playlists.models import PlaylistTrackRow
from apps.core.rights.offers import offered

_TRACK = (
    select(
        TrackRow.id, TrackRow.recording_id, TrackRow.title, RecordingRow.artist, ReleaseRow.title.label("album"), RecordingRow.isrc,
        RecordingRow.duration_ms, TrackRow.release_id,
    )
    .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
)  # fmt: skip
_SEEN = ReleaseRow.published_at.is_not(None) & offered(TrackRow.release_id, TrackRow.id)
_THESE = TrackRow.id.in_(each_id(bindparam("ids", type_=LargeBinary)))

SEEN = _TRACK.where(_THESE, _SEEN)
BY_ISRC = {dialect: _TRACK.where(RecordingRow.isrc.in_(each_text(dialect, "isrcs")), _SEEN) for dialect in ("sqlite", "postgresql")}
WHATEVER_SEEN = _TRACK.where(_THESE)
"""What is no longer offered stays in a playlist, and in its file."""
IN_ORDER = (
    select(PlaylistTrackRow.track_id)
    .where(PlaylistTrackRow.playlist_id == bindparam("playlist_id", type_=IdColumn()))
    .order_by(PlaylistTrackRow.position, PlaylistTrackRow.id)
)
