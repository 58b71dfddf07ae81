"""Genres: however labels spell them, with what is offered here of each."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from apps.core.catalogue.rules import genre_slug
from apps.core.contract.catalogue import GetCatalogueState, GetRelease, GetTrackInFull
from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.genres import MOST_TRACKS, FileUnfiledReleases, GetGenre, ListGenreReleases, ListGenres
from apps.core.contract.ids import new_id
from apps.core.contract.paging import encode_cursor
from apps.core.database import db
from apps.core.genres import commands
from apps.core.genres.models import GenreReleaseRow
from apps.core.search import keeping
from apps.core.search.keeping import SearchIndexes


@pytest.fixture
def indexes(core_app):
    return core_app.extensions["container"].get(SearchIndexes)


@pytest.fixture
def forget(core_app):
    """Take releases out of all genres, as a process leaves them that knows of none yet."""

    def forget(*release_ids: str) -> None:
        with core_app.app_context():
            db.session.execute(delete(GenreReleaseRow).where(GenreReleaseRow.release_id.in_(release_ids)))
            db.session.commit()

    return forget


def walk(sender, query, size):
    """All that a list has, page by page."""
    items, cursor = [], None
    while True:
        page = sender.send(query(cursor=cursor, size=size))
        items += page.items
        if (cursor := page.next) is None:
            return items


def genres(sender, size=50):
    return [(one.slug, one.name) for one in walk(sender, ListGenres, size)]


def titles(sender, slug, size=50):
    return [one.title for one in walk(sender, lambda **page: ListGenreReleases(slug, **page), size)]


class TestASlug:
    @pytest.mark.parametrize(
        ("name", "slug"),
        [
            ("Hip-Hop/Rap", "hip-hop-rap"), ("HIP HOP  rap", "hip-hop-rap"), ("R&B", "r-b"), ("Électro", "electro"), ("ロック", "ロック"),
            ("हिन्दी", "हिन्दी"), ("x" * 99 + " y", "x" * 99),
        ],
    )  # fmt: skip
    def test_is_letters_and_digits_folded(self, name, slug):
        assert genre_slug(name) == genre_slug(slug) == slug

    def test_of_signs_alone_tells_them_apart(self):
        assert genre_slug("♥") == genre_slug(genre_slug("♥")) != genre_slug("♦")


class TestListGenres:
    @pytest.mark.parametrize("size", [1, 2, 50])
    def test_has_each_once_by_name_as_it_was_first_delivered(self, catalogue, visitor, size):
        for number, genre in enumerate(("Rock", "Hip-Hop", "hip hop", "ROCK", "Ambient", "")):
            catalogue.release(f"Album {number}", artist=f"Artist {number}", genre=genre)
        assert genres(visitor, size) == [("ambient", "Ambient"), ("hip-hop", "Hip-Hop"), ("rock", "Rock")]

    def test_shows_the_newest_release_of_each_that_is_offered_here(self, catalogue, visitor, clock, deals):
        first = catalogue.release("First", artist="Ada", genre="Rock")
        clock.advance(60)
        second = catalogue.release("Second", artist="Ben", genre="Rock")
        assert [one.newest.id for one in visitor.send(ListGenres()).items] == [second]
        deals.only(second, "JP")
        assert [one.newest.id for one in visitor.send(ListGenres()).items] == [first]
        deals.only(first, "JP")
        assert genres(visitor) == []

    def test_knows_nothing_of_what_is_not_shown_yet(self, catalogue, visitor):
        catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"], genre="Rock"))
        assert genres(visitor) == []
        catalogue.transcode_all()
        assert genres(visitor) == [("rock", "Rock")]

    def test_takes_one_statement(self, catalogue, visitor, statements):
        for number, genre in enumerate(("Rock", "Pop", "Folk")):
            catalogue.release(f"Album {number}", artist=f"Artist {number}", genre=genre)
        cursor = visitor.send(ListGenres(size=1)).next
        before = statements(ListGenres())
        assert len(visitor.send(ListGenres(cursor)).items) == 2
        assert statements(ListGenres()) - before == 1

    @pytest.mark.parametrize("cursor", ["moon", encode_cursor(1), encode_cursor("a\x00")])
    def test_refuses_a_foreign_cursor(self, visitor, cursor):
        with pytest.raises(Invalid, match="not one that this list gave out"):
            visitor.send(ListGenres(cursor))


class TestListGenreReleases:
    @pytest.mark.parametrize("size", [1, 2, 3, 50])
    def test_has_the_newest_first_page_by_page(self, catalogue, visitor, clock, size):
        for number, genre in enumerate(("Rock", "rock", "Pop", "ROCK")):
            catalogue.release(f"Album {number}", artist=f"Artist {number}", genre=genre)
            clock.advance(60)
        assert titles(visitor, "rock", size) == ["Album 3", "Album 1", "Album 0"]

    def test_has_what_holds_a_track_of_it(self, catalogue, visitor):
        tags = [("Dawn", "Dub"), ("Noon", "Dub"), ("Dusk", "Ska")]
        files = [
            catalogue.file(f"{title}.flac", title=title, artist="Ana", album="Garden", album_artist="Ana", track=number, genre=genre)
            for number, (title, genre) in enumerate(tags, 1)
        ]
        catalogue.deliver(files)
        catalogue.transcode_all()
        assert genres(visitor) == [("dub", "Dub"), ("ska", "Ska")]
        assert titles(visitor, "ska") == titles(visitor, "dub") == ["Garden"]

    def test_follows_what_is_delivered_again(self, catalogue, visitor):
        catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"], genre="Rok"))
        catalogue.transcode_all()
        catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"], genre="Rock"))
        assert (titles(visitor, "rok"), titles(visitor, "rock")) == ([], ["Blue Garden"])
        assert genres(visitor) == [("rock", "Rock")]

    def test_refuses_a_foreign_cursor(self, visitor):
        with pytest.raises(Invalid, match="not one that this list gave out"):
            visitor.send(ListGenreReleases("rock", encode_cursor("rock", new_id())))


class TestGetGenre:
    def test_goes_by_its_name_in_any_spelling(self, catalogue, visitor, indexes):
        release = visitor.send(GetRelease(catalogue.release("Blue Garden", genre="Hip-Hop", tracks=2)))
        found = visitor.send(GetGenre("HIP HOP"))
        assert (found.slug, found.name) == ("hip-hop", "Hip-Hop")
        assert {one.track.id for one in found.tracks} == {track.id for track in release.tracks}
        assert {one.release.id for one in found.tracks} == {release.id}
        assert release.genre_slug == visitor.send(GetTrackInFull(release.tracks[0].id)).genre_slug == "hip-hop"

    def test_tells_the_tracks_that_are_heard_the_most(self, catalogue, visitor, heard, indexes):
        rock = visitor.send(GetRelease(catalogue.release("Album", MOST_TRACKS + 2, genre="Rock"))).tracks
        (pop,) = visitor.send(GetRelease(catalogue.release("Other", 1, genre="Pop"))).tracks
        visitor.send(GetGenre("rock"))
        heard({rock[3].recording_id: 5.0, rock[1].recording_id: 9.0, pop.recording_id: 20.0})
        indexes.look_again()
        visitor.send(GetGenre("rock"))
        indexes.settle()
        tracks = [one.track.id for one in visitor.send(GetGenre("rock")).tracks]
        assert tracks[:2] == [rock[1].id, rock[3].id]
        assert len(set(tracks)) == MOST_TRACKS

    def test_tells_a_recording_once_and_nothing_that_is_not_offered_here(self, catalogue, visitor, deals, indexes):
        files = catalogue.files("Blue Garden", ["Dawn"], genre="Rock", isrc="GBABC2600001")
        again = catalogue.files("Best Of", ["Dawn"], genre="Rock", isrc="GBABC2600001")
        (first,), (second,) = (catalogue.deliver(some) for some in (files, again))
        catalogue.transcode_all()
        assert len(visitor.send(GetGenre("rock")).tracks) == 1
        deals.only(second, "JP")
        assert [one.release.id for one in visitor.send(GetGenre("rock")).tracks] == [first]
        deals.only(first, "JP")
        with pytest.raises(NotFound, match="no such genre here"):
            visitor.send(GetGenre("rock"))

    def test_tells_what_the_listener_may_play(self, catalogue, ana, visitor):
        catalogue.release("Blue Garden", genre="Rock", tracks=1)
        assert [[one.track.playable for one in who.send(GetGenre("rock")).tracks] for who in (ana, visitor)] == [[True], [False]]

    def test_is_there_while_the_index_is_still_read(self, catalogue, visitor, indexes, monkeypatch):
        catalogue.release("Blue Garden", genre="Rock", tracks=1)
        monkeypatch.setattr(keeping, "PATIENCE_SECONDS", 0.01)
        with indexes._lock:
            assert visitor.send(GetGenre("rock")).tracks == ()
        indexes.settle()
        assert len(visitor.send(GetGenre("rock")).tracks) == 1

    @pytest.mark.parametrize("name", ["rock", "♥", "\x00", "x" * 200])
    def test_is_not_found_where_there_is_none(self, visitor, name):
        with pytest.raises(NotFound, match="no such genre here"):
            visitor.send(GetGenre(name))


class TestFileUnfiledReleases:
    def test_files_what_an_older_process_left(self, catalogue, visitor, worker, forget):
        tags = {"title": "Dawn", "artist": "Ana", "album": "Garden", "album_artist": "Ana", "track": 1}
        catalogue.deliver([catalogue.file("dawn.flac", genre="Dub", **tags)])
        catalogue.transcode_all()
        album = catalogue.release("Album", genre="Rock")
        catalogue.release("Other", genre="Rock")
        catalogue.release("Of no genre")
        forget(album, *(one.id for one in visitor.send(ListGenreReleases("dub")).items))
        assert (genres(visitor), titles(visitor, "rock")) == ([("rock", "Rock")], ["Other"])
        assert worker.send(FileUnfiledReleases()) is False
        assert (genres(visitor), sorted(titles(visitor, "rock"))) == ([("dub", "Dub"), ("rock", "Rock")], ["Album", "Other"])

    def test_does_so_some_at_a_time_and_ends(self, catalogue, visitor, worker, forget, monkeypatch):
        monkeypatch.setattr(commands, "FILED_AT_ONCE", 2)
        forget(*(catalogue.release(f"Album {number}", artist=f"Artist {number}", genre="Rock") for number in range(3)))
        catalogue.deliver(catalogue.files("Not to be heard yet", ["Dawn"], genre="Rock"))
        assert [worker.send(FileUnfiledReleases()) for _ in range(3)] == [True, False, False]
        assert titles(visitor, "rock", 1) == titles(visitor, "rock") != []

    def test_changes_nothing_where_all_is_filed(self, catalogue, visitor, worker):
        catalogue.release("Album", genre="Rock")
        before = visitor.send(GetCatalogueState())
        assert worker.send(FileUnfiledReleases()) is False
        assert visitor.send(GetCatalogueState()) == before
