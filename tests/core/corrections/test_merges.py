"""Two artists who are one."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetArtist, GetRelease
from apps.core.contract.corrections import GetEditableArtist, ListMerges, MergeArtists, TakeBackMerge
from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.intake import CompleteDelivery, OpenDelivery, RecordFiles
from apps.core.contract.library import AddFavourite, ArtistSubject, FindFavourites, ListFavouriteArtists, RemoveFavourite
from apps.core.contract.radio import ArtistSeed, ListStations, NextTracks, StartStation
from tests.at_once import at_once


@pytest.fixture
def artist(ana):
    """Who a release is credited to."""

    def artist(release_id, place=0):
        return ana.send(GetRelease(release_id)).credits[place].artist_id

    return artist


@pytest.fixture
def short(catalogue):
    return catalogue.release("Halo", artist="Beyonce K", tracks=2)


@pytest.fixture
def long(catalogue):
    return catalogue.release("Lemonade", artist="Beyoncé Knowles", tracks=2)


@pytest.fixture
def beyonce(artist, short):
    return artist(short)


@pytest.fixture
def knowles(artist, long):
    return artist(long)


@pytest.fixture
def merge(staff):
    return lambda artist_id, into_id: staff.send(MergeArtists(artist_id, into_id))


def releases(ana, artist_id):
    return {one.id for one in ana.send(GetArtist(artist_id)).releases}


class TestMergeArtists:
    def test_moves_the_credits_as_they_are_written(self, merge, beyonce, knowles, short, long, ana):
        merge(beyonce, knowles)
        assert releases(ana, knowles) == {short, long}
        (credit,) = ana.send(GetRelease(short)).credits
        assert (credit.artist_id, credit.name) == (knowles, "Beyonce K")

    def test_leads_from_the_old_artist_to_the_other(self, merge, beyonce, knowles, ana):
        merge(beyonce, knowles)
        found = ana.send(GetArtist(beyonce))
        assert (found.id, found.name) == (knowles, "Beyoncé Knowles")

    def test_holds_for_what_comes_later(self, merge, beyonce, knowles, catalogue, artist, short):
        merge(beyonce, knowles)
        later = catalogue.release("Renaissance", artist="BEYONCE K", composer="Beyonce K")
        assert artist(later) == knowles
        assert catalogue.release("Halo", artist="Beyonce K", tracks=2, genre="Pop") == short
        assert artist(short) == knowles

    def test_of_a_band_that_looks_like_several_leaves_it_one(self, merge, catalogue, artist, ana):
        for name in ("Ana", "Ben"):
            catalogue.release(f"Alone {name}", artist=name)
        band = artist(catalogue.release("Together", artist="Cleo & Dan"))
        catalogue.release("Alone Cleo", artist="Cleo")
        catalogue.release("Alone Dan", artist="Dan")
        duo = artist(catalogue.release("Duo", artist="The Duo"))
        merge(band, duo)
        assert artist(catalogue.release("Together Again", artist="Cleo & Dan")) == duo

    def test_of_one_who_has_others_takes_them_along(self, merge, beyonce, knowles, catalogue, artist, ana):
        third = artist(catalogue.release("Destiny", artist="Queen B"))
        merge(third, beyonce)
        merge(beyonce, knowles)
        assert len(releases(ana, knowles)) == 3
        assert ana.send(GetArtist(third)).id == knowles
        assert artist(catalogue.release("Fate", artist="Queen B")) == knowles

    def test_is_refused_for_one_who_is_merged_the_same_or_nobody(self, merge, beyonce, knowles, short):
        with pytest.raises(Invalid):
            merge(beyonce, beyonce)
        for pair in ((beyonce, new_id()), (new_id(), beyonce)):
            with pytest.raises(NotFound):
                merge(*pair)
        merge(beyonce, knowles)
        for pair in ((beyonce, knowles), (knowles, beyonce)):
            with pytest.raises(Conflict):
                merge(*pair)

    def test_is_refused_for_various_artists(self, merge, beyonce, catalogue, ana):
        files = [
            catalogue.file(f"{at}.flac", title="Song", artist=f"Artist {at}", album="Hits", track=at, compilation=True) for at in (1, 2)
        ]
        (hits,) = catalogue.deliver(files)
        catalogue.transcode_all()
        various = ana.send(GetRelease(hits)).credits[0].artist_id
        for pair in ((various, beyonce), (beyonce, various)):
            with pytest.raises(Invalid):
                merge(*pair)

    def test_of_many_at_once_is_one(self, merge, beyonce, knowles):
        answers = at_once([lambda pair=pair: merge(*pair) for pair in [(beyonce, knowles), (knowles, beyonce)] * 3])
        assert sum(isinstance(answer, Conflict) for answer in answers) == 5

    def test_while_the_artist_is_delivered_leaves_nothing_behind(self, merge, beyonce, knowles, catalogue, operator, ana, staff):
        files = [catalogue.file(f"{at}.flac", title=f"Song {at}", artist="Beyonce K", album=f"Album {at}") for at in range(6)]
        delivery_id = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(delivery_id, tuple(files)))
        operator.send(CompleteDelivery(delivery_id))
        writing = [lambda job_id=job_id: catalogue.receive(job_id) for job_id in catalogue.waiting("receive")]
        answers = at_once([*writing[:3], lambda: merge(beyonce, knowles), *writing[3:]])
        assert not [answer for answer in answers if isinstance(answer, Exception)], answers
        left = staff.send(GetEditableArtist(beyonce))
        assert (left.releases, left.recordings, left.credited_as) == (0, 0, ())
        catalogue.transcode_all()
        assert len(releases(ana, knowles)) == 8


class TestFavourites:
    def kept(self, someone):
        return [one.artist_id for one in someone.send(ListFavouriteArtists()).items]

    def test_follow_once(self, merge, beyonce, knowles, ana, ben):
        for someone, some in ((ana, (beyonce, knowles)), (ben, (beyonce,))):
            for one in some:
                someone.send(AddFavourite(ArtistSubject(one)))
        merge(beyonce, knowles)
        assert self.kept(ana) == self.kept(ben) == [knowles]
        assert ben.send(FindFavourites(artist_ids=(knowles,))).artist_ids == {knowles}

    def test_are_taken_away_for_good(self, merge, staff, beyonce, knowles, ana):
        ana.send(AddFavourite(ArtistSubject(beyonce)))
        made = merge(beyonce, knowles)
        ana.send(RemoveFavourite(ArtistSubject(knowles)))
        staff.send(TakeBackMerge(made))
        assert self.kept(ana) == []

    def test_come_back_with_the_artist(self, merge, staff, beyonce, knowles, ana, ben):
        ana.send(AddFavourite(ArtistSubject(beyonce)))
        staff.send(TakeBackMerge(merge(beyonce, knowles)))
        assert beyonce in self.kept(ana)

    def test_by_the_old_address_are_of_the_other(self, merge, beyonce, knowles, ana):
        merge(beyonce, knowles)
        ana.send(AddFavourite(ArtistSubject(beyonce)))
        assert self.kept(ana) == [knowles]


class TestStations:
    def test_play_on_from_the_other_and_come_once(self, merge, beyonce, knowles, long, ana, catalogue):
        old = ana.send(StartStation(ArtistSeed(beyonce)))
        merge(beyonce, knowles)
        assert ana.send(StartStation(ArtistSeed(knowles))) == old
        assert ana.send(StartStation(ArtistSeed(beyonce))) == old
        for number in range(30):
            catalogue.release(f"Other {number}", artist=f"Somebody {number}", tracks=1)
        tracks = {track.id for track in ana.send(GetRelease(long)).tracks}
        told = {track.why for track in ana.send(NextTracks(old.id)).tracks if track.track_id in tracks}
        assert told == {"More by Beyoncé Knowles"}

    def test_of_both_are_listed_as_one(self, merge, staff, beyonce, knowles, ana, clock):
        first = ana.send(StartStation(ArtistSeed(beyonce)))
        clock.advance(60)
        last = ana.send(StartStation(ArtistSeed(knowles)))
        made = merge(beyonce, knowles)
        assert ana.send(ListStations()) == (last,)
        staff.send(TakeBackMerge(made))
        assert set(ana.send(ListStations())) == {first, last}

    def test_begin_at_the_survivor(self, merge, beyonce, knowles, ana):
        merge(beyonce, knowles)
        started = ana.send(StartStation(ArtistSeed(beyonce)))
        assert (started.seed, started.title) == (ArtistSeed(knowles), "Beyoncé Knowles")


class TestTakeBackMerge:
    def test_gives_back_what_is_credited_by_the_name(self, merge, staff, beyonce, knowles, short, long, ana, catalogue, artist):
        made = merge(beyonce, knowles)
        later = catalogue.release("Renaissance", artist="BEYONCE K")
        staff.send(TakeBackMerge(made))
        assert releases(ana, beyonce) == {short, later}
        assert releases(ana, knowles) == {long}
        assert artist(catalogue.release("Four", artist="Beyonce K")) == beyonce

    def test_twice_is_once(self, merge, staff, beyonce, knowles, ana):
        made = merge(beyonce, knowles)
        staff.send(TakeBackMerge(made))
        merge(beyonce, knowles)
        staff.send(TakeBackMerge(made))
        assert ana.send(GetArtist(beyonce)).id == knowles

    def test_of_one_in_the_middle_keeps_who_was_merged_into_them(self, merge, staff, beyonce, knowles, catalogue, artist, ana):
        third = artist(catalogue.release("Destiny", artist="Queen B"))
        below, above = merge(third, beyonce), merge(beyonce, knowles)
        staff.send(TakeBackMerge(above))
        assert ana.send(GetArtist(third)).id == beyonce
        assert len(releases(ana, beyonce)) == 2
        staff.send(TakeBackMerge(below))
        assert ana.send(GetArtist(third)).id == third

    def test_of_one_below_takes_only_them(self, merge, staff, beyonce, knowles, catalogue, artist, ana):
        third = artist(catalogue.release("Destiny", artist="Queen B"))
        below = merge(third, beyonce)
        merge(beyonce, knowles)
        staff.send(TakeBackMerge(below))
        assert ana.send(GetArtist(third)).id == third
        assert ana.send(GetArtist(beyonce)).id == knowles
        assert len(releases(ana, knowles)) == 2

    def test_of_none_is_not_found(self, staff):
        with pytest.raises(NotFound):
            staff.send(TakeBackMerge(new_id()))


class TestLooking:
    def test_says_how_much_moves(self, staff, merge, beyonce, knowles, ana):
        ana.send(AddFavourite(ArtistSubject(beyonce)))
        seen = staff.send(GetEditableArtist(beyonce))
        assert (seen.name, seen.merged_into, seen.releases, seen.recordings, seen.favourites) == ("Beyonce K", None, 1, 2, 1)
        merge(beyonce, knowles)
        assert staff.send(GetEditableArtist(beyonce)).merged_into.id == knowles
        assert staff.send(GetEditableArtist(knowles)).credited_as == ("Beyonce K", "Beyoncé Knowles")

    def test_at_nobody_is_not_found(self, staff):
        with pytest.raises(NotFound):
            staff.send(GetEditableArtist(new_id()))

    def test_at_the_list_says_who_merged_whom(self, merge, staff, operator, beyonce, knowles):
        made = merge(beyonce, knowles)
        staff.send(TakeBackMerge(made))
        operator.send(MergeArtists(knowles, beyonce))
        first = staff.send(ListMerges(size=1))
        second = staff.send(ListMerges(first.next, 1))
        ((newer,), (older,)) = first.items, second.items
        assert (newer.artist.name, newer.into.name, newer.maker, newer.over_at) == ("Beyoncé Knowles", "Beyonce K", None, None)
        assert (older.id, older.maker, older.over_at is None, second.next) == (made, "Stella", False, None)
