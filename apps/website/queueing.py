"""Queues as pages and the player know them: what somebody wants to queue, changes to a queue, and what is told of its tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from flask import current_app, url_for

from apps.core.contract.catalogue import GetRelease, GetTrack, ReleaseDetail, ReleaseSummary, TrackSummary
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import PlaylistId, read_id
from apps.core.contract.library import ListedTrack, Unplayable
from apps.core.contract.listening import PlaylistSource, ReleaseSource, Source, StationSource, TrackSource
from apps.core.contract.playlists import MOST_AT_ONCE, GetPlaylistTracks
from apps.core.contract.queue import MOST_QUEUED, PlayQueue, QueuedTrack, QueueEntry
from apps.website.actor import core

STEPS = {"up": -1, "down": 1}


def wanted(asked: Mapping[str, str]) -> tuple[QueuedTrack, ...]:
    """What can be heard of the track, release or playlist that is named. Raises NotFound where that is nothing."""
    tracks: tuple[QueuedTrack, ...] = ()
    if track_id := read_id(asked.get("track", "")):
        found = core().send(GetTrack(track_id))
        tracks = (_queued(_listed(found.track, found.release), TrackSource()),)
    elif release_id := read_id(asked.get("release", "")):
        release = core().send(GetRelease(release_id))
        tracks = tuple(_queued(_listed(track, release), ReleaseSource(release_id)) for track in release.tracks)
    elif playlist_id := read_id(asked.get("playlist", "")):
        tracks = _of_playlist(playlist_id)
    if not (heard := tuple(one for one in tracks if _heard(one.track))):
        raise NotFound("There is nothing here that can be played.", "Choose a track, a release or a playlist.")
    return heard[:MOST_QUEUED]


def entries_of(tracks: Sequence[QueuedTrack]) -> tuple[QueueEntry, ...]:
    return tuple(QueueEntry(one.track.track_id, one.source, one.autoplay, one.given_at) for one in tracks)


def with_more(queue: PlayQueue, tracks: Sequence[QueuedTrack], *, at_once: bool) -> tuple[QueueEntry, ...]:
    """Behind the current track, or at the end; what is too much is left out at the end."""
    entries = entries_of(queue.tracks)
    place = (queue.number or 0) if at_once else len(entries)
    return (*entries[:place], *entries_of(tracks), *entries[place:])[:MOST_QUEUED]


def changed(queue: PlayQueue, what: str, number: int) -> tuple[tuple[QueueEntry, ...], int]:
    """The entries after a change, and the number of the current one. A number that is not there changes nothing."""
    entries, current = list(entries_of(queue.tracks)), queue.number or 1
    if what == "clear":
        return tuple(entries[:current]), current
    if not 1 <= number <= len(entries):
        return tuple(entries), current
    marked = [(entry, place == current) for place, entry in enumerate(entries, 1)]
    moved = marked.pop(number - 1)
    if what in STEPS:
        marked.insert(max(0, number - 1 + STEPS[what]), moved)
    left = [place for place, (_, is_current) in enumerate(marked, 1) if is_current]
    return tuple(entry for entry, _ in marked), left[0] if left else max(1, min(current, len(marked)))


def told(one: QueuedTrack) -> dict[str, Any]:
    """A track as the player keeps it in its queue."""
    track, station = one.track, one.source.station_id if isinstance(one.source, StationSource) else None
    return {
        "id": track.track_id, "title": track.title, "artist": track.artist, "release": track.release_title, "why": "",
        "releaseUrl": url_for("releases.show", release_id=track.release_id), "seconds": track.duration_ms / 1000,
        "preview": track.preview, "silent": not _heard(track), "source": msgspec.to_builtins(one.source), "autoplay": one.autoplay,
        **({"station": station, "given": one.given_at.timestamp() * 1000 if one.given_at else 0} if station else {}),
        "cover": track.cover, "coverMarkup": _cover(track),
    }  # fmt: skip


def _of_playlist(playlist_id: PlaylistId) -> tuple[QueuedTrack, ...]:
    tracks: list[QueuedTrack] = []
    cursor = None
    while len(tracks) < MOST_QUEUED:
        page = core().send(GetPlaylistTracks(playlist_id, cursor, MOST_AT_ONCE)).entries
        tracks += [_queued(entry.track, PlaylistSource(playlist_id)) for entry in page.items]
        if (cursor := page.next) is None:
            break
    return tuple(tracks)


def _listed(track: TrackSummary, release: ReleaseDetail | ReleaseSummary) -> ListedTrack:
    unprepared = Unplayable.REFUSED if track.refused else Unplayable.NOT_READY
    unplayable = None if track.playable else Unplayable.NOT_ON_PLAN if track.for_subscribers else unprepared
    return ListedTrack(
        track.id, track.recording_id, release.id, track.title, track.artist, release.title, release.cover, track.duration_ms,
        track.explicit, track.preview, unplayable,
    )  # fmt: skip


def _queued(track: ListedTrack, source: Source) -> QueuedTrack:
    return QueuedTrack(track, source, autoplay=False, given_at=None)


def _heard(track: ListedTrack) -> bool:
    return track.unplayable is None or track.preview


def _cover(track: ListedTrack) -> str:
    parts: Any = current_app.jinja_env.get_template("parts/cover.html").module
    return str(parts.cover(track.release_id, track.release_title, track.artist, track.cover, 96)).strip()
