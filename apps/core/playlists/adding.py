"""Which tracks can be added to a playlist, and putting them at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, bindparam, insert, select
from sqlalchemy.orm import Session

from apps.core.bulk import each_id, joined_ids
from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.actions import Actor
from apps.core.contract.ids import PlaylistEntryId, new_id
from apps.core.playlists.models import PlaylistRow, PlaylistTrackRow
from apps.core.playlists.ordering import last_key
from apps.core.playlists.rules import GAP
from apps.core.rights.offers import here, offered

OFFERED = (
    select(TrackRow.id, TrackRow.recording_id, RecordingRow.duration_ms)
    .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .where(TrackRow.id.in_(each_id(bindparam("ids", type_=LargeBinary))))
    .where(ReleaseRow.published_at.is_not(None), offered(TrackRow.release_id, TrackRow.id))
)


def offered_tracks(session: Session, track_ids: Sequence[str], territory: str, now: datetime) -> Mapping[str, Any]:
    """Those of them that are offered there, by id."""
    rows = session.execute(OFFERED, {**here(territory, now), "ids": joined_ids(track_ids)})
    return {row.id: row for row in rows}


def recordings_in(session: Session, playlist_id: str) -> set[str]:
    wanted = select(TrackRow.recording_id).join(PlaylistTrackRow, PlaylistTrackRow.track_id == TrackRow.id)
    return set(session.scalars(wanted.where(PlaylistTrackRow.playlist_id == playlist_id)))


def chosen(track_ids: Sequence[str], known: Mapping[str, Any], present: set[str] | None) -> list[str]:
    """Those that can be added, in their order; each recording once where those that are there are told."""
    taken: list[str] = []
    for track_id in track_ids:
        if track_id not in known:
            continue
        if present is not None:
            if known[track_id].recording_id in present:
                continue
            present.add(known[track_id].recording_id)
        taken.append(track_id)
    return taken


def append(session: Session, row: PlaylistRow, track_ids: Sequence[str], actor: Actor, now: datetime) -> tuple[PlaylistEntryId, ...]:
    last = last_key(session, PlaylistTrackRow, (PlaylistTrackRow.playlist_id == row.id,))
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(), "playlist_id": row.id, "position": last + GAP * number, "track_id": track_id, "added_at": now,
            "added_by": actor.account_id,
        }
        for number, track_id in enumerate(track_ids, 1)
    ]  # fmt: skip
    session.execute(insert(PlaylistTrackRow), rows)
    row.tracks += len(rows)
    return tuple(one["id"] for one in rows)
