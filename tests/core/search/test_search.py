"""Searching the catalogue, as somebody."""

from __future__ import annotations

from itertools import count

import msgspec
import pytest

from apps.core.catalogue.models import ReleaseCreditRow
from apps.core.contract.catalogue import GetRelease, ReleaseType
from apps.core.contract.errors import Invalid
from apps.core.contract.search import Search, SearchAddress, SearchKind
from apps.core.rights.terms import CommercialModel
from apps.core.search import queries
from tests.factories.deals import Deals
from tests.factories.shelf import Shelf

ODD = ["", "   ", "?!…", "🎉🎉", "\u200f\u0645\u0631\u062d", "x" * 10_000, "x " * 5_000, "\x00", "%_", "' OR 1=1 --", "\\"]


def titles(found):
    return [one.track.title for one in found.tracks]


@pytest.fixture
def deals(core_app):
    return Deals(core_app)


@pytest.fixture
def blue(catalogue):
    """Two tracks by The Lanterns on an album of 1994."""
    return catalogue.release("Blue Garden", artist="The Lanterns", tracks=2, date="1994", genre="Jazz", label="Quay")


class TestWhatIsFound:
    def test_is_an_artist_a_release_and_its_tracks(self, blue, find, visitor):
        found, release = find("blue garden"), visitor.send(GetRelease(blue))
        assert [one.id for one in found.releases] == [blue]
        assert sorted((one.track for one in found.tracks), key=lambda track: track.number) == list(release.tracks)
        assert all(one.release.id == blue for one in found.tracks)
        assert [(one.id, one.name) for one in find("lanterns").artists] == [(release.credits[0].artist_id, "The Lanterns")]

    def test_has_the_best_group_named(self, blue, find):
        assert find("the lanterns").top is SearchKind.ARTIST
        assert find("blue garden").top is SearchKind.RELEASE
        assert find("blue garden 2").top is SearchKind.TRACK
        assert find("xyzzy").top is None

    def test_is_of_the_kinds_asked_for(self, blue, find):
        found = find("blue garden lanterns", kinds=(SearchKind.TRACK,))
        assert (found.artists, found.releases, len(found.tracks), found.top) == ((), (), 2, SearchKind.TRACK)

    def test_is_asked_by_an_address(self, blue, indexes, visitor):
        address = SearchAddress("blue", SearchKind.RELEASE, genre="Dub", first_year=1990)
        assert address.query(size=3) == Search("blue", (SearchKind.RELEASE,), genre="Dub", first_year=1990, size=3)
        assert SearchAddress("blue", playable=True).query(size=3) == Search("blue", playable=True, size=3)

    def test_is_read_by_the_first_who_asks(self, blue, indexes, find):
        indexes.settle()  # nobody has begun
        assert find("blue garden").releases

    def test_is_no_more_than_asked_for(self, blue, find):
        assert len(find("blue garden", size=1).tracks) == 1

    @pytest.mark.parametrize("text", ODD)
    def test_is_nothing_where_the_text_says_nothing(self, blue, find, text):
        found = find(text)
        assert (found.top, found.artists, found.releases, found.tracks) == (None, (), (), ())

    def test_is_an_artist_under_any_name_they_are_credited_by(self, catalogue, find, core_app, visitor):
        release = visitor.send(GetRelease(catalogue.release("Blue Garden", artist="Björk")))
        catalogue.release("Green Garden", artist="BJORK")
        assert [one.id for one in find("bjork").artists] == [release.credits[0].artist_id]

    def test_is_an_artist_under_the_names_that_they_are_credited_by_most_often(self, catalogue, find, core_app, visitor):
        release = visitor.send(GetRelease(catalogue.release("Blue Garden", artist="The Lanterns")))
        (credit,) = release.credits
        shelf = Shelf(core_app, count())
        seldom = [f"Aardvark {letter}" for letter in "abcde"]
        for position, name in enumerate(("Zebra Crossing", "Zebra Crossing", *seldom)):
            again = shelf.release(f"Garden {position}", "Somebody", tracks=0)
            shelf.write({ReleaseCreditRow: [Shelf.credit(credit.artist_id, name, release_id=again) | {"position": 2}]})
        assert [one.id for one in find("zebra crossing").artists] == [credit.artist_id]

    def test_is_each_recording_once(self, catalogue, find):
        for album in ("Blue Garden", "Best of Gardens"):
            catalogue.deliver(
                [catalogue.file(f"{album}/1.flac", title="Dawn", artist="Ada", album=album, album_artist="Ada", isrc="GBAAA1200001")]
            )
        catalogue.transcode_all()
        assert titles(find("dawn")) == ["Dawn"]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"type": ReleaseType.SINGLE}, True), ({"type": ReleaseType.COMPILATION}, False), ({"genre": " JAZZ!"}, True),
            ({"genre": "Pop"}, False), ({"label": "QUAY"}, True), ({"label": "Harbour"}, False),
            ({"first_year": 1994, "last_year": 1994}, True), ({"first_year": 1995}, False), ({"last_year": 1993}, False),
        ],
    )  # fmt: skip
    def test_passes_the_filters(self, blue, find, filters, expected):
        found = find("blue garden", **filters)
        assert (bool(found.releases), bool(found.tracks)) == (expected, expected)

    def test_what_no_filter_can_be_is_refused(self, visitor):
        for wrong in ({"size": 0}, {"size": 51}, {"first_year": -1}, {"genre": "x" * 1001}):
            with pytest.raises(Invalid):
                visitor.send(Search("blue", **wrong))


class TestWhatMayBeSeen:
    def test_is_found_only_where_it_is_offered(self, blue, find, deals, ana, sender):
        deals.only(blue, "JP")
        assert find("blue garden").top is None
        assert find("lanterns").artists == ()
        abroad = sender(msgspec.structs.replace(ana.actor, territory="JP"))
        assert find("blue garden", abroad).releases
        assert find("lanterns", abroad).artists

    def test_is_found_behind_much_that_may_not(self, catalogue, find, deals):
        hidden = [catalogue.release("Song", artist=f"Artist {number}", tracks=3) for number in range(12)]
        shown = catalogue.release("Songs", artist="Ada", tracks=1)
        for release_id in hidden:
            deals.none(release_id)
        assert [one.id for one in find("song", size=2).releases] == [shown]

    @pytest.mark.parametrize(("hidden", "found"), [(3, 1), (12, 0)])
    def test_is_looked_for_further_down_though_not_for_ever(self, catalogue, find, deals, monkeypatch, hidden, found):
        monkeypatch.setattr(queries, "CANDIDATES", 1)
        for number in range(hidden):
            deals.none(catalogue.release("Song", artist=f"Artist {number}", tracks=1))
        catalogue.release("Songs", artist="Ada", tracks=1)
        assert len(find("song", size=1, kinds=(SearchKind.RELEASE,)).releases) == found

    def test_can_be_narrowed_to_what_may_be_played(self, blue, find, deals, ana, ben, on_plan):
        assert find("blue garden", ana, playable=True).tracks
        assert find("lanterns", ana, playable=True).artists
        deals.only(blue, model=CommercialModel.SUBSCRIPTION)
        found = find("blue garden lanterns", ana, playable=True)
        assert (found.artists, found.releases, found.tracks) == ((), (), ())
        assert find("blue garden", ana).tracks[0].track.for_subscribers
        on_plan(ben, "monthly")
        assert find("blue garden", ben, playable=True).tracks

    def test_is_nothing_for_whoever_may_play_nothing_and_costs_nothing(self, blue, find, database_statements):
        find("blue garden")
        with database_statements() as sent:
            assert find("blue garden", playable=True).top is None
        assert sent == []

    def test_is_looked_up_once(self, catalogue, find, deals, monkeypatch, database_statements):
        monkeypatch.setattr(queries, "CANDIDATES", 7)
        for number in range(13):
            title = "Song" if number < 7 else "Song of the Harbour"
            deals.none(catalogue.release(title, artist=f"Artist {number:02}", tracks=1))
        find("song")
        with database_statements() as sent:
            find("song", size=1, kinds=(SearchKind.RELEASE,))
        ids = [bytes(value) for _, parameters in sent for value in parameters if isinstance(value, (bytes, memoryview))]
        assert len(ids) == len(set(ids)) > 7

    def test_is_not_found_before_it_is_published(self, catalogue, find):
        catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"]))
        assert find("dawn").top is None
        catalogue.transcode_all()
        assert titles(find("dawn")) == ["Dawn"]


class TestPopularity:
    def test_is_how_much_it_is_heard(self, catalogue, visitor, find, heard, indexes):
        recordings = {}
        for artist in ("Ada", "Cem", "Dusk"):
            release = visitor.send(GetRelease(catalogue.release("Song", artist=artist, tracks=1)))
            recordings[artist] = release.tracks[0].recording_id
        find("song")
        heard({recordings["Cem"]: 500.0, recordings["Dusk"]: 2.0})
        find("song")
        indexes.settle()
        found = find("song 1")
        assert [one.track.artist for one in found.tracks] == ["Cem", "Dusk", "Ada"]
        assert [one.artist for one in find("song").releases] == ["Cem", "Dusk", "Ada"]

    def test_of_an_artist_is_that_of_all_their_recordings(self, catalogue, visitor, find, heard, indexes):
        for artist in ("Blue Harbour", "Blue Hour"):
            release = visitor.send(GetRelease(catalogue.release("Song", artist=artist, tracks=2)))
            if artist == "Blue Hour":
                heard({track.recording_id: 50.0 for track in release.tracks})
        assert [one.name for one in find("blue h").artists] == ["Blue Hour", "Blue Harbour"]
