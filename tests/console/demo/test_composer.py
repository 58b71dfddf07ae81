"""The composer: pieces that are the same for the same seed, have a form and keep to their key, and sound as they should."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from itertools import combinations, pairwise

import imageio_ffmpeg
import numpy as np
import pytest

from apps.console.demo.catalogue import RELEASES, Recording
from apps.console.demo.composer.score import ENDING, lay_out
from apps.console.demo.composer.sound.mastering import CEILING, limit, loudness
from apps.console.demo.composer.sound.waves import RATE
from apps.console.demo.composer.style import compose
from apps.console.demo.composer.theory import MODES, Scale, chord, voiced
from apps.console.demo.files import sound_of

pytestmark = pytest.mark.media

RECORDINGS = {one.title: one for release in RELEASES for one in release.recordings}
STYLES = {release.artist.name: release.artist.style for release in RELEASES if release.artist}
HEARD = ("Press Start", "Cargo", "Lamplight", "Tall Weather")
"""One of each of four styles that have nothing in common: playing all would take half a minute."""


@cache
def played(title: str):
    return sound_of(RECORDINGS[title])


@cache
def measured(title: str) -> str:
    """What ffmpeg says of it, which knows nothing of our own measuring."""
    samples = np.round(played(title).T * 32767).astype("<i2").tobytes()
    source = ("-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "pipe:0")
    listening = ("-af", "ebur128=peak=true:framelog=quiet,silencedetect=noise=-50dB:duration=1", "-f", "null", "-")
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", *source, *listening)
    return subprocess.run(command, input=samples, capture_output=True, check=True).stderr.decode()


class TestChords:
    @pytest.mark.parametrize(
        ("symbol", "classes"),
        [("I", (0, 4, 7)), ("ii7", (2, 5, 9, 0)), ("V7b9", (7, 11, 2, 5, 8)), ("bVIImaj7", (10, 2, 5, 9)), ("ii7b5", (2, 5, 8, 0))],
    )
    def test_by_their_numerals(self, symbol, classes):
        assert chord(symbol, 0).classes == classes
        assert chord(symbol, 2).classes == tuple((one + 2) % 12 for one in classes)

    def test_what_is_none_is_told(self):
        with pytest.raises(ValueError, match="'H7' is no chord: write a Roman numeral"):
            chord("H7", 0)

    def test_voices_move_no_further_than_they_must(self):
        stacks = voiced([chord(symbol, 0) for symbol in ("I", "vi", "IV", "V", "I")], 52, 72, 3)
        for before, after in pairwise(stacks):
            assert max(abs(low - high) for low, high in zip(before, after, strict=True)) <= 4


class TestForm:
    def test_sections_follow_each_other_and_the_last_chord_is_one(self):
        plan = lay_out("verse:2 chorus:2 verse:2 ending:2", {"verse": "I | vi IV", "chorus": "V", ENDING: "I"}, Scale(0, MODES["major"]), 4)
        assert [(section.name, section.beat, section.repeat) for section in plan.sections] == [
            ("verse", 0, 0), ("chorus", 8, 0), ("verse", 16, 1), (ENDING, 24, 0),
        ]  # fmt: skip
        assert [span.beats for span in plan.sections[0].spans] == [4, 2, 2]
        assert [span.beats for span in plan.sections[3].spans] == [8]


class TestEveryStyle:
    @pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
    def test_lasts_as_long_as_a_song_on_the_radio_is_previewed_for(self, style):
        for seed in range(12):
            piece = compose(style, str(seed))
            assert 40 <= piece.plan.end * 60 / piece.tempo <= 90

    @pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
    def test_plays_within_its_form_and_comes_to_rest_on_the_tonic(self, style):
        for seed in range(6):
            piece = compose(style, str(seed))
            notes = [note for _, _, notes in piece.parts for note in notes]
            assert all(0 <= note.beat <= piece.plan.end and 0 < note.force <= 1 for note in notes)
            last = piece.plan.sections[-1]
            assert last.name == ENDING
            assert last.spans[0].chord.root == piece.plan.scale.tonic

    @pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
    def test_has_sections_in_which_not_the_same_players_play(self, style):
        piece = compose(style, "a seed")
        playing = {
            section.name: frozenset(
                number for number, (_, _, notes) in enumerate(piece.parts) if any(section.beat <= note.beat < section.end for note in notes)
            )
            for section in piece.plan.sections
        }
        assert len(set(playing.values())) >= 2

    def test_a_section_that_comes_again_has_its_tune_again(self):
        piece = compose(STYLES["Pocket Comet"], "a seed")
        tune = piece.parts[0][2]
        first, second = (section for section in piece.plan.sections if section.name == "chorus")

        def strong(section):
            return {(note.beat - section.beat, note.pitch) for note in tune if section.beat <= note.beat < section.end}

        assert len(strong(first) & strong(second)) > 0.6 * len(strong(first))


class TestAPiece:
    def test_is_the_same_sample_by_sample(self):
        again = sound_of(RECORDINGS["Press Start"])
        assert again.tobytes() == played("Press Start").tobytes()

    def test_of_another_seed_is_another(self):
        first, second = (compose(STYLES["Pocket Comet"], seed) for seed in ("one", "another"))
        assert first.parts[0][2] != second.parts[0][2]

    @pytest.mark.parametrize("title", HEARD)
    def test_is_as_loud_as_it_should_be_and_never_clips(self, title):
        summary = measured(title).rpartition("Summary:")[2]
        (integrated,) = re.findall(r"I: +(-[\d.]+) LUFS", summary)
        (peak,) = re.findall(r"Peak: +(-[\d.]+) dBFS", summary)
        assert float(integrated) == pytest.approx(-14, abs=0.5)
        assert float(peak) <= -1

    @pytest.mark.parametrize("title", HEARD)
    def test_has_no_silence_but_ends_in_it(self, title):
        assert "silence_start" not in measured(title)
        assert np.abs(played(title)[:, -100:]).max() < 0.001

    @pytest.mark.parametrize("title", HEARD)
    def test_is_heard_on_both_sides_and_not_the_same_on_both(self, title):
        left, right = played(title)
        assert 0.5 < np.sqrt((left**2).mean() / (right**2).mean()) < 2
        assert np.corrcoef(left, right)[0, 1] < 0.99

    def test_of_another_artist_sounds_clearly_different(self):
        spectra = {title: _octaves(played(title)) for title in HEARD}
        for one, other in combinations(HEARD, 2):
            assert np.abs(spectra[one] - spectra[other]).mean() > 2, f"{one} and {other}"

    def test_cut_short_is_its_beginning_and_fades(self):
        whole, part = played("Cargo"), sound_of(RECORDINGS["Cargo"], 10)
        assert 9.9 * RATE < part.shape[1] <= 10 * RATE
        assert np.corrcoef(part[0, : 8 * RATE], whole[0, : 8 * RATE])[0, 1] > 0.99
        assert np.abs(part[:, -10:]).max() < 0.001


def _octaves(sides):
    """Decibels by octave, from 40 Hz up."""
    power = np.abs(np.fft.rfft(sides.mean(axis=0))) ** 2
    frequency = np.fft.rfftfreq(sides.shape[1], 1 / RATE)
    bands = [power[(frequency >= low) & (frequency < 2 * low)].sum() for low in (40 * 2**number for number in range(9))]
    return 10 * np.log10(np.array(bands) / power.sum())


class TestMastering:
    def test_loudness_of_the_sine_of_the_standard(self):
        """EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS is -23 LUFS."""
        wave = np.sin(2 * np.pi * 1000 * np.arange(20 * RATE) / RATE) * 10 ** (-23 / 20)
        assert loudness(np.stack([wave, wave]).astype(np.float32)) == pytest.approx(-23, abs=0.1)

    def test_the_limiter_holds_a_peak_down_and_lets_the_rest_be(self):
        sides = np.full((2, RATE), 0.1, dtype=np.float32)
        sides[:, RATE // 2] = 3.0
        held = limit(sides)
        assert np.abs(held).max() <= CEILING + 1e-6
        assert np.array_equal(held[:, : RATE // 4], sides[:, : RATE // 4])


class TestTheCatalogue:
    def test_numbers_are_nobodys_and_each_ones_own(self):
        recordings: list[Recording] = list(RECORDINGS.values())
        assert len({one.isrc for one in recordings}) == len(recordings) >= 45
        assert all(re.fullmatch(r"XX[A-Z0-9]{3}\d{7}", one.isrc) for one in recordings)
        assert len({release.upc for release in RELEASES}) == len(RELEASES) >= 14
        for release in RELEASES:
            digits = [int(digit) for digit in release.upc]
            assert len(digits) == 13
            assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0

    def test_volumes_of_one_series_hold_several_labels_recordings_that_albums_have(self):
        volumes = [release for release in RELEASES if release.artist is None]
        own = {one for release in RELEASES if release.artist for one in release.recordings}
        assert [release.title for release in volumes] == ["House Lights, Vol. 1", "House Lights, Vol. 2"]
        for volume in volumes:
            assert set(volume.recordings) <= own
            assert len({one.artist.label for one in volume.recordings}) >= 4
            assert len({one.artist for one in volume.recordings}) == len(volume.recordings)
