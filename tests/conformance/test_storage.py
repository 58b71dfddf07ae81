"""Every implementation of the storage port passes this suite."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from ports.environment import BootError, Environment
from ports.storage.filesystem import FilesystemStorage
from ports.storage.interface import InvalidKey, ObjectNotFound, Storage
from ports.storage.s3 import S3Storage
from tests.services import S3Server
from wsgi.media import MediaServer

KEY = "audio/4kZ/1f0e/aac-128.mp4"
MUSIC = bytes(range(256)) * 40
NOT_KEYS = [
    "",
    "/",
    "/etc/passwd",
    "audio//x.mp4",
    "audio/",
    "..",
    "../x.mp4",
    "audio/../../x.mp4",
    "audio/./x.mp4",
    ".hidden",
    "audio/.hidden",
    "audio\\x.mp4",
    "audio/..%5Cx.mp4",
    "audio/%2e%2e/x.mp4",
    "audio/x.mp4\0",
    "audio/x.mp4\n",
    "audio/x y.mp4",
    "audio/é.mp4",
    "audio/x.mp4?y",
    "a" * 201,
    "a/" * 256 + "a",
]


@pytest.fixture
def filesystem(settings: dict[str, str], environment: Environment) -> Iterator[FilesystemStorage]:
    """With the media server that its links lead to."""
    settings["MEDIA_KEY"] = "k7Vd"
    media = MediaServer.from_env(environment)
    with make_server("127.0.0.1", 0, DispatcherMiddleware(media, {"/media": media}), handler_class=Quiet) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        settings["MEDIA_URL"] = f"http://127.0.0.1:{server.server_port}/media"
        yield FilesystemStorage.from_env(environment)
        server.shutdown()


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Tests read no access log."""


@pytest.fixture
def s3(settings: dict[str, str], environment: Environment, s3_server: S3Server) -> S3Storage:
    settings |= {"S3_BUCKET": s3_server.new_bucket(), "S3_PREFIX": "celesta", "S3_ENDPOINT_URL": s3_server.endpoint_url}
    let_everybody_read_covers(s3_server, settings["S3_BUCKET"])
    return S3Storage.from_env(environment)


def let_everybody_read_covers(server: S3Server, bucket: str) -> None:
    """As docs/streaming.md asks for."""
    covers = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/celesta/covers/*"}
    server.client.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [covers]}))


@pytest.fixture(params=["filesystem", "s3"])
def storage(request: pytest.FixtureRequest) -> Storage:
    return request.getfixturevalue(request.param)


@pytest.fixture
def put(storage: Storage, tmp_path: Path) -> Callable[..., None]:
    def put(key: str, content: bytes = MUSIC) -> None:
        source = tmp_path / "source"
        source.write_bytes(content)
        storage.put(key, source, "audio/mp4")

    return put


def get(url: str, **headers: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


@contextmanager
def largest_file(size: int) -> Generator[None]:
    """No file of this process may grow past `size` bytes: the kernel refuses the write, as on a full disk."""
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=5)


class TestStorage:
    def test_gives_back_what_was_put(self, storage, put):
        put(KEY)
        with storage.open(KEY) as stored:
            assert stored.read(300) == MUSIC[:300]
            assert stored.read() == MUSIC[300:]

    def test_leaves_the_source_where_it_was(self, storage, put, tmp_path):
        put(KEY)
        (tmp_path / "source").write_bytes(b"changed afterwards")
        with storage.open(KEY) as stored:
            assert stored.read() == MUSIC

    def test_fetches_into_a_file(self, storage, put, tmp_path):
        put(KEY)
        storage.fetch(KEY, tmp_path / "copy")
        assert (tmp_path / "copy").read_bytes() == MUSIC

    def test_replaces_what_was_there(self, storage, put):
        put(KEY)
        put(KEY, b"other")
        assert storage.size(KEY) == len(b"other")

    def test_keeps_an_empty_object(self, storage, put):
        put(KEY, b"")
        assert storage.size(KEY) == 0

    def test_tells_the_size(self, storage, put):
        put(KEY)
        assert storage.size(KEY) == len(MUSIC)

    def test_has_no_size_for_what_is_not_there(self, storage, put):
        put(KEY)
        assert [storage.size(key) for key in ("audio/other.mp4", "audio", f"{KEY}/below")] == [None, None, None]

    @pytest.mark.parametrize("key", ["audio/other.mp4", "audio", f"{KEY}/below"])
    def test_opens_and_fetches_nothing_that_is_not_there(self, storage, put, key, tmp_path):
        put(KEY)
        with pytest.raises(ObjectNotFound, match=key):
            storage.open(key)
        with pytest.raises(ObjectNotFound, match=key):
            storage.fetch(key, tmp_path / "copy")

    def test_deletes(self, storage, put):
        put(KEY)
        storage.delete(KEY)
        assert storage.size(KEY) is None

    @pytest.mark.parametrize("key", ["audio/other.mp4", "audio", f"{KEY}/below"])
    def test_deleting_what_is_not_there_changes_nothing(self, storage, put, key):
        put(KEY)
        storage.delete(key)
        assert list(storage.keys("")) == [KEY]

    def test_lists_keys_in_order(self, storage, put):
        keys = ["a-b/x.mp4", "a.b.mp4", "a/B.mp4", "a/b.mp4", "a/b/c.mp4", "a0.mp4", "b.mp4"]
        for key in reversed(keys):
            put(key)
        assert list(storage.keys("")) == keys

    @pytest.mark.parametrize(
        ("prefix", "found"),
        [
            ("audio/", ["audio/1/x.mp4", "audio/12/x.mp4"]),
            ("audio/1", ["audio/1/x.mp4", "audio/12/x.mp4"]),
            ("audio/1/", ["audio/1/x.mp4"]),
            ("audio/1/x.mp4", ["audio/1/x.mp4"]),
            ("audio/1/x.mp4/", []),
            ("nothing/", []),
        ],
    )
    def test_lists_keys_by_prefix(self, storage, put, prefix, found):
        for key in ("audio/1/x.mp4", "audio/12/x.mp4", "covers/1/x.jpg"):
            put(key)
        assert list(storage.keys(prefix)) == found

    @pytest.mark.parametrize("key", NOT_KEYS)
    def test_refuses_what_is_no_key(self, storage, put, key, tmp_path):
        for method in (put, storage.open, storage.size, storage.delete):
            with pytest.raises(InvalidKey):
                method(key)
        with pytest.raises(InvalidKey):
            storage.fetch(key, tmp_path / "copy")
        with pytest.raises(InvalidKey):
            storage.signed_url(key, soon())

    @pytest.mark.parametrize("prefix", ["/", "../", "a//", ".x", "a/.x", "a%", "é"])
    def test_refuses_what_is_no_prefix(self, storage, prefix):
        with pytest.raises(InvalidKey):
            storage.keys(prefix)

    def test_a_missing_source_is_an_error(self, storage, tmp_path):
        with pytest.raises(OSError, match="No such file"):
            storage.put(KEY, tmp_path / "missing", "audio/mp4")
        assert storage.size(KEY) is None

    def test_a_signed_link_gives_the_object(self, storage, put):
        put(KEY)
        assert get(storage.signed_url(KEY, soon())) == (200, MUSIC)

    def test_a_signed_link_gives_a_range(self, storage, put):
        put(KEY)
        assert get(storage.signed_url(KEY, soon()), Range="bytes=256-511") == (206, MUSIC[256:512])

    def test_a_signed_link_refuses_a_naive_moment(self, storage):
        with pytest.raises(ValueError, match="no time zone"):
            storage.signed_url(KEY, datetime(2027, 1, 1))  # noqa: DTZ001 - that it is naive is the point

    def test_gives_a_public_object_to_everybody(self, storage, put):
        put("covers/4kZ/9b1c/640.jpg")
        put(KEY)
        address = storage.public_url("covers/4kZ/9b1c/640.jpg")
        assert get(address) == (200, MUSIC)
        assert get(address.replace("covers/4kZ/9b1c/640.jpg", KEY)) == (403, b"")

    @pytest.mark.parametrize("key", [KEY, "covers", "covers/", "covers/../audio/x.mp4", "coversx/a.jpg", "quarantine/x"])
    def test_makes_nothing_else_public(self, storage, key):
        with pytest.raises(InvalidKey):
            storage.public_url(key)

    def test_answers(self, storage):
        storage.ping()


class TestFilesystemStorage:
    def test_a_signed_link_gives_no_other_object(self, filesystem, tmp_path):
        (tmp_path / "source").write_bytes(MUSIC)
        for key in (KEY, "audio/other.mp4"):
            filesystem.put(key, tmp_path / "source", "audio/mp4")
        assert get(filesystem.signed_url(KEY, soon()).replace(KEY, "audio/other.mp4"))[0] == 403

    def test_a_full_disk_leaves_nothing_behind(self, filesystem, environment, tmp_path):
        source = tmp_path / "source"
        source.write_bytes(MUSIC)
        with largest_file(len(MUSIC) // 2), pytest.raises(OSError) as full:
            filesystem.put(KEY, source, "audio/mp4")
        assert full.value.errno == errno.EFBIG
        assert [path for path in (environment.home / "storage").rglob("*") if path.is_file()] == []

    def test_a_full_disk_leaves_the_older_object(self, filesystem, tmp_path):
        source = tmp_path / "source"
        source.write_bytes(b"older")
        filesystem.put(KEY, source, "audio/mp4")
        source.write_bytes(MUSIC)
        with largest_file(len(MUSIC) // 2), pytest.raises(OSError, match="large"):
            filesystem.put(KEY, source, "audio/mp4")
        with filesystem.open(KEY) as stored:
            assert stored.read() == b"older"

    @pytest.mark.parametrize(("first", "second"), [("a.mp4", "a.mp4/b.mp4"), ("a/b.mp4", "a"), ("a.mp4", "a.mp4/b/c.mp4")])
    def test_an_object_is_never_the_folder_of_another(self, filesystem, tmp_path, first, second):
        (tmp_path / "source").write_bytes(MUSIC)
        filesystem.put(first, tmp_path / "source", "audio/mp4")
        with pytest.raises(InvalidKey, match="folder of another"):
            filesystem.put(second, tmp_path / "source", "audio/mp4")
        assert list(filesystem.keys("")) == [first]

    def test_drops_what_a_killed_process_left_a_day_ago(self, settings, environment):
        settings["MEDIA_KEY"] = "k7Vd"
        FilesystemStorage.from_env(environment)
        incoming = environment.home / "storage" / ".incoming"
        (incoming / "being-written").write_bytes(b"x")
        (incoming / "abandoned").write_bytes(b"x")
        os.utime(incoming / "abandoned", (0, 0))
        FilesystemStorage.from_env(environment)
        assert [path.name for path in incoming.iterdir()] == ["being-written"]

    def test_a_folder_that_cannot_be_made_stops_the_boot(self, settings, environment, tmp_path):
        (tmp_path / "file").write_text("")
        settings |= {"STORAGE_PATH": str(tmp_path / "file" / "storage"), "MEDIA_KEY": "k7Vd"}
        with pytest.raises(BootError, match="set STORAGE_PATH"):
            FilesystemStorage.from_env(environment)

    def test_a_missing_media_key_stops_the_boot(self, environment):
        with pytest.raises(BootError, match="MEDIA_KEY"):
            FilesystemStorage.from_env(environment)


class TestS3Storage:
    def test_keeps_the_content_type(self, s3, s3_server, settings, tmp_path):
        (tmp_path / "source").write_bytes(MUSIC)
        s3.put(KEY, tmp_path / "source", "audio/mp4")
        assert s3_server.client.head_object(Bucket=settings["S3_BUCKET"], Key=f"celesta/{KEY}")["ContentType"] == "audio/mp4"

    def test_tells_how_long_a_public_object_may_be_kept(self, s3, s3_server, settings, tmp_path):
        (tmp_path / "source").write_bytes(MUSIC)
        kept: list[str | None] = []
        for key in ("covers/640.jpg", KEY):
            s3.put(key, tmp_path / "source", "image/jpeg")
            kept.append(s3_server.client.head_object(Bucket=settings["S3_BUCKET"], Key=f"celesta/{key}").get("CacheControl"))
        assert kept == ["public, immutable, max-age=31536000", None]

    @pytest.mark.parametrize(
        ("more", "expected"),
        [
            ({"S3_PUBLIC_URL": "https://pictures.example.com/"}, "https://pictures.example.com/celesta/covers/x.jpg"),
            ({"S3_ENDPOINT_URL": ""}, "https://music.s3.amazonaws.com/celesta/covers/x.jpg"),
            ({"S3_ENDPOINT_URL": "https://minio.example.com"}, "https://minio.example.com/music/celesta/covers/x.jpg"),
        ],
    )
    def test_public_objects_are_at_the_cdn_or_in_the_bucket(self, settings, environment, more, expected):
        settings |= {"S3_BUCKET": "music", "S3_PREFIX": "celesta", **more}
        assert S3Storage.from_env(environment).public_url("covers/x.jpg") == expected

    def test_lists_nothing_outside_its_prefix(self, s3, s3_server, settings):
        s3_server.client.put_object(Bucket=settings["S3_BUCKET"], Key="celesta-other/x.mp4", Body=b"x")
        assert list(s3.keys("")) == []

    def test_uploads_a_large_file_in_parts(self, s3, tmp_path):
        source = tmp_path / "source"
        source.write_bytes(bytes(9 * 1024 * 1024))
        s3.put(KEY, source, "audio/flac")
        assert s3.size(KEY) == source.stat().st_size

    @pytest.mark.parametrize("ahead", [timedelta(days=7, minutes=1), timedelta(0)])
    def test_signs_no_link_that_s3_would_not_honour(self, s3, ahead):
        with pytest.raises(ValueError, match="7 days"):
            s3.signed_url(KEY, datetime.now(UTC) + ahead)

    def test_a_link_names_one_object_and_its_end(self, s3):
        url = s3.signed_url(KEY, soon())
        assert f"/celesta/{KEY}?" in url
        assert "X-Amz-Signature=" in url

    def test_a_missing_bucket_is_named(self, settings, environment, s3_server):
        settings |= {"S3_BUCKET": "no-such-bucket", "S3_ENDPOINT_URL": s3_server.endpoint_url}
        with pytest.raises(OSError, match="no-such-bucket does not exist"):
            S3Storage.from_env(environment).ping()

    def test_a_refused_request_is_an_error_of_the_store_and_no_missing_object(self, settings, environment, s3_server):
        settings |= {"S3_BUCKET": "no-such-bucket", "S3_ENDPOINT_URL": s3_server.endpoint_url}
        with pytest.raises(OSError, match="NoSuchBucket"):
            S3Storage.from_env(environment).open(KEY)

    def test_a_prefix_that_is_no_key_stops_the_boot(self, settings, environment):
        settings |= {"S3_BUCKET": "bucket", "S3_PREFIX": "../celesta"}
        with pytest.raises(BootError, match="S3_PREFIX"):
            S3Storage.from_env(environment)

    def test_a_missing_setting_is_named(self, environment):
        with pytest.raises(BootError, match="S3_BUCKET"):
            S3Storage.from_env(environment)
