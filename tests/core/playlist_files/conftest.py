"""A catalogue of songs with names of their own, and files that name them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from sqlalchemy import select, update

from apps.core.catalogue.models import RecordingRow, TrackRow
from apps.core.contract.ids import TrackId
from apps.core.contract.playlist_files import MatchedPlaylist, MatchPlaylistFile
from apps.core.database import db
from apps.core.search.changes import Subject, note_changes
from apps.core.search.keeping import SearchIndexes
from tests.factories.deals import Deals
from tests.factories.shelf import Shelf


@pytest.fixture
def deals(core_app) -> Deals:
    return Deals(core_app)


@pytest.fixture
def shelf(core_app) -> Shelf:
    return Shelf(core_app, count())


@pytest.fixture
def song(core_app, shelf) -> Callable[..., TrackId]:
    """A track that everybody may play, by itself on a release."""

    def song(title: str, artist: str = "The Lanterns", *, isrc: str | None = None, seconds: float = 200, album: str = "Blue") -> TrackId:
        release_id = shelf.release(album, artist, tracks=1)
        with core_app.app_context():
            track = db.session.execute(select(TrackRow.id, TrackRow.recording_id).where(TrackRow.release_id == release_id)).one()
            told = {"title": title, "isrc": isrc, "duration_ms": round(seconds * 1000)}
            db.session.execute(update(RecordingRow).where(RecordingRow.id == track.recording_id).values(told))
            db.session.execute(update(TrackRow).where(TrackRow.id == track.id).values(title=title))
            db.session.commit()
        return track.id

    return song


@pytest.fixture
def rename(core_app) -> Callable[[TrackId, str], None]:
    """Call a track otherwise, as whoever changes its release does."""

    def rename(track_id: TrackId, title: str) -> None:
        with core_app.app_context():
            db.session.execute(update(TrackRow).where(TrackRow.id == track_id).values(title=title))
            note_changes(db.session(), Subject.RELEASE, db.session.scalars(select(TrackRow.release_id).where(TrackRow.id == track_id)))
            db.session.commit()

    return rename


@pytest.fixture
def indexes(core_app) -> SearchIndexes:
    return core_app.extensions["container"].get(SearchIndexes)


@pytest.fixture
def match_file(ana, indexes) -> Callable[[str, bytes], MatchedPlaylist]:
    """What a file has, for Ana, once the index is read."""

    def match_file(name: str, content: bytes) -> MatchedPlaylist:
        indexes.prepare()
        indexes.settle()
        return ana.send(MatchPlaylistFile(name, content))

    return match_file


@pytest.fixture
def match(match_file) -> Callable[..., MatchedPlaylist]:
    """What a table with these lines has, for Ana."""

    def match(*rows: str) -> MatchedPlaylist:
        return match_file("mine.csv", "\n".join(("title;artist;isrc;duration;album;url", *rows)).encode())

    return match
