"""The rules of playback: what a ladder of renditions must be, and what playlists say, to the letter (RFC 8216)."""

from __future__ import annotations

import msgspec
import pytest

from apps.core.contract.errors import Invalid
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import TranscodeWork
from apps.core.contract.playback import Rendition, SegmentEntry
from apps.core.playback.rules import check_renditions, media_playlist, multivariant_playlist
from tests.factories.catalogue import renditions

*LADDER, PREVIEW, FLAC = renditions(TranscodeWork(new_id(), "quarantine/x", "0" * 64))
LADDER = (*LADDER, FLAC)


def rendition(durations: list[int], timescale: int = 48_000, **more: object) -> Rendition:
    entries = tuple(SegmentEntry(700 + 100 * at, 100, duration) for at, duration in enumerate(durations))
    return msgspec.structs.replace(LADDER[0], segments=entries, size=700 + 100 * len(entries), timescale=timescale, **more)


class TestCheckRenditions:
    def test_takes_a_whole_ladder_in_any_order(self):
        check_renditions(LADDER[::-1])
        check_renditions((*LADDER, PREVIEW))

    @pytest.mark.parametrize("missing", range(4))
    def test_refuses_a_ladder_with_a_rung_missing(self, missing):
        with pytest.raises(Invalid, match="needed are"):
            check_renditions(LADDER[:missing] + LADDER[missing + 1 :])

    def test_refuses_a_doubled_rung(self):
        with pytest.raises(Invalid, match="needed are"):
            check_renditions((*LADDER, LADDER[0]))

    @pytest.mark.parametrize(
        "segments",
        [
            pytest.param([(700, 100, 1), (801, 99, 1)], id="a gap"),
            pytest.param([(700, 100, 1), (799, 101, 1)], id="an overlap"),
            pytest.param([(701, 199, 1)], id="a gap at the beginning"),
            pytest.param([(700, 100, 1)], id="a gap at the end"),
            pytest.param([(700, 300, 1)], id="beyond the end"),
            pytest.param([(700, 200, 0)], id="no duration"),
            pytest.param([(700, 0, 1), (700, 200, 1)], id="no bytes"),
            pytest.param([], id="no segments"),
        ],
    )
    def test_refuses_segments_that_do_not_tile_the_file(self, segments):
        broken = msgspec.structs.replace(LADDER[1], size=900, segments=tuple(SegmentEntry(*one) for one in segments))
        with pytest.raises(Invalid, match=r"The segments of aac-128 (leave a gap|end at byte)") as refusal:
            check_renditions((LADDER[0], broken, *LADDER[2:]))
        assert refusal.value.next_step

    def test_does_not_ask_the_flac_for_segments(self):
        assert LADDER[3].segments == ()
        check_renditions(LADDER)


class TestMultivariantPlaylist:
    def test_names_each_rendition_lowest_first(self):
        assert multivariant_playlist((LADDER[2], LADDER[0], LADDER[1])) == (
            "#EXTM3U\n"
            "#EXT-X-VERSION:7\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            '#EXT-X-STREAM-INF:BANDWIDTH=70400,AVERAGE-BANDWIDTH=64000,CODECS="mp4a.40.2"\n'
            "aac-64.m3u8\n"
            '#EXT-X-STREAM-INF:BANDWIDTH=140800,AVERAGE-BANDWIDTH=128000,CODECS="mp4a.40.2"\n'
            "aac-128.m3u8\n"
            '#EXT-X-STREAM-INF:BANDWIDTH=281600,AVERAGE-BANDWIDTH=256000,CODECS="mp4a.40.2"\n'
            "aac-256.m3u8\n"
        )


class TestMediaPlaylist:
    def test_names_each_byte_range_of_the_one_file(self):
        assert media_playlist(rendition([288_000, 288_000, 100_001]), "/media/x.mp4?expires=1&signature=s") == (
            "#EXTM3U\n"
            "#EXT-X-VERSION:7\n"
            "#EXT-X-TARGETDURATION:6\n"
            "#EXT-X-MEDIA-SEQUENCE:0\n"
            "#EXT-X-PLAYLIST-TYPE:VOD\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            '#EXT-X-MAP:URI="/media/x.mp4?expires=1&signature=s",BYTERANGE="700@0"\n'
            "#EXTINF:6.000000,\n"
            "#EXT-X-BYTERANGE:100@700\n"
            "/media/x.mp4?expires=1&signature=s\n"
            "#EXTINF:6.000000,\n"
            "#EXT-X-BYTERANGE:100@800\n"
            "/media/x.mp4?expires=1&signature=s\n"
            "#EXTINF:2.083354,\n"
            "#EXT-X-BYTERANGE:100@900\n"
            "/media/x.mp4?expires=1&signature=s\n"
            "#EXT-X-ENDLIST\n"
        )

    @pytest.mark.parametrize(
        ("durations", "target"),
        [([1], 1), ([24_000], 1), ([48_000], 1), ([48_001], 2), ([312_000], 7), ([288_000, 312_000], 7), ([311_999], 7)],
    )
    def test_never_announces_less_than_its_longest_segment(self, durations, target):
        text = media_playlist(rendition(durations), "u")
        assert f"#EXT-X-TARGETDURATION:{target}\n" in text
        assert max(durations) / 48_000 <= target
