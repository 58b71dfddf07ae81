"""The words that come with music."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetLyrics, GetRelease, LyricLine, Lyrics
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import new_id
from apps.core.intake.lyrics import read_lrc

LRC = "[ar:Ana]\n[00:01.50]First\n[00:03]Second"


class TestReadLrc:
    @pytest.mark.parametrize(
        ("text", "lines"),
        [
            ("[00:01.50]First\n[01:02]Second", [(1500, "First"), (62_000, "Second")]),
            ("[00:01.5]One [00:02.123] digit", [(1500, "One [00:02.123] digit")]),
            ("[00:01.05]x", [(1050, "x")]),
            ("[00:01:50]x", [(1500, "x")]),
            ("[00:30][00:10.00] Refrain", [(10_000, "Refrain"), (30_000, "Refrain")]),
            ("[00:05]b\n[00:01]a", [(1000, "a"), (5000, "b")]),
            ("[00:05]", [(5000, "")]),
            ("[120:00]late", [(7_200_000, "late")]),
            ("[ti:Song]\n[offset:+500]\n[00:01.00]x\n[00:00.10]y", [(0, "y"), (500, "x")]),
            ("[offset:-500]\n[00:01.00]x", [(1500, "x")]),
            ("[00:01.00]<00:01.00>By <00:01.50>word", [(1000, "By word")]),
            ("[00:01]نص عربي", [(1000, "نص عربي")]),
            # These have no times.
            ("Just words\nin lines", []),
            ("[Chorus]\nLa la", []),
            ("[00:75]x", []),
            ("[ar:Ana]", []),
            ("", []),
        ],
    )
    def test_finds_when_each_line_is_sung(self, text, lines):
        assert read_lrc(text) == tuple(LyricLine(*line) for line in lines)


class TestLyrics:
    @pytest.fixture
    def delivered(self, catalogue, visitor):
        """Delivers one song with these tags, and tells its track."""

        def delivered(**tags: object) -> str:
            other = catalogue.file("b.flac", title="Another", artist="Ana", album="Album", track=2, lyrics="Of another")
            (release_id,) = catalogue.deliver([other, catalogue.file("a.flac", title="Song", artist="Ana", album="Album", track=1, **tags)])
            catalogue.transcode_all()
            return visitor.send(GetRelease(release_id)).tracks[0].id

        return delivered

    def test_are_told_in_plain(self, delivered, ana):
        assert ana.send(GetLyrics(delivered(lyrics="One\nTwo"))) == Lyrics("One\nTwo", ())

    @pytest.mark.parametrize("tag", ["lyrics", "timed_lyrics"])
    def test_are_told_with_their_times(self, delivered, ana, tag):
        timed = (LyricLine(1500, "First"), LyricLine(3000, "Second"))
        assert ana.send(GetLyrics(delivered(**{tag: LRC}))) == Lyrics("First\nSecond", timed)

    def test_are_told_both_ways_where_both_came(self, delivered, ana):
        words = ana.send(GetLyrics(delivered(lyrics="All of it", timed_lyrics=LRC)))
        assert (words.text, len(words.lines)) == ("All of it", 2)

    def test_that_say_no_times_where_they_should_are_plain(self, delivered, ana):
        assert ana.send(GetLyrics(delivered(timed_lyrics="Just words"))) == Lyrics("Just words", ())

    def test_change_and_go_with_the_tags(self, delivered, ana):
        delivered(lyrics="One")
        track_id = delivered(lyrics="Two")
        assert ana.send(GetLyrics(track_id)).text == "Two"
        delivered()
        with pytest.raises(NotFound):
            ana.send(GetLyrics(track_id))

    def test_of_no_track_are_not_found(self, ana):
        with pytest.raises(NotFound):
            ana.send(GetLyrics(new_id()))
