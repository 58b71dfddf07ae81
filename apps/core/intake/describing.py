"""What a release is called, who made it and what kind it is, from the tags of its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from apps.core.catalogue.models import ArtistRow, RecordingRow, ReleaseCreditRow, ReleaseRow, TrackRow
from apps.core.catalogue.names import Named, Names, credit_release, names, stand_in_series
from apps.core.catalogue.rules import VARIOUS_ARTISTS, is_various, name_key, release_type
from apps.core.contract.catalogue import CreditRole
from apps.core.contract.corrections import CorrectedField
from apps.core.corrections.overlay import delivered_last
from apps.core.intake.credits import (
    ACTS,
    Known,
    Separators,
    alone_here,
    recording_credits,
    release_credits,
    worth_knowing,
)
from apps.core.intake.rules import TaggedFile, clean_date, clean_upc, release_title, rights_lines


@dataclass(frozen=True)
class Crediting:
    """What the tags of a delivered release say of who made it."""

    recordings: Mapping[str, Sequence[Named]]
    """By the delivered file's id."""
    known: Known
    separators: Separators

    def of_release(self, files: Sequence[TaggedFile], artist: str) -> list[Named]:
        """Those who are the release's artist together."""
        if is_various(artist):
            return [(CreditRole.MAIN, artist)]
        return release_credits(artist, _several(files, artist), self.known, self.separators)


def describe_release(
    session: Session, release: ReleaseRow, accepted: Mapping[str, TaggedFile], source: str, named: Names, crediting: Crediting
) -> None:
    """Set what the release's page shows, from the files by what recording each is; the tracks it had before count towards its artist and
    its type.

    Files that are only some of its tracks change what they say something about and nothing else.
    """
    files = [*accepted.values()]
    tracks = select(RecordingRow.id, RecordingRow.artist, RecordingRow.duration_ms).join(TrackRow, TrackRow.recording_id == RecordingRow.id)
    held = session.execute(tracks.where(TrackRow.release_id == release.id)).all()
    # Beside those that are written now, which say what was delivered: a release is what was delivered of all of them.
    before = delivered_last(session, CorrectedField.ARTIST, [one.id for one in held if one.id not in accepted])
    delivered = [before.get(one.id, one.artist) for one in held]
    artists = {name_key(one): one for one in delivered}
    partial = len(held) > len(files)
    if not partial or _first(files, "album"):
        release.title = release_title(files, source)
    release.title_key = name_key(release.title)
    release.artist = _display_artist(files, artists)
    compilation = any(file.tags.compilation for file in files)
    durations = [one.duration_ms for one in held]
    release.type = release_type(set(artists), durations, compilation=compilation, various=is_various(release.artist))
    _facts(session, release, files, named, partial=partial)
    credited = crediting.of_release(files, release.artist)
    known = all(name in named.artists for _, name in credited)
    artists = named.artists if known else names(session, [name for _, name in credited], []).artists
    credit_release(session, artists, release.id, credited)


def read_credits(session: Session, files: Sequence[TaggedFile], separators: Separators) -> Crediting:
    """Who each file's recording is credited to, and who the release is, where its files name them."""
    wanted = {name for file in files for name in worth_knowing(file.tags, file.artist, file.title, separators)}
    known = _known(session, wanted, {name for file in files for name in alone_here(file.tags, file.artist, separators)})
    recordings = {file.id: recording_credits(file.tags, file.artist, file.title, known, separators) for file in files}
    return Crediting(recordings, known, separators)


def meet_names(session: Session, files: Sequence[TaggedFile], crediting: Crediting) -> Names:
    """The artists and labels that the files name, made where they are new."""
    artists = [name for credited in crediting.recordings.values() for _, name in credited]
    album_artists = [name for file in files if file.tags.album_artist for _, name in crediting.of_release([file], file.tags.album_artist)]
    return names(session, [*artists, *album_artists], [file.tags.label for file in files if file.tags.label])


def _known(session: Session, wanted: Set[str], alone: Set[str]) -> Known:
    """Of these names the artists there are, and who of them has a release of their own: then they are one, whatever the name looks like."""
    keys = {name_key(name) for name in wanted}
    credited = func.coalesce(ArtistRow.merged_into, ArtistRow.id)
    own = exists().where(ReleaseCreditRow.artist_id == credited, ReleaseCreditRow.role == CreditRole.MAIN)
    found = session.execute(select(ArtistRow.name_key, own.label("own")).where(ArtistRow.name_key.in_(keys))).all()
    acts = {one.name_key for one in found if one.own}
    return Known({*(one.name_key for one in found), *map(name_key, alone)}, ACTS | acts)


def _several(files: Sequence[TaggedFile], artist: str) -> Sequence[str]:
    """Each of those who are this artist together, where a file says so."""
    for file in files:
        if file.tags.album_artist == artist and file.tags.album_artists:
            return file.tags.album_artists
        if file.artist == artist and file.tags.artists and not file.tags.album_artist:
            return file.tags.artists
    return ()


def _display_artist(files: Sequence[TaggedFile], artists: dict[str, str]) -> str:
    """The album artist; else the one artist of all tracks; else various artists."""
    for file in files:
        if file.tags.album_artist and not is_various(file.tags.album_artist):
            return file.tags.album_artist
    return next(iter(artists.values())) if len(artists) == 1 else VARIOUS_ARTISTS


def _facts(session: Session, release: ReleaseRow, files: Sequence[TaggedFile], named: Names, *, partial: bool) -> None:
    released_on, year = clean_date(_first(files, "date"))
    label, (p_line, c_line) = _first(files, "label"), rights_lines(_first(files, "copyright"), _first(files, "produced"))
    facts = {
        "released_on": released_on, "year": year, "upc": clean_upc(_first(files, "upc")), "genre": _first(files, "genre") or None,
        "p_line": p_line, "c_line": c_line, "label_id": named.labels.get(label),
    }  # fmt: skip
    for name, value in facts.items():
        if value is not None or not partial:
            setattr(release, name, value)
    stand_in_series(session, release)


def _first(files: Sequence[TaggedFile], tag: str) -> str:
    return next((str(text) for file in files if (text := getattr(file.tags, tag))), "")
