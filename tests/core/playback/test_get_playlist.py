"""The playlists of a running session."""

from __future__ import annotations

import re

import pytest

from apps.core.contract.errors import Invalid, NotFound, PlaybackRefused
from apps.core.contract.playback import EndPlayback, GetPlaylist
from apps.core.meter import Meter


class TestGetPlaylist:
    def test_of_the_session_names_its_renditions(self, ana, start):
        assert ana.send(GetPlaylist(start(ana).id)).text.splitlines() == [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            "#EXT-X-INDEPENDENT-SEGMENTS",
            '#EXT-X-STREAM-INF:BANDWIDTH=70400,AVERAGE-BANDWIDTH=64000,CODECS="mp4a.40.2"',
            "aac-64.m3u8",
            '#EXT-X-STREAM-INF:BANDWIDTH=140800,AVERAGE-BANDWIDTH=128000,CODECS="mp4a.40.2"',
            "aac-128.m3u8",
            '#EXT-X-STREAM-INF:BANDWIDTH=281600,AVERAGE-BANDWIDTH=256000,CODECS="mp4a.40.2"',
            "aac-256.m3u8",
        ]

    @pytest.mark.parametrize("name", ["aac-64", "aac-128", "aac-256"])
    def test_of_a_rendition_names_the_byte_ranges_of_its_signed_file(self, ana, start, name):
        session = start(ana)
        (url,) = [file.url for file in session.files if file.name == name]
        text = ana.send(GetPlaylist(session.id, name)).text
        assert f'#EXT-X-MAP:URI="{url}",BYTERANGE="700@0"' in text
        assert re.findall(r"#EXT-X-BYTERANGE:(.+)\n(.+)\n", text) == [(f"40000@{700 + 40_000 * at}", url) for at in range(10)]

    def test_is_the_same_however_often_it_is_asked_for(self, ana, start, clock):
        session = start(ana)
        first = ana.send(GetPlaylist(session.id, "aac-128"))
        clock.advance(600)
        assert ana.send(GetPlaylist(session.id, "aac-128")) == first

    @pytest.mark.parametrize("name", ["flac", "aac-512", "", "../aac-64", "aac-64.m3u8"])
    def test_of_a_rendition_that_has_none_is_not_found(self, ana, start, name):
        with pytest.raises(NotFound, match="no such rendition"):
            ana.send(GetPlaylist(start(ana).id, name))

    def test_refuses_a_name_that_no_rendition_has(self, ana, start):
        with pytest.raises(Invalid):
            ana.send(GetPlaylist(start(ana).id, "x" * 41))

    def test_of_an_ended_session_is_refused(self, ana, start):
        session = start(ana)
        ana.send(EndPlayback(session.id))
        for name in (None, "aac-64"):
            with pytest.raises(PlaybackRefused) as refusal:
                ana.send(GetPlaylist(session.id, name))
            assert refusal.value.details == {"reason": "session_ended"}
            assert refusal.value.next_step

    def test_is_refused_from_the_moment_its_links_end(self, ana, start, clock):
        session = start(ana)
        clock.advance(660 - 0.001)
        ana.send(GetPlaylist(session.id))
        clock.advance(0.001)
        with pytest.raises(PlaybackRefused, match="its time ran out"):
            ana.send(GetPlaylist(session.id))

    def test_takes_two_statements(self, ana, start, core_app):
        session = start(ana)
        ana.send(GetPlaylist(session.id))
        costs = core_app.extensions["container"].get(Meter).costs
        before = costs["GetPlaylist"].statements
        ana.send(GetPlaylist(session.id, "aac-256"))
        assert costs["GetPlaylist"].statements - before == 2
