"""The media server: what a signed link gives, and that nothing else is given."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from ports.clock.stepped import SteppedClock
from ports.environment import Environment
from ports.secrets.env import EnvSecrets
from ports.storage.filesystem import FilesystemStorage
from ports.storage.signing import sign
from tests.services import PATIENCE, wait_until
from wsgi.media import MediaServer

KEY = "audio/4kZ/1f0e/aac-128.mp4"
MUSIC = bytes(range(250)) * 4


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"CELESTA_ENV": "test", "CELESTA_HOME": str(tmp_path / "home"), "MEDIA_KEY": "new-key old-key"}


@pytest.fixture
def environment(settings: dict[str, str]) -> Environment:
    return Environment(settings, EnvSecrets(Environment(settings)))


@pytest.fixture
def clock(environment: Environment) -> SteppedClock:
    return SteppedClock.from_env(environment)


@pytest.fixture
def storage(environment: Environment, tmp_path: Path) -> FilesystemStorage:
    storage = FilesystemStorage.from_env(environment)
    (tmp_path / "source").write_bytes(MUSIC)
    storage.put(KEY, tmp_path / "source", "audio/mp4")
    return storage


@pytest.fixture
def link(storage: FilesystemStorage, clock: SteppedClock) -> str:
    return storage.signed_url(KEY, clock.now() + timedelta(minutes=5))


@pytest.fixture
def browser(storage: FilesystemStorage, environment: Environment, clock: SteppedClock) -> Iterator[Client]:
    yield Browser(DispatcherMiddleware(_nothing, {"/media": MediaServer.from_env(environment, clock)}))


class Browser(Client):
    """Reads every answer to its end, as a server does, so that the file is closed."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        return super().open(*arguments, **options, buffered=True)


def behind_gunicorn() -> DispatcherMiddleware:
    environment = Environment(os.environ)
    environment = environment.with_secrets(EnvSecrets.from_env(environment))
    return DispatcherMiddleware(_nothing, {"/media": MediaServer.from_env(environment, SteppedClock.from_env(environment))})


def _nothing(environ, start_response):
    start_response("418 I'm a teapot", [])
    return []


def signed(key: str, clock: SteppedClock, secret: str = "new-key", expires: str | None = None) -> str:
    expires = expires or str(int(clock.now().timestamp()) + 60)
    return f"/media/{key}?expires={expires}&signature={sign(f'/media/{key}', int(expires), secret)}"


class TestSignature:
    def test_is_the_one_that_nginx_documents(self):
        assert sign("/s/link127.0.0.1", 2147483647, "secret") == "_e4Nc3iduzkWRm01TBBNYw"

    def test_opens_the_object(self, browser, link):
        answer = browser.get(link)
        assert (answer.status_code, answer.data) == (200, MUSIC)

    def test_of_an_older_key_still_opens(self, browser, clock):
        assert browser.get(signed(KEY, clock, "old-key")).status_code == 200

    def test_of_a_foreign_key_is_refused(self, browser, clock):
        answer = browser.get(signed(KEY, clock, "foreign-key"))
        assert (answer.status_code, answer.text) == (403, "This link's signature is wrong.\n")

    def test_of_a_dropped_key_is_refused_without_a_restart(self, browser, clock, settings):
        settings["MEDIA_KEY"] = "newest-key new-key"
        assert browser.get(signed(KEY, clock, "old-key")).status_code == 403

    def test_opens_in_its_last_second_and_never_after(self, browser, link, clock):
        clock.advance(299)
        assert browser.get(link).status_code == 200
        clock.advance(2)
        answer = browser.get(link)
        assert (answer.status_code, answer.text) == (403, "This link has expired: ask for a new one.\n")

    def test_covers_the_end(self, browser, link):
        expires = link.partition("expires=")[2].partition("&")[0]
        assert browser.get(link.replace(expires, str(int(expires) + 3600))).status_code == 403

    def test_covers_the_key(self, browser, storage, link, tmp_path):
        storage.put("audio/other.mp4", tmp_path / "source", "audio/mp4")
        assert browser.get(link.replace(KEY, "audio/other.mp4")).status_code == 403

    @pytest.mark.parametrize("end", ["", "-1", "soon", "1e9", "0x1", "\u0661", "9" * 13, "+4102444800", " 4102444800"])
    def test_without_a_plain_end_is_refused(self, browser, link, end):
        signature = link.partition("signature=")[2]
        assert browser.get(f"/media/{KEY}", query_string={"expires": end, "signature": signature}).status_code == 403

    @pytest.mark.parametrize("query", ["", "?signature=", "?expires=4102444800", "?expires=4102444800&signature=%C3%A9"])
    def test_missing_is_refused(self, browser, query):
        assert browser.get(f"/media/{KEY}{query}").status_code == 403

    def test_beside_endless_parameters_is_refused(self, browser, link):
        assert browser.get(link + "&x=1" * 100_000).status_code == 403


class TestMediaServer:
    @pytest.mark.parametrize("path", ["", "/", "/..", "/audio//x.mp4", "/.incoming/x", "/audio/%2e%2e/x", "/audio/..%5Cx", "/x%00.mp4"])
    def test_what_is_no_key_is_not_found(self, browser, path):
        assert browser.get(f"/media{path}").status_code == 404

    @pytest.mark.parametrize("key", ["audio/missing.mp4", "audio", f"{KEY}/below"])
    def test_what_is_not_stored_is_not_found(self, browser, clock, key):
        assert browser.get(signed(key, clock)).status_code == 404

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
    def test_other_methods_find_nothing(self, browser, link, method):
        assert browser.open(link, method=method).status_code == 404

    def test_head_tells_the_same_without_the_bytes(self, browser, link):
        head, get = browser.head(link), browser.get(link)
        assert head.data == b""
        assert head.headers == get.headers
        assert head.headers["Content-Length"] == str(len(MUSIC))

    def test_tells_what_it_is_and_how_long_to_keep_it(self, browser, link):
        headers = browser.get(link).headers
        assert headers["Content-Type"] == "audio/mp4"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "private, immutable, max-age=300"
        assert headers["Accept-Ranges"] == "bytes"

    @pytest.mark.parametrize(
        ("key", "content_type"), [("a.flac", "audio/flac"), ("a.html", "application/octet-stream"), ("a", "application/octet-stream")]
    )
    def test_a_page_is_only_bytes(self, browser, storage, clock, tmp_path, key, content_type):
        storage.put(key, tmp_path / "source", "text/html")
        assert browser.get(signed(key, clock)).headers["Content-Type"] == content_type

    def test_a_refusal_is_not_kept(self, browser):
        assert browser.get(f"/media/{KEY}").headers["Cache-Control"] == "no-store"

    def test_an_object_known_already_is_not_sent_again(self, browser, link):
        etag = browser.get(link).headers["ETag"]
        answer = browser.get(link, headers={"If-None-Match": f'"other", W/{etag}'})
        assert (answer.status_code, answer.data) == (304, b"")

    def test_a_replaced_object_is_sent_again(self, browser, storage, link, tmp_path):
        etag = browser.get(link).headers["ETag"]
        (tmp_path / "source").write_bytes(b"other")
        storage.put(KEY, tmp_path / "source", "audio/mp4")
        assert browser.get(link, headers={"If-None-Match": etag}).data == b"other"


class TestRange:
    def ask(self, browser: Client, link: str, value: str, **headers: str) -> TestResponse:
        return browser.get(link, headers={"Range": value, **headers})

    @pytest.mark.parametrize(
        ("value", "start", "stop"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=10-19", 10, 20),
            ("bytes=990-", 990, 1000),
            ("bytes=-10", 990, 1000),
            ("bytes=-5000", 0, 1000),
            ("bytes=0-999999", 0, 1000),
        ],
    )
    def test_gives_the_part(self, browser, link, value, start, stop):
        answer = self.ask(browser, link, value)
        assert (answer.status_code, answer.data) == (206, MUSIC[start:stop])
        assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/1000"
        assert answer.headers["Content-Length"] == str(stop - start)

    @pytest.mark.parametrize("value", ["bytes=1000-", "bytes=1000-1001", "bytes=-0", f"bytes={'9' * 18}-"])
    def test_outside_the_object_cannot_be_satisfied(self, browser, link, value):
        answer = self.ask(browser, link, value)
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */1000")

    @pytest.mark.parametrize("value", ["", "bytes=-", "bytes=2-1", "lines=0-1", "bytes=a-b", "bytes=0-1,3-4", f"bytes=0-{'9' * 5000}"])
    def test_of_another_form_gives_the_whole_object(self, browser, link, value):
        assert self.ask(browser, link, value).data == MUSIC

    def test_thousands_at_once_give_the_whole_object(self, browser, link):
        assert self.ask(browser, link, "bytes=" + ",".join(f"{n}-{n}" for n in range(5000))).data == MUSIC

    def test_of_the_object_seen_before_gives_the_part(self, browser, link):
        etag = browser.get(link).headers["ETag"]
        assert self.ask(browser, link, "bytes=0-9", **{"If-Range": etag}).data == MUSIC[:10]

    def test_of_another_object_gives_the_whole_one(self, browser, link):
        assert self.ask(browser, link, "bytes=0-9", **{"If-Range": '"other"'}).data == MUSIC

    def test_of_an_empty_object_cannot_be_satisfied(self, browser, storage, clock, tmp_path):
        (tmp_path / "source").write_bytes(b"")
        storage.put("empty.mp4", tmp_path / "source", "audio/mp4")
        assert self.ask(browser, signed("empty.mp4", clock), "bytes=0-").status_code == 416
        assert browser.get(signed("empty.mp4", clock)).data == b""


class TestBehindGunicorn:
    """The kernel sends the file there: the part must end where it should, or the next answer on the connection is garbage."""

    @pytest.fixture
    def connection(self, settings: dict[str, str], link: str, tmp_path: Path) -> Iterator[HTTPConnection]:
        path = tmp_path / "gunicorn.sock"
        arguments = [
            "--bind",
            f"unix:{path}",
            "--worker-class",
            "gthread",
            "--no-control-socket",
            "tests.wsgi.test_media:behind_gunicorn()",
        ]
        with subprocess.Popen([sys.executable, "-m", "gunicorn", *arguments], env=os.environ | settings) as server:
            try:
                connection = UnixConnection(path)
                wait_until(connection.is_taken)
                yield connection
                connection.close()
            finally:
                server.terminate()

    def test_answers_follow_one_another_on_one_connection(self, connection, link):
        parts = []
        for value in ("bytes=10-19", "bytes=0-", "bytes=-1", "bytes=5000-", "bytes=990-"):
            connection.request("GET", link, headers={"Range": value})
            parts.append(connection.getresponse().read())
        assert parts == [MUSIC[10:20], MUSIC, MUSIC[-1:], b"", MUSIC[990:]]


class UnixConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)

    def is_taken(self) -> bool:
        try:
            self.connect()
        except OSError:
            self.close()
            return False
        return True
