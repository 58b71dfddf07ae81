"""Cutting previews out of finished renditions."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.core.contract.playback import PREVIEW
from ports.transcoder.fake import FakeTranscoder
from ports.transcoder.fragments import read_fragments
from ports.transcoder.interface import RenditionFile, Segment
from tasks.previews import CUT_FROM, cut_preview

INITIALISATION = 100
SEGMENT_BYTES = 1000


@pytest.fixture
def made(tmp_path):
    """A rendition whose segments last so many seconds."""

    def make(*seconds: float) -> RenditionFile:
        path = tmp_path / CUT_FROM
        path.write_bytes(bytes(number % 251 for number in range(INITIALISATION + SEGMENT_BYTES * len(seconds))))
        segments = tuple(Segment(INITIALISATION + SEGMENT_BYTES * at, SEGMENT_BYTES, int(lasts * 1000)) for at, lasts in enumerate(seconds))
        return RenditionFile(
            CUT_FROM, path, "audio/mp4", "mp4a.40.2", 128_000, 130_000, path.stat().st_size, "0" * 64, 1000, INITIALISATION, segments
        )

    return make


class TestAPreview:
    @pytest.mark.parametrize(
        ("seconds", "kept"),
        [
            ((5,) * 40, 6),
            ((5,) * 12, 6),
            ((5,) * 11, 5),
            ((5, 5, 2), 1),
            ((5, 5), 1),
            ((5.02,) * 40, 6),
            ((5.1,) * 40, 5),
            ((5.0,) * 6 + (0.001,), 3),
        ],
    )
    def test_has_whole_segments_of_thirty_seconds_or_half_the_music(self, made, tmp_path, seconds, kept):
        whole = made(*seconds)
        preview = cut_preview([whole], tmp_path)
        assert preview is not None
        assert preview.segments == whole.segments[:kept]
        assert preview.path.read_bytes() == whole.path.read_bytes()[: INITIALISATION + SEGMENT_BYTES * kept]
        assert preview.size == preview.path.stat().st_size

    @pytest.mark.parametrize("seconds", [(4,), (31, 29), (5, 4)])
    def test_is_none_where_not_one_segment_fits(self, made, tmp_path, seconds):
        assert cut_preview([made(*seconds)], tmp_path) is None
        assert not (tmp_path / PREVIEW).exists()

    def test_is_a_file_that_can_be_read_by_itself(self, tmp_path: Path):
        (tmp_path / "source").write_bytes(b"music")
        into = tmp_path / "into"
        into.mkdir()
        made = FakeTranscoder().transcode(tmp_path / "source", into, lambda _: None)
        preview = cut_preview(made.renditions, into)
        assert preview is not None
        read = read_fragments(preview.path)
        assert read.segments == preview.segments
        assert 4 <= read.duration / read.timescale <= 6
