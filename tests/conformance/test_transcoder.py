"""Every implementation of the transcoder port passes this suite."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ports.environment import Environment
from ports.transcoder.fake import FakeTranscoder
from ports.transcoder.ffmpeg import FfmpegTranscoder
from ports.transcoder.interface import COVER_SIDES, MediaRefused, Transcode, Transcoder, TranscoderUnavailable
from tests.factories.audio import make_audio, run_ffmpeg
from tests.factories.pictures import make_picture

IMPLEMENTATIONS: dict[str, Callable[[Environment], Transcoder]] = {
    "ffmpeg": FfmpegTranscoder.from_env,
    "fake": FakeTranscoder.from_env,
}


@dataclass(frozen=True)
class Done:
    result: Transcode
    folder: Path
    progress: list[float]


@pytest.fixture(scope="module", params=list(IMPLEMENTATIONS))
def transcoder(request: pytest.FixtureRequest) -> Transcoder:
    return IMPLEMENTATIONS[request.param](Environment(os.environ))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_audio(tmp_path_factory.mktemp("source") / "tone.flac", seconds=12)


@pytest.fixture(scope="module")
def done(transcoder: Transcoder, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("into")
    progress: list[float] = []
    return Done(transcoder.transcode(source, folder, progress.append), folder, progress)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


class Stop(Exception):
    """What a worker raises that has lost its lease."""


class TestTranscoder:
    def test_answers_a_ping(self, transcoder: Transcoder):
        transcoder.ping()

    def test_writes_every_rendition_and_nothing_else(self, done: Done):
        assert [file.name for file in done.result.renditions] == ["aac-64", "aac-128", "aac-256", "flac"]
        assert {file.path for file in done.result.renditions} == set(done.folder.iterdir())

    def test_names_each_files_type_size_and_hash(self, done: Done):
        for file in done.result.renditions:
            content = file.path.read_bytes()
            assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
            assert (file.content_type, file.codecs) == (("audio/flac", "fLaC") if file.name == "flac" else ("audio/mp4", "mp4a.40.2"))

    def test_segments_tile_each_fragmented_file_exactly(self, done: Done):
        for file in done.result.renditions[:3]:
            position = file.initialisation_length
            assert file.path.read_bytes()[4:8] == b"ftyp"
            for segment in file.segments:
                assert segment.offset == position
                assert file.path.read_bytes()[position + 4 : position + 8] == b"moof"
                position += segment.length
            assert position == file.size

    def test_segments_begin_at_whole_frames_and_alike_in_all_bit_rates(self, done: Done):
        ladders = [[segment.duration for segment in file.segments] for file in done.result.renditions[:3]]
        assert ladders[0] == ladders[1] == ladders[2]
        assert [duration % 1024 for duration in ladders[0][:-1]] == [0] * (len(ladders[0]) - 1)
        assert len(ladders[0]) == 3
        assert 4 <= ladders[0][0] / done.result.renditions[0].timescale <= 6

    def test_a_plain_file_has_no_segments(self, done: Done):
        flac = done.result.renditions[3]
        assert (flac.initialisation_length, flac.segments, flac.peak_bit_rate) == (0, (), flac.bit_rate)

    def test_lasts_as_long_as_the_music(self, done: Done):
        assert done.result.duration_ms == 12_000
        for file in done.result.renditions[:3]:
            assert file.timescale == done.result.sample_rate == 44_100
            samples = sum(segment.duration for segment in file.segments) - done.result.encoder_delay
            assert samples == 12 * 44_100

    def test_bit_rates_rise_and_peaks_lie_above_them(self, done: Done):
        rates = [file.bit_rate for file in done.result.renditions[:3]]
        assert 0 < rates[0] < rates[1] < rates[2]
        assert all(file.peak_bit_rate >= file.bit_rate for file in done.result.renditions)

    def test_every_rendition_decodes(self, done: Done):
        for file in done.result.renditions:
            run_ffmpeg("-xerror", "-err_detect", "explode", "-i", str(file.path), "-f", "null", "-")

    def test_the_waveform_has_at_most_a_thousand_peaks(self, done: Done):
        assert 0 < len(done.result.waveform) <= 1000

    def test_the_fingerprint_is_numbers_of_32_bits_for_each_eighth_of_a_second(self, done: Done):
        assert len(done.result.fingerprint) % 4 == 0
        assert 60 <= len(done.result.fingerprint) // 4 <= 100

    def test_progress_rises_to_one(self, done: Done):
        assert done.progress == sorted(done.progress)
        assert done.progress[0] < done.progress[-1] == 1.0

    def test_the_same_file_gives_the_same_bytes(self, transcoder: Transcoder, done: Done, source: Path, into: Path):
        again = transcoder.transcode(source, into, lambda _: None)
        assert [file.sha256 for file in again.renditions] == [file.sha256 for file in done.result.renditions]
        assert again.fingerprint == done.result.fingerprint

    def test_what_progress_raises_comes_out_as_it_is(self, transcoder: Transcoder, source: Path, into: Path):
        lost = Stop("the lease is lost")

        def progress(_: float) -> None:
            raise lost

        with pytest.raises(Stop) as raised:
            transcoder.transcode(source, into, progress)
        assert raised.value is lost

    @pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b"#EXTM3U\nhttp://127.0.0.1:9/\n", "playlist")])
    def test_refuses_what_is_no_audio_with_the_reason(
        self, transcoder: Transcoder, tmp_path: Path, into: Path, content: bytes, reason: str
    ):
        pretender = tmp_path / "song.mp3"
        pretender.write_bytes(content)
        with pytest.raises(MediaRefused, match=reason):
            transcoder.transcode(pretender, into, lambda _: None)

    def test_a_file_that_is_gone_may_come_back(self, transcoder: Transcoder, tmp_path: Path, into: Path):
        with pytest.raises(TranscoderUnavailable, match="No such file"):
            transcoder.transcode(tmp_path / "gone.mp3", into, lambda _: None)


class TestCover:
    def test_writes_every_size_and_nothing_else(self, transcoder: Transcoder, tmp_path: Path, into: Path):
        progress: list[float] = []
        cover = transcoder.cover(make_picture(tmp_path / "cover.png"), into, progress.append)
        assert [file.side for file in cover.files] == list(COVER_SIDES)
        assert {file.path for file in cover.files} == set(into.iterdir())
        for file in cover.files:
            content = file.path.read_bytes()
            assert (content[:3], file.content_type) == (b"\xff\xd8\xff", "image/jpeg")
            assert file.sha256 == hashlib.sha256(content).hexdigest()
            run_ffmpeg("-xerror", "-f", "jpeg_pipe", "-i", str(file.path), "-f", "null", "-")
        assert re.fullmatch("#[0-9a-f]{6}", cover.colour)
        assert progress == sorted(progress)
        assert progress[-1] == 1.0

    def test_the_same_picture_gives_the_same_bytes(self, transcoder: Transcoder, tmp_path: Path):
        picture, made = make_picture(tmp_path / "cover.png"), []
        for folder in (tmp_path / "first", tmp_path / "second"):
            folder.mkdir()
            made.append([file.sha256 for file in transcoder.cover(picture, folder, lambda _: None).files])
        assert made[0] == made[1]

    @pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b"This is no picture.\n", "no picture that we can read")])
    def test_refuses_what_is_no_picture_with_the_reason(
        self, transcoder: Transcoder, tmp_path: Path, into: Path, content: bytes, reason: str
    ):
        pretender = tmp_path / "cover.jpg"
        pretender.write_bytes(content)
        with pytest.raises(MediaRefused, match=reason):
            transcoder.cover(pretender, into, lambda _: None)

    def test_a_picture_that_is_gone_may_come_back(self, transcoder: Transcoder, tmp_path: Path, into: Path):
        with pytest.raises(TranscoderUnavailable, match="No such file"):
            transcoder.cover(tmp_path / "gone.jpg", into, lambda _: None)
