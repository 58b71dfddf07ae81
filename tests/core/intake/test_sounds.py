"""Which recordings sound the same: numbers made by hand, and what the real ffmpeg hears in music that is made here."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np
import pytest

from apps.core.intake import sounds
from ports.environment import Environment
from ports.transcoder.ffmpeg import FfmpegTranscoder
from tests.factories.audio import run_ffmpeg

RATE, SECONDS = 22_050, 30


def music(seed: int) -> np.ndarray:
    """Chords and a beat: nothing to listen to, but it changes as music does."""
    chance = np.random.default_rng(seed)
    song, beat = np.zeros(RATE * SECONDS), 0.4 + 0.2 * chance.random()
    for number in range(int(SECONDS / beat)):
        start = int(number * beat * RATE)
        length = min(int(beat * RATE * 1.5), len(song) - start)
        times = np.arange(length) / RATE
        root = 220 * 2 ** ((0, 2, 4, 5, 7, 9, 11)[chance.integers(7)] / 12)
        for overtone in (1, 1.26, 1.5, 2, 3):
            song[start : start + length] += np.exp(-times * 4) * np.sin(2 * np.pi * root * overtone * times) / overtone
        hit = min(2000, length)
        song[start : start + hit] += chance.normal(0, 0.5, hit) * np.exp(-np.arange(hit) / 400)
    return song / np.abs(song).max() * 0.9


def written(path: Path, song: np.ndarray) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((song * 32_767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """The fingerprint of a file, as a transcode takes it."""
    transcoder = FfmpegTranscoder.from_env(Environment(os.environ))

    def heard(path: Path) -> sounds.Frames:
        return sounds.read(transcoder.transcode(path, tmp_path_factory.mktemp("into"), lambda _: None).fingerprint)

    return heard


@pytest.fixture(scope="module")
def song(tmp_path_factory) -> Path:
    return written(tmp_path_factory.mktemp("song") / "song.wav", music(1))


@pytest.fixture(scope="module")
def known(heard, song) -> sounds.Frames:
    return heard(song)


def are_same(frames: sounds.Frames, known: sounds.Frames) -> bool:
    """As they are looked for: by the marks first."""
    return not {*sounds.marks(frames)}.isdisjoint(sounds.marks(known)) and sounds.is_same(frames, sounds.kept(known))


def further(*cases: str) -> list[object]:
    """Four seconds of work each: the first of its kind is enough for every day."""
    return [pytest.param(case, marks=pytest.mark.media) for case in cases]


class TestTheSameSound:
    @pytest.mark.parametrize(
        "encoding",
        [
            "a.mp3 -ar 44100 -ac 2 -b:a 128k",
            *further(
                "a.m4a -b:a 64k",
                "a.ogg -ar 44100 -c:a libvorbis -b:a 96k",
                "a.opus -c:a libopus -b:a 48k",
                "a.flac -af volume=-6dB",
                "a.flac -ss 0.5",
            ),
        ],
    )
    def test_is_known_however_it_is_encoded(self, heard, song, known, tmp_path, encoding):
        name, *options = encoding.split()
        run_ffmpeg("-i", str(song), *options, str(tmp_path / name))
        assert are_same(heard(tmp_path / name), known)

    @pytest.mark.parametrize(
        "change",
        [
            "acompressor=threshold=0.1:ratio=4:makeup=2,bass=g=4,treble=g=4",
            *further("atempo=1.01", "asetrate=22050*1.02,aresample=22050"),
        ],
    )
    def test_is_not_that_of_a_remaster_or_another_speed(self, heard, song, known, tmp_path, change):
        run_ffmpeg("-i", str(song), "-af", change, str(tmp_path / "a.flac"))
        assert not are_same(heard(tmp_path / "a.flac"), known)

    def test_is_not_that_of_a_version_without_a_word(self, heard, known, tmp_path):
        clean = music(1)
        clean[10 * RATE : int(10.5 * RATE)] = 0
        assert not are_same(heard(written(tmp_path / "clean.wav", clean)), known)

    def test_is_not_that_of_another_song(self, heard, known, tmp_path):
        assert not are_same(heard(written(tmp_path / "other.wav", music(2))), known)


class TestWhatSaysEnough:
    def test_music_does(self, known):
        assert sounds.says_enough(known)

    @pytest.mark.parametrize("source", ["anullsrc=r=44100", "sine=frequency=440"])
    def test_silence_and_a_tone_do_not(self, heard, tmp_path, source):
        run_ffmpeg("-f", "lavfi", "-i", source, "-t", "30", str(tmp_path / "a.flac"))
        assert not sounds.says_enough(heard(tmp_path / "a.flac"))

    def test_what_is_short_does_not(self, known):
        assert not sounds.says_enough(known[: sounds.KEPT_OF * (sounds.LEAST_KEPT - 1)])


class TestVersions:
    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("Song", "Song", True),
            ("Song", "Another name of it", True),
            ("Song (Remastered 2009)", "Song", False),
            ("Song (Remastered 2009)", "Song - 2009 Remaster", False),
            ("Song (Remastered 2009)", "Song (Remastered 2011)", False),
            ("Song (Clean)", "Song (Explicit)", False),
            ("Song (Live)", "Song (live)", True),
            ("Delivered", "Alive", True),
        ],
    )
    def test_are_told_apart_by_their_titles(self, one, other, same):
        assert sounds.same_version(one, other) is same
