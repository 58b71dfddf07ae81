"""The places of recordings on a release."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from apps.core.catalogue.models import OWN_RECORDING, ReleaseRow, TrackRow
from apps.core.intake.judging import Accepted
from apps.core.intake.recordings import Recordings
from apps.core.intake.rules import place
from apps.core.playback.models import PublishedRenditionRow


def write_tracks(
    session: Session, release: ReleaseRow, accepted: Sequence[Accepted], recordings: Recordings, existing: Sequence[TrackRow]
) -> Collection[str]:
    """Give each recording its place; a track keeps its id when it moves, even to another release of the same folder.

    Returns the releases that tracks moved away from.
    """
    tracks = _tracks(session, accepted, recordings, existing)
    kept = {track.id for track in tracks.values()}
    places = place([one.file for one in accepted], [(track.disc, track.number) for track in existing if track.id not in kept])
    left = {track.release_id for track in tracks.values()} - {release.id, None}
    for position, (file_id, track) in enumerate(tracks.items()):
        if (track.release_id, track.disc, track.number) != (release.id, *places[file_id]):
            track.disc, track.number = -1, position  # out of each other's way
            track.release_id = release.id
    session.flush()
    for one in accepted:
        track = tracks.get(one.file.id)
        if track is None:
            track = TrackRow(release_id=release.id)
            session.add(track)
        recording = recordings[one.file.id]
        track.recording_id, track.title = recording.same_as or recording.id, one.file.title
        track.own_recording_id = recording.id if recording.same_as else None
        track.disc, track.number = places[one.file.id]
        track.hidden_at = None
    session.flush()
    hide_what_is_left_empty(session, left)
    return left


def _tracks(session: Session, accepted: Sequence[Accepted], recordings: Recordings, existing: Sequence[TrackRow]) -> dict[str, TrackRow]:
    """The track each file has already, by file id: the one of its recording here, else the one its path made before."""
    here = {track.own_id: track for track in existing}
    found = {one.file.id: here[recordings[one.file.id].id] for one in accepted if recordings[one.file.id].id in here}
    taken = {track.id for track in found.values()}
    made = _made_before(session, [one for one in accepted if one.file.id not in found])
    for one in accepted:
        track = made.get((one.held_release_id, one.held_recording_id))
        if one.file.id not in found and track is not None and track.id not in taken:
            found[one.file.id] = track
            taken.add(track.id)
    return found


def _made_before(session: Session, accepted: Sequence[Accepted]) -> Mapping[tuple[str | None, str | None], TrackRow]:
    releases = {one.held_release_id for one in accepted if one.held_release_id}
    recordings = {one.held_recording_id for one in accepted if one.held_recording_id}
    if not releases:
        return {}
    wanted = select(TrackRow).where(TrackRow.release_id.in_(releases), OWN_RECORDING.in_(recordings))
    return {(track.release_id, track.own_id): track for track in session.scalars(wanted)}


def hide_what_is_left_empty(session: Session, left: Collection[str]) -> None:
    """A release that tracks moved away from, or were hidden of, is shown as long as it has something to play."""
    if left:
        ready = select(TrackRow.release_id).join(PublishedRenditionRow, PublishedRenditionRow.recording_id == TrackRow.recording_id)
        kept = ready.where(TrackRow.release_id.in_(left), TrackRow.hidden_at.is_(None))
        empty = ReleaseRow.id.in_(left) & ReleaseRow.id.not_in(kept)
        session.execute(update(ReleaseRow).where(empty).values(published_at=None), execution_options={"synchronize_session": False})
