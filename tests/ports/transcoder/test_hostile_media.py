from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from ports.transcoder.flac import read_stream_information
from ports.transcoder.interface import MediaRefused
from ports.transcoder.ladder import PEAKS
from ports.transcoder.process import Ffmpeg
from tests.factories.audio import hostile_files, make_audio, referring_mp4, run_ffmpeg, truncated, wave_claiming
from tests.ports.transcoder.conftest import Listener, Transcoding

pytestmark = pytest.mark.media

REASONS = {
    "empty.mp3": "empty",
    "m3u.mp3": "is a playlist",
    "hls.mp3": "is a playlist",
    "bare-playlist.mp3": "is text",
    "ffconcat.mp3": "is a playlist",
    "pls.mp3": "is a playlist",
    "tagged-m3u.mp3": "is a playlist",
    "dash.mp3": "playlist of markup",
    "bomb.mp3": "is an archive",
    "bomb.flac": "is an archive",
    "random.mp3": "not audio that we recognise",
    "random-behind-sync.mp3": "damaged",
    "text.mp3": "is text",
    "picture.flac": "is a picture",
    "program.wav": "is a program",
    "page.ogg": "document or playlist of markup",
    "headless.flac": "damaged or cut short",
    "matroska.mp3": "is a video file",
    "truncated.flac": r"ends early: 10 of the 20 seconds",
}
MEASURED = """
import os, resource, sys
from pathlib import Path
from ports.environment import Environment
from ports.transcoder.ffmpeg import FfmpegTranscoder

FfmpegTranscoder.from_env(Environment(os.environ)).transcode(Path(sys.argv[1]), Path(sys.argv[2]), lambda _: None)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""How much memory its largest child took, in kilobytes."""


@pytest.fixture(scope="module")
def pretenders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return hostile_files(tmp_path_factory.mktemp("hostile"))


class TestPretenders:
    def test_each_has_its_reason_here(self, pretenders: dict[str, Path]):
        assert set(pretenders) == set(REASONS)

    @pytest.mark.parametrize("name", list(REASONS))
    def test_is_refused_with_the_reason(self, transcode: Transcoding, pretenders: dict[str, Path], name: str):
        with pytest.raises(MediaRefused, match=f"{REASONS[name]}.*: .+\\.|{REASONS[name]}.*Send it again"):
            transcode(pretenders[name])

    def test_nothing_is_unpacked_or_fetched(self, transcode: Transcoding, tmp_path: Path, into: Path, listener: Listener):
        folder = tmp_path / "pretenders"
        folder.mkdir()
        for path in hostile_files(folder, listener.address).values():
            for leftover in into.iterdir():
                assert leftover.name in {"source", "peaks.txt", "fingerprint", "aac-64", "aac-128", "aac-256", "flac"}
                leftover.unlink()
            with pytest.raises(MediaRefused):
                transcode(path)
        assert not listener.was_called

    def test_a_folder_or_a_pipe_is_no_file(self, transcode: Transcoding, tmp_path: Path):
        os.mkfifo(tmp_path / "pipe.mp3")
        for path in (tmp_path, tmp_path / "pipe.mp3"):
            with pytest.raises(MediaRefused, match="not a file"):
                transcode(path)


class TestNames:
    @pytest.mark.parametrize(
        "name", ["-i etc.mp3", "%d.mp3", "a\nb.mp3", 'it\'s "so".mp3', "concat:a|b.mp3", "http:x.mp3", "é" * 120 + ".mp3"]
    )
    def test_a_name_is_never_read_by_ffmpeg(self, transcode: Transcoding, tmp_path: Path, name: str):
        source = make_audio(tmp_path / "plain.mp3", seconds=0.5).rename(tmp_path / name)
        assert transcode(source).duration_ms == pytest.approx(500, abs=60)


class TestLies:
    def test_an_unknown_length_is_no_lie(self, transcode: Transcoding, tmp_path: Path):
        assert transcode(wave_claiming(tmp_path / "streamed.wav", 0xFFFFFFFF)).duration_ms == 1000

    def test_a_header_that_promises_more_is_refused(self, transcode: Transcoding, tmp_path: Path):
        with pytest.raises(MediaRefused, match="ends early"):
            transcode(wave_claiming(tmp_path / "cut.wav", 2_000_000))

    @pytest.mark.parametrize("kind", ["wav", "aiff", "alac"])
    def test_a_file_cut_in_half_is_refused(self, transcode: Transcoding, tmp_path: Path, kind: str):
        with pytest.raises(MediaRefused, match=r"ends early|cut short"):
            transcode(truncated(make_audio(tmp_path / f"song.{kind}", kind=kind, seconds=6)))

    def test_sound_that_changes_midway_is_refused(self, transcode: Transcoding, tmp_path: Path):
        first = make_audio(tmp_path / "first.mp3", sample_rate=44_100)
        second = make_audio(tmp_path / "second.mp3", sample_rate=48_000, channels=1)
        first.write_bytes(first.read_bytes() + second.read_bytes())
        with pytest.raises(MediaRefused, match="changes its sample rate or channels midway"):
            transcode(first)

    @pytest.mark.parametrize("sample", ["1/0", "0/0"])
    def test_samples_that_are_no_numbers_are_refused(self, transcode: Transcoding, tmp_path: Path, sample: str):
        source = tmp_path / "song.wav"
        run_ffmpeg("-f", "lavfi", "-i", f"aevalsrc='if(gt(t,0.5),{sample},0.1)':d=1", "-c:a", "pcm_f32le", str(source))
        with pytest.raises(MediaRefused, match="damaged"):
            transcode(source)

    def test_words_in_a_file_do_not_pass_for_the_systems(self, transcode: Transcoding, tmp_path: Path):
        source = speaking_ogg(tmp_path, "muxer: No space left on device")
        assert transcode(source).duration_ms == 2000

    def test_nor_for_ffmpegs_last(self, transcode: Transcoding, tmp_path: Path):
        source = speaking_ogg(tmp_path, f"Exiting normally, received signal {signal.SIGTERM:d}.")
        with pytest.raises(MediaRefused, match="unpacks to more than"):
            transcode(source, output_bytes=20_000)

    def test_nor_for_its_description_of_the_sound(self, transcode: Transcoding, tmp_path: Path):
        source = speaking_ogg(tmp_path, "  Stream #0:0: Audio: vorbis, 48000 Hz, mono, s16")
        with pytest.raises(MediaRefused, match="another sample rate than its header says"):
            transcode(source)


class TestCovers:
    @pytest.mark.parametrize("kind", ["mp3", "flac", "m4a"])
    def test_a_picture_that_unpacks_to_gigabytes_is_not_unpacked(self, tmp_path: Path, into: Path, kind: str):
        source = make_audio(tmp_path / f"song.{kind}", seconds=1, kind=kind, cover=huge_picture())
        arguments = [sys.executable, "-c", MEASURED, str(source), str(into)]
        kilobytes = int(subprocess.run(arguments, capture_output=True, check=True).stdout)
        assert kilobytes < 512 << 10


class TestTakenOver:
    """Somebody else's file must not leave under a rendition's name."""

    @pytest.mark.parametrize("way", [os.symlink, os.link, lambda _, pipe: os.mkfifo(pipe)], ids=["link", "hard link", "pipe"])
    def test_a_link_made_while_encoding_is_refused(
        self, transcode: Transcoding, tmp_path: Path, into: Path, way: Callable[[Path, Path], None]
    ):
        secret = make_audio(tmp_path / "secret.flac")

        def attack(share: float) -> None:
            if share > 0:
                (into / "flac").unlink()
                way(secret, into / "flac")

        with pytest.raises(MediaRefused, match="attacks the decoder"):
            transcode(make_audio(tmp_path / "song.wav"), attack)

    def test_and_one_made_while_the_renditions_are_verified(self, transcode: Transcoding, tmp_path: Path, into: Path):
        secret = make_audio(tmp_path / "secret.flac")

        def attack(share: float) -> None:
            verifying = share > 0 and not (into / PEAKS).exists()
            if verifying:
                (into / "flac").unlink(missing_ok=True)
                (into / "flac").hardlink_to(secret)

        with pytest.raises(MediaRefused, match="attacks the decoder"):
            transcode(make_audio(tmp_path / "song.wav"), attack)


class TestCodecs:
    @pytest.mark.parametrize(("name", "coding", "muxer"), [("song.wav", "wmav2", "wav"), ("song.m4a", "ac3", "mp4")])
    def test_a_foreign_codec_in_a_known_container_is_named(
        self, transcode: Transcoding, tmp_path: Path, name: str, coding: str, muxer: str
    ):
        run_ffmpeg("-f", "lavfi", "-i", "sine=duration=1", "-c:a", coding, "-f", muxer, str(tmp_path / name))
        with pytest.raises(MediaRefused, match=f"coded as {coding}"):
            transcode(tmp_path / name)

    def test_a_film_without_sound_is_refused(self, transcode: Transcoding, tmp_path: Path):
        run_ffmpeg("-f", "lavfi", "-i", "testsrc=duration=1:size=64x64", "-f", "mp4", str(tmp_path / "film.m4a"))
        with pytest.raises(MediaRefused, match="no sound in it"):
            transcode(tmp_path / "film.m4a")


class TestLimits:
    def test_too_many_bytes(self, transcode: Transcoding, tmp_path: Path):
        with pytest.raises(MediaRefused, match="larger than"):
            transcode(make_audio(tmp_path / "song.wav"), source_bytes=1000)

    def test_too_long_by_its_header(self, transcode: Transcoding, tmp_path: Path):
        with pytest.raises(MediaRefused, match="lasts longer than"):
            transcode(make_audio(tmp_path / "song.wav", seconds=3), source_seconds=1)

    def test_too_long_by_its_content(self, transcode: Transcoding, tmp_path: Path, into: Path):
        source = make_audio(tmp_path / "song.flac", seconds=6)
        content = bytearray(source.read_bytes())
        # STREAMINFO's 36 bits of samples, to 0: unknown.
        packed = struct.unpack_from(">Q", content, 18)[0] >> 36 << 36
        struct.pack_into(">Q", content, 18, packed)
        source.write_bytes(content)
        with pytest.raises(MediaRefused, match="lasts longer than"):
            transcode(source, source_seconds=1)
        assert read_stream_information(into / "flac").samples <= 2 * 44_100

    def test_too_many_channels(self, transcode: Transcoding, tmp_path: Path):
        source = tmp_path / "song.wav"
        run_ffmpeg("-f", "lavfi", "-i", "aevalsrc=0|0|0|0|0|0|0|0|0:d=1", "-c:a", "pcm_s16le", str(source))
        with pytest.raises(MediaRefused, match="9 channels"):
            transcode(source)

    @pytest.mark.parametrize("sample_rate", [4000, 384_000])
    def test_an_odd_sample_rate(self, transcode: Transcoding, tmp_path: Path, sample_rate: int):
        with pytest.raises(MediaRefused, match=f"{sample_rate} Hz"):
            transcode(make_audio(tmp_path / "song.wav", seconds=1, sample_rate=sample_rate))

    def test_unpacking_to_more_than_a_file_may_hold(self, transcode: Transcoding, tmp_path: Path):
        with pytest.raises(MediaRefused, match="unpacks to more than"):
            transcode(make_audio(tmp_path / "song.wav", seconds=10), output_bytes=50_000)

    def test_too_much_work_is_the_files_fault(self, transcode: Transcoding, hour: Path):
        with pytest.raises(MediaRefused, match="processor time"):
            transcode(hour, cpu_seconds=1)


class TestExternalReferences:
    def test_a_reference_to_another_file_is_not_followed(self, transcode: Transcoding, tmp_path: Path, ffmpeg: Ffmpeg):
        secret = make_audio(tmp_path / "secret.wav")
        source = referring_mp4(tmp_path / "song.m4a", str(secret))
        assert "Opening '" + str(secret) in followed(ffmpeg, source)
        with pytest.raises(MediaRefused, match="no sound that can be decoded"):
            transcode(source)


def speaking_ogg(folder: Path, line: str) -> Path:
    """A file whose language tag puts a line of its own into what ffmpeg prints."""
    return make_audio(folder / "song.ogg", tags={"language": f"x\n{line}\n  Stream #0:0"})


def huge_picture() -> bytes:
    """A PNG of a few hundred bytes that is 16,000 pixels wide and high, each of eight bytes."""
    header = struct.pack(">IIBBBBB", 16_000, 16_000, 16, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(128_001))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def followed(ffmpeg: Ffmpeg, source: Path) -> str:
    """What a bare ffmpeg says that is told to follow references: proof that the file holds one."""
    options = ["-f", "mov", "-enable_drefs", "1", "-use_absolute_path", "1"]
    command = [ffmpeg.program, "-nostdin", *options, "-i", str(source), "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr
