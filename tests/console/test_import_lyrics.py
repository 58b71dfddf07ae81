"""Lyrics inside files, and beside them."""

from __future__ import annotations

import os

import pytest
from mutagen.flac import FLAC
from mutagen.id3 import ID3, SYLT, USLT
from mutagen.mp4 import MP4

from apps.console.folder.reading import read
from apps.console.folder.walk import Seen, Walk
from apps.core.contract.intake import LONGEST_LYRICS, Tags
from tests.factories.audio import make_audio


@pytest.fixture
def mp3(tmp_path):
    return make_audio(tmp_path / "song.mp3", seconds=0.2)


def tags(path) -> Tags:
    found = read(path.parent, Seen(path.name, 1, 1)).tags
    assert found is not None
    return found


def add_to(path, *frames) -> None:
    id3 = ID3()
    for frame in frames:
        id3.add(frame)
    id3.save(path)


class TestInside:
    def test_id3(self, mp3):
        add_to(mp3, USLT(encoding=3, lang="eng", text="One\r\nTwo\x00"))
        assert (tags(mp3).lyrics, tags(mp3).timed_lyrics) == ("One\nTwo", "")

    def test_id3_with_times(self, mp3):
        add_to(mp3, SYLT(encoding=3, lang="eng", format=2, type=1, text=[("One\n", 1500), ("Two", 63_004)]))
        assert tags(mp3).timed_lyrics == "[00:01.500]One\n[01:03.004]Two"

    def test_id3_with_times_in_frames_of_sound_says_nothing(self, mp3):
        add_to(mp3, SYLT(encoding=3, lang="eng", format=1, type=1, text=[("One", 1500)]))
        assert tags(mp3).timed_lyrics == ""

    def test_vorbis_and_mp4(self, tmp_path):
        flac = FLAC(make_audio(tmp_path / "a.flac", seconds=0.2))
        flac["LYRICS"], flac["SYNCEDLYRICS"] = "One\nTwo", "[00:01.00]One"
        flac.save()
        mp4 = MP4(make_audio(tmp_path / "a.m4a", seconds=0.2))
        mp4["©lyr"] = ["One\nTwo"]
        mp4.save()
        assert (tags(tmp_path / "a.flac").lyrics, tags(tmp_path / "a.flac").timed_lyrics) == ("One\nTwo", "[00:01.00]One")
        assert tags(tmp_path / "a.m4a").lyrics == "One\nTwo"

    def test_endless_ones_are_cut_at_a_line_and_nothing_else_is(self, mp3):
        add_to(mp3, USLT(encoding=3, lang="eng", text="a line of words\n" * 5000))
        cut = tags(mp3).lyrics
        assert LONGEST_LYRICS - 16 <= len(cut) <= LONGEST_LYRICS
        assert set(cut.split("\n")) == {"a line of words"}
        add_to(mp3, USLT(encoding=3, lang="eng", text="x" * 50_000))
        assert len(tags(mp3).lyrics) == LONGEST_LYRICS


class TestBeside:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_a_file_of_the_same_name(self, mp3, encoding):
        mp3.with_suffix(".lrc").write_bytes("[00:01.00]Größe\n[00:02.00]x".encode(encoding))
        assert tags(mp3).timed_lyrics == "[00:01.00]Größe\n[00:02.00]x"

    def test_comes_before_what_is_inside(self, mp3):
        add_to(mp3, SYLT(encoding=3, lang="eng", format=2, type=1, text=[("Inside", 1)]))
        mp3.with_suffix(".lrc").write_text("[00:01.00]Beside")
        assert tags(mp3).timed_lyrics == "[00:01.00]Beside"

    def test_what_is_a_link_or_no_text_is_no_reason_to_refuse_the_music(self, mp3, tmp_path):
        (tmp_path / "secret").write_text("[00:01.00]secret")
        mp3.with_suffix(".lrc").symlink_to(tmp_path / "secret")
        assert tags(mp3).timed_lyrics == ""
        mp3.with_suffix(".lrc").unlink()
        mp3.with_suffix(".lrc").mkdir()
        assert tags(mp3).timed_lyrics == ""
        mp3.with_suffix(".lrc").rmdir()
        mp3.with_suffix(".lrc").write_bytes(bytes(range(256)) * 100)
        assert "\x00" not in tags(mp3).timed_lyrics

    def test_newer_ones_make_the_music_newer(self, mp3, tmp_path):
        os.utime(mp3, ns=(5, 5))
        mp3.with_suffix(".lrc").write_text("x")
        os.utime(mp3.with_suffix(".lrc"), ns=(9, 9))
        walk = Walk(tmp_path)
        assert [(seen.path, seen.modified_ns) for seen in walk.files()] == [("song.mp3", 9)]
        assert not walk.left_out
        os.utime(mp3.with_suffix(".lrc"), ns=(1, 1))
        assert [seen.modified_ns for seen in Walk(tmp_path).files()] == [5]
