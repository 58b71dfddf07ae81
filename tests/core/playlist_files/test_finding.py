"""Finding what a file names among what the listener may see."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetTrack
from apps.core.contract.errors import Invalid, TooLarge
from apps.core.contract.ids import new_id
from apps.core.contract.playlist_files import LARGEST_FILE, MatchPlaylistFile, Missed, MissedEntry, PlaylistFormat
from apps.core.meter import Meter


def reasons(found):
    return [one.reason for one in found.missed]


class TestMatchPlaylistFile:
    def test_keeps_order_and_repeats_and_says_what_is_missing(self, match_file, song):
        one, two = song("One"), song("Two")
        text = "#EXTM3U\n#PLAYLIST:Late\n#EXTINF:9,The Lanterns - Two\nx\n#EXTINF:9,Nobody - Nothing\ny\nThe Lanterns - One.mp3\nTwo.mp3"
        found = match_file("mine.m3u8", text.encode())
        assert (found.format, found.title, found.entries) == (PlaylistFormat.M3U8, "Late", 4)
        assert found.track_ids == (two, one, two)
        assert found.missed == (MissedEntry(2, "Nobody – Nothing", Missed.UNKNOWN),)  # noqa: RUF001 - a dash between names

    def test_goes_by_the_isrc_before_any_name(self, song, match):
        right, _wrong = song("Renamed", "Somebody", isrc="GBABC2600001"), song("One")
        assert match("One;The Lanterns;GB-ABC-26-00001").track_ids == (right,)

    def test_goes_by_the_names_where_the_isrc_is_of_nothing_here(self, song, match):
        track_id = song("One")
        assert match("One;The Lanterns;GBABC2600009").track_ids == (track_id,)

    @pytest.mark.parametrize(
        "row", ["ONE (feat. Ada);the lanterns", "One - Remastered 2011;Lanterns", "one;Ada, The Lanterns", "Óne;THE  LANTERNS"],
    )  # fmt: skip
    def test_reads_names_as_the_search_does(self, song, match, row):
        track_id = song("One")
        assert match(row).track_ids == (track_id,)

    def test_takes_the_title_as_written_before_a_version_of_it(self, song, match):
        live, plain = song("One (Live)"), song("One")
        assert match("One;The Lanterns", "One (Live);The Lanterns", "One - Live;The Lanterns").track_ids == (plain, live, live)

    def test_takes_the_one_whose_length_is_near(self, song, match):
        short, long = song("One", seconds=200), song("One", seconds=400)
        assert match("One;The Lanterns;;403", "One;The Lanterns;;197", "One;The Lanterns").track_ids == (long, short, short)

    def test_takes_a_version_whose_length_is_near_before_the_title_as_written(self, song, match):
        song("One", seconds=200)
        live = song("One (Live)", seconds=400, album="Green")
        plain = match("One;The Lanterns;;200;Green").track_ids
        assert match("One;The Lanterns;;401").track_ids == (live,) != plain
        assert match("One;The Lanterns;;;Green").track_ids == plain

    def test_takes_the_one_of_that_isrc_whose_length_is_near(self, song, match):
        first, second = song("A", isrc="GBABC2600001", seconds=100), song("B", isrc="GBABC2600001", seconds=300)
        assert match(";;GBABC2600001;301", ";;GBABC2600001;101").track_ids == (second, first)

    def test_takes_the_one_on_the_release_that_is_named(self, song, match):
        song("One", album="Blue")
        green = song("One", album="Green")
        assert match("One;The Lanterns;;;GREEN").track_ids == (green,)

    def test_goes_by_the_address_of_a_track_here(self, song, match):
        track_id = song("One")
        page = f"https://music.example/releases/{new_id()}#track-"
        found = match(f"Other;Nobody;;;;{page}{track_id}", f"X;;;;;{page}{new_id()}", f"X;;;;;{page}7{'z' * 21}")
        assert (found.track_ids, reasons(found)) == ((track_id,), [Missed.UNKNOWN] * 2)
        assert match(f"Other;Nobody;;;;https://music.example/tracks/{track_id}").track_ids == (track_id,)

    def test_says_why_something_was_not_found(self, song, match):
        song("One")
        song("Two", "The Lanterns")
        song("Two", "Ada")
        found = match("One;Somebody", "Two", ";The Lanterns", ";;GBABC2600001", "Three;The Lanterns")
        assert found.track_ids == ()
        assert reasons(found) == [Missed.OTHER_ARTIST, Missed.AMBIGUOUS, Missed.NAMELESS, Missed.UNKNOWN, Missed.UNKNOWN]

    def test_without_an_artist_takes_what_nothing_else_can_be(self, song, match, shelf, visitor):
        lone, short, _long = song("One"), song("Two", seconds=100), song("Two", "Ada", seconds=300)
        shelf.again(visitor.send(GetTrack(lone)).track, "A compilation")
        found = match("One", "Two;;;101", "Two;;;200")
        assert (found.track_ids, reasons(found)) == ((lone, short), [Missed.AMBIGUOUS])

    def test_takes_a_guess_at_an_artist_back(self, match_file, song):
        track_id = song("Night - Day")
        assert match_file("x.m3u", b"#EXTM3U\n#EXTINF:1,Night - Day\nx").track_ids == (track_id,)

    def test_finds_only_what_this_listener_may_see(self, song, match, deals, ana):
        track_id = song("One", isrc="GBABC2600001")
        deals.only(ana.send(GetTrack(track_id)).release.id, "JP")
        found = match(";;GBABC2600001", "One;The Lanterns", f"One;;;;;x#track-{track_id}", "One;Somebody")
        assert (found.track_ids, set(reasons(found))) == ((), {Missed.UNKNOWN})

    def test_goes_by_the_names_that_things_have_now(self, song, match, rename, indexes):
        track_id = song("One")
        for number in range(5):  # enough for what has changed to stand beside what there was
            song(f"Other {number}")
        assert match("One;The Lanterns").track_ids == (track_id,)
        rename(track_id, "Two")
        indexes.look_again()
        found = match("One;The Lanterns", "Two;The Lanterns")
        assert (found.track_ids, reasons(found)) == ((track_id,), [Missed.UNKNOWN])

    def test_asks_the_database_as_often_however_long_the_file(self, core_app, song, match):
        song("One", isrc="GBABC2600001")
        song("Two")
        match("One;The Lanterns")  # the index is read
        meter, counted = core_app.extensions["container"].get(Meter), []
        for length in (1, 400):
            before = meter.costs["MatchPlaylistFile"].statements
            match(*["x;y;GBABC2600001", "Two;The Lanterns", "No;Body"] * length)
            counted.append(meter.costs["MatchPlaylistFile"].statements - before)
        assert counted == [2, 2]

    def test_of_what_is_no_playlist_or_too_large_is_refused(self, ana):
        with pytest.raises(Invalid, match="not a playlist"):
            ana.send(MatchPlaylistFile("letter.txt", b"Dear Ana"))
        with pytest.raises(TooLarge, match="2 MB"):
            ana.send(MatchPlaylistFile("x.m3u", b"x" * (LARGEST_FILE + 1)))
