"""Where objects are in S3, whoever may hear a track is led there, past every process of ours."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from apps.core.contract.playback import GetPlaylist, PlaybackSession
from ports.storage.interface import Storage
from tests.services import S3Server, s3

SOUND = bytes(range(256)) * 400


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    with s3() as server:
        yield server


@pytest.fixture
def values(values: dict[str, str], s3_server: S3Server) -> dict[str, str]:
    del values["MEDIA_KEY"]
    return values | {"STORAGE": "s3", "S3_BUCKET": s3_server.new_bucket(), "S3_ENDPOINT_URL": s3_server.endpoint_url}


@pytest.fixture
def session(start: Callable[..., PlaybackSession], ana, clock) -> PlaybackSession:
    """S3 goes by the machine's clock."""
    clock.set(datetime.now(UTC))
    return start(ana)


@pytest.fixture
def store(core_app, tmp_path: Path, values) -> Callable[[str, str], None]:
    def store(url: str, content_type: str) -> None:
        (tmp_path / "sound").write_bytes(SOUND)
        key = urlsplit(url).path.removeprefix(f"/{values['S3_BUCKET']}/")
        core_app.extensions["container"].get(Storage).put(key, tmp_path / "sound", content_type)

    return store


def fetch(url: str, **headers: str) -> HTTPResponse:
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers))


class TestAPlaybackSession:
    def test_leads_to_s3_until_its_links_end(self, session, values):
        for file in session.files:
            assert file.url.startswith(f"{values['S3_ENDPOINT_URL']}/{values['S3_BUCKET']}/audio/")
            query = parse_qs(urlsplit(file.url).query)
            signed = datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%S%z")
            assert int(query["X-Amz-Expires"][0]) <= 660  # the track's minute and ten more
            ends = int(signed.timestamp()) + int(query["X-Amz-Expires"][0])
            assert ends - int(session.urls_expire_at.timestamp()) in {0, 1}  # a second may begin between counting and signing

    def test_gives_each_file_as_what_it_is(self, session, store):
        for file in session.files:
            store(file.url, file.content_type)
            with fetch(file.url) as answer:
                assert (answer.status, answer.headers["Content-Type"], answer.read()) == (200, file.content_type, SOUND)

    def test_gives_the_segments_of_its_playlists_by_range(self, session, ana, store):
        playlist = ana.send(GetPlaylist(session.id, "aac-128")).text
        url = re.search(r'URI="([^"]+)"', playlist)[1]
        store(url, "audio/mp4")
        ranges = re.findall(r"BYTERANGE[:=]\"?(\d+)@(\d+)", playlist)
        assert len(ranges) > 1
        assert set(re.findall(r"^http.*$", playlist, re.MULTILINE)) == {url}
        for length, offset in (tuple(map(int, pair)) for pair in ranges[:3]):
            with fetch(url, Range=f"bytes={offset}-{offset + length - 1}") as answer:
                assert (answer.status, answer.read()) == (206, SOUND[offset : offset + length])
