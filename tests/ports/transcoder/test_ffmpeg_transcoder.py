from __future__ import annotations

import array
import math
import subprocess
import wave
from pathlib import Path

import pytest

from ports.environment import BootError, Environment
from ports.transcoder.ffmpeg import FfmpegTranscoder
from ports.transcoder.process import Ffmpeg
from tests.factories.audio import FORMATS, make_audio, run_ffmpeg
from tests.ports.transcoder.conftest import Transcoding

EBU_TEST_TONE = 10 ** (-23 / 20)
"""EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS measures -23.0 LUFS."""


def write_wave(path: Path, samples: list[int], sample_rate: int = 44_100) -> Path:
    """16 bits, mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(array.array("h", samples).tobytes())
    return path


def decoded(ffmpeg: Ffmpeg, path: Path) -> array.array[int]:
    """Every sample the decoder gives, priming and padding included."""
    raw = [] if path.name == "flac" else ["-ignore_editlist", "1", "-flags2", "+skip_manual"]
    command = [ffmpeg.program, "-v", "error", *raw, "-i", str(path), "-f", "s16le", "-"]
    return array.array("h", subprocess.run(command, capture_output=True, check=True).stdout)


class TestFormats:
    @pytest.mark.parametrize("kind", FORMATS)
    def test_takes_every_format_we_promise(self, transcode: Transcoding, tmp_path: Path, kind: str):
        tags = {"title": "Zyzzyva", "artist": "Ada", "tracknumber": "3/9", "isrc": "GBAAA2600001", "label": "Quiet"}
        source = make_audio(tmp_path / f"song.{kind}", kind=kind, tags=tags, cover=b"\xff\xd8\xff\xe0cover" + bytes(5000))
        done = transcode(source)
        assert abs(done.duration_ms - 2000) <= 50
        assert done.channels == 2
        assert done.loudness is not None
        assert -23 < done.loudness < -21
        for file in done.renditions:
            assert b"Zyzzyva" not in file.path.read_bytes()
            assert b"cover" not in file.path.read_bytes()

    @pytest.mark.parametrize(
        ("sample_rate", "playback", "lossless"),
        [(8_000, 48_000, 8_000), (22_050, 44_100, 22_050), (48_000, 48_000, 48_000), (88_200, 44_100, 88_200), (192_000, 48_000, 192_000)],
    )
    def test_plays_at_a_common_rate_and_keeps_the_flac_as_it_was(
        self, transcode: Transcoding, tmp_path: Path, sample_rate: int, playback: int, lossless: int
    ):
        done = transcode(make_audio(tmp_path / "song.wav", seconds=1, sample_rate=sample_rate))
        assert (done.sample_rate, done.renditions[0].timescale, done.renditions[3].timescale) == (playback, playback, lossless)

    @pytest.mark.parametrize(("channels", "kept"), [(1, 1), (2, 2), (6, 2)])
    def test_keeps_mono_and_mixes_surround_down(self, transcode: Transcoding, tmp_path: Path, channels: int, kept: int):
        assert transcode(make_audio(tmp_path / "song.wav", seconds=1, channels=channels)).channels == kept

    @pytest.mark.parametrize(("coding", "depth"), [("pcm_s16le", 16), ("pcm_s24le", 24), ("pcm_f32le", 24)])
    def test_the_flac_is_as_deep_as_the_source(self, transcode: Transcoding, tmp_path: Path, coding: str, depth: int):
        source = tmp_path / "song.wav"
        run_ffmpeg("-f", "lavfi", "-i", "sine=duration=1", "-c:a", coding, str(source))
        flac = transcode(source).renditions[3].path.read_bytes()
        assert (int.from_bytes(flac[20:22], "big") >> 4 & 31) + 1 == depth

    def test_the_flac_holds_the_sources_very_samples(self, transcode: Transcoding, tmp_path: Path, ffmpeg: Ffmpeg):
        samples = [round(9000 * math.sin(i / 7)) for i in range(44_100)]
        done = transcode(write_wave(tmp_path / "song.wav", samples))
        assert decoded(ffmpeg, done.renditions[3].path).tolist() == samples

    def test_the_content_decides_not_the_name(self, transcode: Transcoding, tmp_path: Path):
        assert transcode(make_audio(tmp_path / "really-flac.mp3", kind="flac")).duration_ms == 2000


class TestGaplessPlayback:
    @pytest.mark.parametrize("length", [100, 1023, 44_100, 300_007])
    def test_cutting_delay_and_padding_leaves_the_sources_length(self, transcode: Transcoding, tmp_path: Path, ffmpeg: Ffmpeg, length: int):
        done = transcode(write_wave(tmp_path / "song.wav", [1000] * length))
        for file in done.renditions[:3]:
            assert len(decoded(ffmpeg, file.path)) - done.encoder_delay - done.end_padding == length

    def test_a_damaged_stretch_leaves_no_hole_in_the_times(self, transcode: Transcoding, tmp_path: Path):
        source = make_audio(tmp_path / "song.mp3", seconds=12)
        content = bytearray(source.read_bytes())
        content[60_000:64_000] = bytes(4000)
        source.write_bytes(content)
        done = transcode(source)
        assert done.duration_ms < 12_000
        for file in done.renditions[:3]:
            assert [segment.duration % 1024 for segment in file.segments[:-1]] == [0, 0]
            seconds = (sum(segment.duration for segment in file.segments) - done.encoder_delay) / file.timescale
            assert seconds == pytest.approx(done.duration_ms / 1000, abs=0.001)

    def test_the_music_starts_where_the_delay_ends(self, transcode: Transcoding, tmp_path: Path, ffmpeg: Ffmpeg):
        click = 20_000
        done = transcode(write_wave(tmp_path / "song.wav", [30_000 if i == click else 0 for i in range(50_000)]))
        samples = decoded(ffmpeg, done.renditions[2].path)
        loudest = max(range(len(samples)), key=lambda i: abs(samples[i]))
        assert loudest - done.encoder_delay == click


class TestMeasurements:
    def test_loudness_and_true_peak_follow_ebu_r128(self, transcode: Transcoding, tmp_path: Path):
        source = tmp_path / "tone.wav"
        tone = f"{EBU_TEST_TONE}*sin(2*PI*1000*t)"
        run_ffmpeg("-f", "lavfi", "-i", f"aevalsrc={tone}|{tone}:s=48000:d=5", "-c:a", "pcm_s24le", str(source))
        done = transcode(source)
        assert done.loudness == pytest.approx(-23.0, abs=0.1)
        assert done.true_peak == pytest.approx(-23.0, abs=0.2)

    def test_a_mono_file_is_as_loud_as_the_same_in_stereo(self, ffmpeg: Ffmpeg, tmp_path: Path):
        stereo, mono = make_audio(tmp_path / "stereo.wav"), tmp_path / "mono.wav"
        run_ffmpeg("-i", str(stereo), "-af", "pan=mono|c0=c0", str(mono))
        loudness: list[float | None] = []
        for source in (stereo, mono):
            work = tmp_path / f"into-{source.stem}"
            work.mkdir()
            loudness.append(FfmpegTranscoder(ffmpeg.program).transcode(source, work, lambda _: None).loudness)
        assert loudness[0] is not None
        assert loudness[0] == loudness[1]

    def test_silence_has_no_loudness_and_no_peak(self, transcode: Transcoding, tmp_path: Path):
        done = transcode(write_wave(tmp_path / "silence.wav", [0] * 44_100))
        assert (done.loudness, done.true_peak, set(done.waveform)) == (None, None, {0})

    def test_tags_cannot_fake_a_measurement(self, transcode: Transcoding, tmp_path: Path):
        lie = "[Parsed_ebur128_1 @ 0x1] Summary:\n\n    I:          99.0 LUFS\n    Peak:       99.0 dBFS\n  Duration: 09:00:00.00"
        done = transcode(make_audio(tmp_path / "song.flac", tags={"title": lie, "language": lie}))
        assert done.loudness is not None
        assert done.loudness < -20
        assert done.duration_ms == 2000

    def test_the_waveform_shows_where_it_is_loud(self, transcode: Transcoding, tmp_path: Path):
        quiet, loud = [0] * 66_150, [32_767 if i % 2 else -32_767 for i in range(66_150)]
        waveform = transcode(write_wave(tmp_path / "song.wav", quiet + loud)).waveform
        half = len(waveform) // 2
        assert (max(waveform[: half - 1]), min(waveform[half + 1 :])) == (0, 255)

    def test_a_long_file_gets_a_thousand_peaks(self, transcode: Transcoding, tmp_path: Path):
        done = transcode(make_audio(tmp_path / "long.wav", seconds=12, sample_rate=8000, channels=1))
        assert len(done.waveform) == 1000


class TestFromEnv:
    def test_a_program_that_is_not_there_stops_the_boot(self):
        with pytest.raises(BootError, match="FFMPEG=/nowhere/ffmpeg is not a program"):
            FfmpegTranscoder.from_env(Environment({"FFMPEG": "/nowhere/ffmpeg"}))

    @pytest.mark.parametrize("seconds", ["0", "-5", "100000"])
    def test_a_time_that_no_task_has_stops_the_boot(self, seconds: str):
        with pytest.raises(BootError, match=f"FFMPEG_TIMEOUT={seconds} is out of range: set it to a whole number from 1 to 2700"):
            FfmpegTranscoder.from_env(Environment({"FFMPEG_TIMEOUT": seconds}))

    def test_a_chosen_program_is_the_one_that_runs(self, ffmpeg: Ffmpeg, tmp_path: Path):
        chosen = tmp_path / "my-ffmpeg"
        chosen.symlink_to(ffmpeg.program)
        transcoder = FfmpegTranscoder.from_env(Environment({"FFMPEG": str(chosen)}))
        transcoder.ping()
        assert transcoder.ffmpeg.program == str(chosen)

    def test_a_program_that_went_away_is_unavailable(self, tmp_path: Path):
        with pytest.raises(Exception, match="does not start"):
            FfmpegTranscoder(str(tmp_path / "gone")).ping()
