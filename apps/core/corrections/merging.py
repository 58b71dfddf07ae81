"""Artists who are one: the credits of all are the survivor's, and each keeps their name, so that whoever brings it finds the survivor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from apps.core.catalogue.models import ArtistRow, RecordingCreditRow, ReleaseCreditRow, TrackRow
from apps.core.catalogue.rules import is_various, name_key
from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.corrections.favourites import have_favourites_follow
from apps.core.corrections.models import ArtistMergeRow
from apps.core.library.models import FavouriteArtistRow

CREDITS = ReleaseCreditRow, RecordingCreditRow


def merge(session: Session, artist_id: str, into_id: str, made_by: str | None, now: datetime) -> tuple[str, Sequence[str]]:
    """Returns its id, and the releases whose credits lead elsewhere by it."""
    artist, into = _both(session, artist_id, into_id)
    made = ArtistMergeRow(artist_id=artist.id, into_id=into.id, made_by=made_by, made_at=now)
    session.add(made)
    touched = _releases_of(session, artist.id, _names_of(session, artist.id))
    # Their favourite stays where it is, for the day on which this is taken back.
    have_favourites_follow(session, FavouriteArtistRow.artist_id, artist.id, into.id)
    for one in session.scalars(select(ArtistRow).where((ArtistRow.id == artist.id) | (ArtistRow.merged_into == artist.id))):
        one.merged_into = into.id
    for table in CREDITS:
        moved = update(table).where(table.artist_id == artist.id).values(artist_id=into.id)
        session.execute(moved, execution_options={"synchronize_session": False})
    session.flush()
    return made.id, touched


def spell(session: Session, artist_id: str, name: str) -> None:
    """No index need be told: it folds at least what can differ."""
    artist = _lock(session, [artist_id]).get(artist_id)
    if artist is None:
        raise NotFound("There is no such artist.", "Look for them again.")
    if artist.merged_into:
        raise Conflict("This artist was merged into another one.", "Spell the name of the one who is there.")
    if name_key(name) != artist.name_key:
        raise Invalid("That is another name.", "Merge them into whoever is called so, or correct how a release credits them.")
    artist.name = name


def part(session: Session, merge_id: str, now: datetime) -> Sequence[str]:
    """Have an artist, and whoever was merged into them, stand alone again; returns the releases whose credits lead elsewhere by it."""
    found = session.get(ArtistMergeRow, merge_id)
    if found is None:
        raise NotFound("There is no such merge.", "Look at the list of merges.")
    artist = _lock(session, [found.artist_id])[found.artist_id]
    session.refresh(found, with_for_update=True)
    survivor = artist.merged_into
    if found.over_at is not None or survivor is None:
        return ()
    _lock(session, [survivor])
    found.over_at = now
    session.flush()
    apart = _merged_into(session, artist.id)
    keys = set(session.scalars(select(ArtistRow.name_key).where(ArtistRow.id.in_(apart))))
    names = [name for name in _names_of(session, survivor) if name_key(name) in keys]
    touched = _releases_of(session, survivor, names)
    for one in session.scalars(select(ArtistRow).where(ArtistRow.id.in_(apart))):
        one.merged_into = None if one.id == artist.id else artist.id
    for table in CREDITS:
        moved = update(table).where(table.artist_id == survivor, table.credited_as.in_(names)).values(artist_id=artist.id)
        session.execute(moved, execution_options={"synchronize_session": False})
    # By one release of theirs, an index reads anew what the survivor is called.
    return [*touched, *_releases_of(session, survivor, _names_of(session, survivor))[:1]]


def _both(session: Session, artist_id: str, into_id: str) -> tuple[ArtistRow, ArtistRow]:
    if artist_id == into_id:
        raise Invalid("That is the same artist.", "Choose the one whose page is to stay.")
    found = _lock(session, [artist_id, into_id])
    if len(found) < 2:
        raise NotFound("There is no such artist.", "Look for them again.")
    artist, into = found[artist_id], found[into_id]
    if is_various(artist.name) or is_various(into.name):
        raise Invalid("Various artists are nobody.", "Correct how their releases are credited.")
    if artist.merged_into or into.merged_into:
        raise Conflict("One of them was merged into another artist already.", "Look for them again, and merge who is there.")
    return artist, into


def _lock(session: Session, artist_ids: Collection[str]) -> dict[str, ArtistRow]:
    """Whoever writes credits of their names comes before, or finds the survivor."""
    wanted = select(ArtistRow).where(ArtistRow.id.in_(artist_ids)).order_by(ArtistRow.id)
    return {one.id: one for one in session.scalars(wanted.with_for_update(), execution_options={"populate_existing": True})}


def _names_of(session: Session, artist_id: str) -> list[str]:
    """All that they are credited as."""
    return [*{name for table in CREDITS for name in session.scalars(select(table.credited_as).filter_by(artist_id=artist_id).distinct())}]


def _releases_of(session: Session, artist_id: str, names: Collection[str]) -> Sequence[str]:
    own, heard = ReleaseCreditRow, RecordingCreditRow
    of_releases = select(own.release_id).where(own.artist_id == artist_id, own.credited_as.in_(names))
    of_tracks = select(TrackRow.release_id).join(heard, heard.recording_id == TrackRow.recording_id)
    return session.scalars(of_releases.union(of_tracks.where(heard.artist_id == artist_id, heard.credited_as.in_(names)))).all()


def _merged_into(session: Session, artist_id: str) -> list[str]:
    """The artist, and whoever was merged into them, or into one who was, and still is."""
    row = ArtistMergeRow
    within = select(ArtistRow.id).where(ArtistRow.id == artist_id).cte(recursive=True)
    within = within.union(select(row.artist_id).join(within, row.into_id == within.c.id).where(row.over_at.is_(None)))
    return [*session.scalars(select(within.c.id))]
