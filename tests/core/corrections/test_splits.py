"""Two albums that were delivered as one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from apps.core.contract.catalogue import GetRelease, ListReleases, ReleaseType
from apps.core.contract.corrections import JoinRelease, SplitRelease, TakeBackCorrection
from apps.core.contract.editorial import AssembleCompilation
from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.intake import HideRemovedFiles
from apps.core.contract.library import AddFavourite, ListFavouriteReleases, ReleaseSubject
from apps.core.contract.playback import StartPlayback
from tests.factories.deals import Deals


@pytest.fixture
def songs(catalogue):
    """The files of two albums of one name: four tracks."""
    return lambda count=4, **tags: catalogue.files("Greatest Hits", [f"Song {number}" for number in range(1, count + 1)], "Ana", **tags)


@pytest.fixture
def deliver(catalogue, songs):
    def deliver(count=4, **tags):
        written = catalogue.deliver(songs(count, **tags))
        catalogue.transcode_all()
        return written

    return deliver


@pytest.fixture
def hits(deliver):
    (release_id,) = deliver()
    return release_id


@pytest.fixture
def deals(core_app):
    return Deals(core_app)


@pytest.fixture
def split(staff, look):
    """Some tracks, by place, to a release of their own."""

    def split(release_id, *places, title="Greatest Hits", artist="Ben"):
        seen = look(release_id)
        return staff.send(SplitRelease(release_id, seen.revision, tuple(seen.tracks[place].id for place in places), title, artist))

    return split


def titles(someone, release_id):
    return [track.title for track in someone.send(GetRelease(release_id)).tracks]


class TestSplitRelease:
    def test_moves_the_tracks_as_they_are(self, hits, split, ana):
        before = ana.send(GetRelease(hits)).tracks
        apart = split(hits, 2, 3)
        assert [track.id for track in ana.send(GetRelease(apart)).tracks] == [track.id for track in before[2:]]
        assert titles(ana, hits) == ["Song 1", "Song 2"]
        shown = ana.send(GetRelease(apart))
        assert (shown.title, shown.artist, shown.type, [one.name for one in shown.credits]) == (
            "Greatest Hits", "Ben", ReleaseType.SINGLE, ["Ben"],
        )  # fmt: skip
        assert {one.id for one in ana.send(ListReleases()).items} == {hits, apart}
        assert ana.send(StartPlayback(before[3].id, "browser")).title == "Song 4"

    def test_leaves_both_the_cover(self, catalogue, songs, split, ana):
        (release_id,) = catalogue.deliver([replace(file, tags=replace(file.tags, picture=True)) for file in songs()])
        catalogue.transcode_all()
        catalogue.cover_all()
        cover = ana.send(GetRelease(release_id)).cover
        apart = split(release_id, 2, 3)
        assert [ana.send(GetRelease(one)).cover for one in (release_id, apart)] == [cover, cover]
        assert cover

    def test_holds_when_it_is_delivered_again(self, hits, split, deliver, ana):
        apart = split(hits, 2, 3)
        assert {*deliver(genre="Pop")} == {hits, apart}
        assert titles(ana, hits) == ["Song 1", "Song 2"]
        assert titles(ana, apart) == ["Song 3", "Song 4"]
        for one, artist in ((hits, "Ana"), (apart, "Ben")):
            shown = ana.send(GetRelease(one))
            assert (shown.genre, shown.artist) == ("Pop", artist)

    def test_leaves_a_file_that_comes_later_where_its_tags_say(self, hits, split, deliver, ana):
        apart = split(hits, 2, 3)
        deliver(5)
        assert titles(ana, hits) == ["Song 1", "Song 2", "Song 5"]
        assert titles(ana, apart) == ["Song 3", "Song 4"]

    def test_ends_for_files_whose_tags_say_otherwise(self, hits, split, deliver, ana):
        split(hits, 2, 3)
        (other,) = deliver(upc="123456789012")
        assert titles(ana, other) == ["Song 1", "Song 2", "Song 3", "Song 4"]

    def test_has_the_same_deals(self, hits, split, catalogue, songs, ana):
        apart = split(hits, 2, 3)
        catalogue.deliver(songs(), subscribers_only=True)
        assert not any(track.playable for one in (hits, apart) for track in ana.send(GetRelease(one)).tracks)

    def test_takes_deals_along_with_their_exceptions(self, hits, split, deals, look, ana, staff):
        third = look(hits).tracks[2].id
        deals.only(hits, excluded=("GB",))
        deals.add(hits, "GB", track_id=third)
        apart = split(hits, 2, 3)
        assert [(track.id, track.playable) for track in ana.send(GetRelease(apart)).tracks] == [(third, True)]
        with pytest.raises(NotFound):
            ana.send(GetRelease(hits))
        staff.send(JoinRelease(apart))
        assert [track.id for track in ana.send(GetRelease(hits)).tracks] == [third]

    def test_hides_what_is_gone_from_its_folder(self, hits, split, songs, operator, ana, look):
        apart = split(hits, 2, 3)
        paths = tuple(file.path for file in songs())
        assert operator.send(HideRemovedFiles("/music", paths[2:])).tracks == 2
        assert [track.hidden for one in (hits, apart) for track in look(one).tracks] == [False, False, True, True]
        assert titles(ana, hits) == ["Song 1", "Song 2"]
        with pytest.raises(NotFound):
            ana.send(GetRelease(apart))

    def test_takes_along_what_was_corrected(self, hits, split, correct, deliver, look, staff):
        correct(hits, title="Best", genre="Rock", label="Garden", released_on="1994")
        apart = split(hits, 2, 3, title="Best")
        deliver(genre="Pop", label="Other", date="2001")
        for one in (hits, apart):
            shown = look(one)
            assert (shown.title, shown.genre, shown.label, shown.released_on) == ("Best", "Rock", "Garden", "1994")
        for one in look(apart).corrections:
            staff.send(TakeBackCorrection(one.id))
        shown = look(apart)
        assert (shown.title, shown.artist, shown.genre, shown.label, shown.released_on) == ("Greatest Hits", "Ana", "Pop", "Other", "2001")

    def test_lists_corrections_of_its_tracks_where_they_are(self, hits, split, correct, look, staff, find):
        correct(hits, 3, title="Zanzibar")
        apart = split(hits, 2, 3)
        assert find("zanzibar").tracks
        (made,) = [one for one in look(apart).corrections if one.track_id]
        assert (made.release_id, made.release_title) == (apart, "Greatest Hits")
        staff.send(TakeBackCorrection(made.id))
        assert not find("zanzibar").tracks

    def test_keeps_a_type_that_was_corrected(self, hits, split, correct, ana):
        correct(hits, type=ReleaseType.ALBUM)
        split(hits, 2, 3)
        assert ana.send(GetRelease(hits)).type is ReleaseType.ALBUM

    def test_keeps_what_is_not_ready_yet_hidden(self, catalogue, songs, split, ana):
        (hits,) = catalogue.deliver(songs())
        apart = split(hits, 2, 3)
        for one in (hits, apart):
            with pytest.raises(NotFound):
                ana.send(GetRelease(one))
        catalogue.transcode_all()
        assert titles(ana, apart) == ["Song 3", "Song 4"]

    def test_is_refused_for_all_none_and_others_tracks(self, hits, split, staff, look, catalogue):
        with pytest.raises(Invalid):
            split(hits, 0, 1, 2, 3)
        other = look(catalogue.release("Other")).tracks[0].id
        with pytest.raises(Invalid):
            staff.send(SplitRelease(hits, look(hits).revision, (other,), "Hits", "Ben"))

    def test_is_refused_for_what_was_looked_at_before(self, hits, split, staff, look):
        seen = look(hits)
        split(hits, 2, 3)
        with pytest.raises(Conflict):
            staff.send(SplitRelease(hits, seen.revision, (seen.tracks[0].id,), "Hits", "Ben"))

    def test_of_what_was_split_already_is_refused(self, hits, split):
        with pytest.raises(Invalid):
            split(split(hits, 2, 3), 0)

    def test_of_our_own_is_refused(self, hits, split, staff, look):
        ours = staff.send(AssembleCompilation("Ours", tuple(track.id for track in look(hits).tracks)))
        with pytest.raises(Invalid):
            split(ours, 0)

    def test_waits_for_a_delivery_that_is_being_written(self, hits, split, catalogue, songs, operator, monkeypatch):
        monkeypatch.setattr(catalogue, "receive", lambda _job_id, _content="": None)
        catalogue.deliver(songs())
        with pytest.raises(Conflict):
            split(hits, 2, 3)


class TestJoinRelease:
    def test_puts_the_tracks_back(self, hits, split, staff, deliver, ana, look):
        before = ana.send(GetRelease(hits))
        apart = split(hits, 2, 3)
        assert look(apart).split_from == hits
        assert staff.send(JoinRelease(apart)) == staff.send(JoinRelease(apart)) == hits
        assert ana.send(GetRelease(hits)) == before
        assert look(apart).split_from is None
        assert look(apart).corrections == ()
        with pytest.raises(NotFound):
            ana.send(GetRelease(apart))
        assert deliver(genre="Pop") == [hits]
        assert titles(ana, hits) == ["Song 1", "Song 2", "Song 3", "Song 4"]

    def test_leaves_whoever_has_kept_it_the_other(self, hits, split, staff, ana, ben):
        apart = split(hits, 2, 3)
        ana.send(AddFavourite(ReleaseSubject(hits)))
        for one in (ana, ben):
            one.send(AddFavourite(ReleaseSubject(apart)))
        staff.send(JoinRelease(apart))
        for one in (ana, ben):
            assert [(kept.release.id, kept.offered) for kept in one.send(ListFavouriteReleases()).items] == [(hits, True)]

    def test_gives_another_place_to_what_has_none(self, hits, split, staff, catalogue, ana):
        apart = split(hits, 2, 3)
        catalogue.deliver([catalogue.file("new.flac", title="New", artist="Ana", album="Greatest Hits", album_artist="Ana", track=4)])
        catalogue.transcode_all()
        staff.send(JoinRelease(apart))
        assert [(one.number, one.title) for one in ana.send(GetRelease(hits)).tracks] == [
            (1, "Song 1"), (2, "Song 2"), (3, "Song 3"), (4, "New"), (5, "Song 4"),
        ]  # fmt: skip

    def test_takes_along_what_was_delivered_meanwhile(self, hits, split, staff, deliver, ana):
        apart = split(hits, 2, 3)
        deliver(genre="Pop")
        staff.send(JoinRelease(apart))
        assert deliver(genre="Rock") == [hits]
        assert len(titles(ana, hits)) == 4

    def test_gives_compilations_the_rights_of_where_the_tracks_are(self, hits, split, staff, look, ana, deals):
        apart = split(hits, 2, 3)
        deals.only(apart, "JP")
        ours = staff.send(AssembleCompilation("Ours", tuple(track.id for track in look(apart).tracks)))
        with pytest.raises(NotFound):
            ana.send(GetRelease(ours))
        staff.send(JoinRelease(apart))
        assert titles(ana, ours) == ["Song 3", "Song 4"]

    def test_counts_the_files_as_delivered_where_they_are(self, hits, split, staff, songs, operator, ana):
        staff.send(JoinRelease(split(hits, 2, 3)))
        assert operator.send(HideRemovedFiles("/music", tuple(file.path for file in songs())[2:])).tracks == 2
        assert titles(ana, hits) == ["Song 1", "Song 2"]

    def test_that_is_over_waits_for_nothing(self, hits, split, staff, catalogue, songs, monkeypatch):
        apart = split(hits, 2, 3)
        staff.send(JoinRelease(apart))
        monkeypatch.setattr(catalogue, "receive", lambda _job_id, _content="": None)
        catalogue.deliver(songs())
        assert staff.send(JoinRelease(apart)) == hits

    def test_waits_for_a_delivery_that_is_being_written(self, hits, split, staff, catalogue, songs, monkeypatch):
        apart = split(hits, 2, 3)
        monkeypatch.setattr(catalogue, "receive", lambda _job_id, _content="": None)
        catalogue.deliver(songs()[2:])
        with pytest.raises(Conflict):
            staff.send(JoinRelease(apart))

    def test_of_what_was_never_split_is_not_found(self, hits, staff):
        for one in (hits, new_id()):
            with pytest.raises(NotFound):
                staff.send(JoinRelease(one))
