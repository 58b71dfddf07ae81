"""Tracks in lists that somebody made: what is told of each, whether or not it is still offered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, true

from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.actions import Actor
from apps.core.contract.library import ListedTrack, Unplayable
from apps.core.contract.playback import PREVIEW
from apps.core.playback.models import PublishedRenditionRow, RenditionRow
from apps.core.rights.offers import offered, offered_anywhere

_VISIBLE = ReleaseRow.published_at.is_not(None) & offered(TrackRow.release_id, TrackRow.id)
LISTED = (
    TrackRow.id, TrackRow.recording_id, TrackRow.release_id, TrackRow.title, RecordingRow.artist,
    ReleaseRow.title.label("release_title"), ReleaseRow.cover, RecordingRow.duration_ms, RecordingRow.explicit,
    PublishedRenditionRow.recording_id.is_not(None).label("ready"), RenditionRow.name.is_not(None).label("previewed"),
    RecordingRow.refusal.is_not(None).label("refused"), _VISIBLE.label("visible"),
    offered(TrackRow.release_id, TrackRow.id, on_plan=True).label("allowed"),
    case((_VISIBLE, true()), else_=offered_anywhere(TrackRow.release_id, TrackRow.id)).label("anywhere"),
)  # fmt: skip
"""To be selected first, of a statement that `with_tracks` has joined."""


def with_tracks(wanted: Select[*tuple[Any, ...]], track_id: Any) -> Select[*tuple[Any, ...]]:
    """Join all that `LISTED` is read from to a list's tracks."""
    return (
        wanted.join(TrackRow, TrackRow.id == track_id)
        .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
        .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
        .outerjoin(PublishedRenditionRow, PublishedRenditionRow.recording_id == TrackRow.recording_id)
        .outerjoin(
            RenditionRow,
            and_(
                RenditionRow.recording_id == TrackRow.recording_id, RenditionRow.content_hash == PublishedRenditionRow.content_hash,
                RenditionRow.name == PREVIEW,
            ),
        )
    )  # fmt: skip


def listed_track(row: Any, actor: Actor) -> ListedTrack:
    return ListedTrack(
        *row[:9], preview=bool(row.visible and row.previewed and not row.allowed and actor.account_id), unplayable=_hindrance(row),
        withdrawn=not row.anywhere,
    )  # fmt: skip


def _hindrance(row: Any) -> Unplayable | None:
    if not row.visible:
        return Unplayable.NOT_OFFERED
    if not row.ready:
        return Unplayable.REFUSED if row.refused else Unplayable.NOT_READY
    return None if row.allowed else Unplayable.NOT_ON_PLAN
