from __future__ import annotations

import struct
from pathlib import Path

import pytest

from ports.transcoder.fake import FakeTranscoder
from ports.transcoder.flac import read_stream_information
from ports.transcoder.fragments import LARGEST_INDEX, MOST_BOXES, read_fragments
from ports.transcoder.interface import TranscoderUnavailable
from ports.transcoder.measurements import PEAK, read_waveform


@pytest.fixture
def rendition(tmp_path: Path) -> Path:
    source, into = tmp_path / "song.mp3", tmp_path / "into"
    source.write_bytes(b"any")
    into.mkdir()
    return FakeTranscoder().transcode(source, into, lambda _: None).renditions[0].path


def changed(path: Path, old: bytes, new: bytes) -> Path:
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    return path


class TestReadFragments:
    def test_reads_times_and_places(self, rendition: Path):
        parsed = read_fragments(rendition)
        assert (parsed.timescale, parsed.delay, parsed.frames, parsed.duration) == (44_100, 1024, 518, 12 * 44_100 + 1024)
        assert parsed.padding == 518 * 1024 - 12 * 44_100 - 1024
        assert sum(segment.length for segment in parsed.segments) == rendition.stat().st_size - parsed.initialisation_length

    def test_reads_durations_that_are_the_same_for_all_frames(self, rendition: Path):
        parsed = read_fragments(defaulted(rendition))
        assert (parsed.frames, parsed.duration) == (2, 2048)

    @pytest.mark.parametrize("missing", [1, 7, 100, 1000, 4000, 11_000, 11_438])
    def test_a_file_cut_anywhere_is_not_whole(self, rendition: Path, missing: int):
        rendition.write_bytes(rendition.read_bytes()[:-missing])
        with pytest.raises(TranscoderUnavailable, match="was not written whole"):
            read_fragments(rendition)

    def test_an_empty_or_absent_file_is_not_whole(self, rendition: Path):
        rendition.write_bytes(b"")
        with pytest.raises(TranscoderUnavailable, match="was not written whole"):
            read_fragments(rendition)
        rendition.unlink()
        with pytest.raises(TranscoderUnavailable, match="was not written whole"):
            read_fragments(rendition)

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            (b"mdat", b"skip", "its boxes are"),
            (b"mdhd", b"skip", "no mdhd box"),
            (b"elst", b"skip", "no elst box"),
            (struct.pack(">IQ", 1 << 24, 216 * 1024), struct.pack(">IQ", 1 << 24, 215 * 1024), "does not follow"),
            (struct.pack(">IIII", 0x020030, 1, 16, 0x02000000), struct.pack(">IIII", 0x020030, 1, 17, 0x02000000), "does not follow"),
            (struct.pack(">I", 28) + b"ftyp", struct.pack(">I", 4) + b"ftyp", "claims 4 bytes"),
        ],
    )
    def test_a_file_that_contradicts_itself_is_refused(self, rendition: Path, old: bytes, new: bytes, reason: str):
        with pytest.raises(TranscoderUnavailable, match=reason):
            read_fragments(changed(rendition, old, new))

    def test_one_whose_segment_lasts_no_time_is_refused(self, rendition: Path):
        with pytest.raises(TranscoderUnavailable, match="lasts no time"):
            read_fragments(defaulted(rendition, frame=0))

    def test_one_that_would_fill_our_memory_is_refused(self, rendition: Path):
        whole = rendition.read_bytes()
        rendition.write_bytes(whole + box(b"moof", bytes(LARGEST_INDEX)) + box(b"mdat", b""))
        with pytest.raises(TranscoderUnavailable, match=f"its moof box at byte {len(whole)} is {LARGEST_INDEX + 8} bytes long"):
            read_fragments(rendition)
        rendition.write_bytes(whole + (box(b"moof", b"") + box(b"mdat", b"")) * (MOST_BOXES // 2))
        with pytest.raises(TranscoderUnavailable, match="more than 100000 boxes"):
            read_fragments(rendition)


def defaulted(path: Path, frame: int = 1024) -> Path:
    """The same initialisation with one segment of two frames, sizes and durations in the track's header."""
    initialisation = path.read_bytes()[: read_fragments(path).initialisation_length]
    header = struct.pack(">IIIII", 0x020038, 1, frame, 6, 0x02000000)
    track = box(b"tfhd", header) + box(b"tfdt", struct.pack(">II", 0, 0)) + box(b"trun", struct.pack(">IIi", 1, 2, 0))
    segment = box(b"moof", box(b"mfhd", bytes(8)) + box(b"traf", track)) + box(b"mdat", bytes(12))
    path.write_bytes(initialisation + segment)
    return path


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


class TestReadStreamInformation:
    def test_a_file_that_is_no_flac_was_not_written_whole(self, rendition: Path):
        with pytest.raises(TranscoderUnavailable, match="was not written whole"):
            read_stream_information(rendition)

    def test_one_without_a_sample_rate_is_no_music(self, rendition: Path):
        flac = rendition.with_name("flac")
        flac.write_bytes(flac.read_bytes()[:18] + bytes(30))
        with pytest.raises(TranscoderUnavailable, match="no sample rate"):
            read_stream_information(flac)

    def test_reads_rate_channels_and_samples(self, rendition: Path):
        parsed = read_stream_information(rendition.with_name("flac"))
        assert (parsed.sample_rate, parsed.channels, parsed.samples) == (44_100, 2, 12 * 44_100)


class TestReadWaveform:
    @pytest.mark.parametrize("level", [b"loud", b"1e9", b"nan", b"\xff"])
    def test_a_level_that_is_no_number_of_decibels_is_not_whole(self, tmp_path: Path, level: bytes):
        peaks = tmp_path / "peaks.txt"
        peaks.write_bytes(PEAK + b"-6.0\n" + PEAK + level)
        with pytest.raises(TranscoderUnavailable, match="was not written whole"):
            read_waveform(peaks)
