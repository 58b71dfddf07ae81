"""nginx before website and API: who gets what, and whose word counts for where it came from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from apps.console.checkout import ROOT
from apps.console.embedded import free_port
from apps.core.contract.pictures import LARGEST_UPLOAD
from apps.core.contract.playlist_files import LARGEST_FILE
from ports.edge import REQUEST_ID
from ports.environment import Environment
from ports.secrets.env import EnvSecrets
from tests.nginx import Nginx, nginx
from tests.services import PATIENCE, answers_at, wait_until

pytestmark = pytest.mark.nginx
FOREIGN = "203.0.113.7"
FRONT_END = (sys.executable, "-m", "gunicorn", "-c", "python:wsgi.gunicorn", "tests.console.front_end:application")


@contextmanager
def front_end(name: str, proxies: int, port: int) -> Generator[None]:
    told = {**os.environ, "NAME": name, "PORT": str(port), "TRUSTED_PROXIES": str(proxies), "WEB_CONCURRENCY": "1"}
    process = subprocess.Popen(FRONT_END, env=told, cwd=ROOT)
    try:
        wait_until(lambda: answers_at(port) or process.poll() is not None)
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def before_both(proxies: int, home: Path) -> Generator[Nginx]:
    """nginx before a website and an API, which count so many proxies."""
    ports = {name: free_port() for name in ("website", "api")}
    settings = {
        "CELESTA_ENV": "test", "CELESTA_HOME": str(home), "STORAGE": "s3", "TRUSTED_PROXIES": str(proxies),
        "TERRITORY_HEADER": "X-Country", **{f"NGINX_{name.upper()}": f"127.0.0.1:{port}" for name, port in ports.items()},
    }  # fmt: skip
    with ExitStack() as running:
        for name, port in ports.items():
            running.enter_context(front_end(name, proxies, port))
        yield running.enter_context(nginx(settings, Environment(settings, EnvSecrets(Environment(settings)))))


@pytest.fixture(scope="module")
def edge(tmp_path_factory) -> Iterator[Nginx]:
    """Nothing stands in front of it."""
    with before_both(1, tmp_path_factory.mktemp("edge")) as server:
        yield server


@pytest.fixture(scope="module")
def behind(tmp_path_factory) -> Iterator[Nginx]:
    """Another proxy stands in front of it."""
    with before_both(2, tmp_path_factory.mktemp("behind")) as server:
        yield server


def ask(server: Nginx, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str) -> tuple[int, str, dict[str, str]]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.headers)
    finally:
        connection.close()


def told(server: Nginx, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str) -> dict[str, Any]:
    """What the front end took the request to be."""
    status, text, _ = ask(server, path, body, **headers)
    assert status == 200, text
    return json.loads(text)


class TestWhoGetsWhat:
    @pytest.mark.parametrize("path", ["/api", "/api/v1/releases", "/.well-known/oauth-authorization-server"])
    def test_the_api_gets_its_own(self, edge, path):
        assert told(edge, path)["name"] == "api"

    @pytest.mark.parametrize("path", ["/", "/apiary", "/releases/4kZ", "/static/x.css", "/.well-known/security.txt", "/actionsfigures"])
    def test_the_website_gets_everything_else(self, edge, path):
        assert (told(edge, path)["name"], told(edge, path)["path"]) == ("website", path[1:])

    @pytest.mark.parametrize(
        "path", ["/actions", "/core/actions", "/core", "/metrics", "/api/metrics", "/api/actions", "//actions", "/%61ctions"]
    )
    def test_what_is_for_those_inside_is_not_found(self, edge, path):
        status, text, _ = ask(edge, path)
        assert (status, text) == (404, "Nothing is served here.\n")

    def test_the_path_arrives_as_it_was_sent(self, edge):
        assert told(edge, "/search//a%2Fb?q=%C3%A9&q=2")["sent"] == "/search//a%2Fb?q=%C3%A9&q=2"


class TestWhereItCameFrom:
    def test_the_caller_is_told_to_the_app(self, edge):
        seen = told(edge, "/x", Host="music.example:8443")
        assert (seen["address"], seen["url"]) == ("127.0.0.1", "http://music.example:8443/x")

    @pytest.mark.parametrize(
        "claim",
        [
            {"X-Forwarded-For": FOREIGN},
            {"X-Forwarded-Proto": "https"},
            {"X-Forwarded-Ssl": "on"},
            {"X-Forwarded-Protocol": "ssl"},
            {"X-Forwarded-Host": "evil.example"},
            {"X-Forwarded-Prefix": "/evil"},
            {"Forwarded": f"for={FOREIGN};proto=https"},
            {"SCRIPT_NAME": "/evil"},
            {"Script-Name": "/evil"},
            {"X-Script-Name": "/evil"},
            {"PATH_INFO": "/evil"},
            {"X-Country": "JP"},
            {"X_Country": "JP"},
            {"Proxy": "http://evil.example"},
        ],
    )
    def test_nobody_outside_is_believed(self, edge, claim):
        plain, claimed = (told(edge, "/x", Host="music.example", **headers) for headers in ({}, claim))
        for seen in (plain, claimed):
            del seen["headers"]["x-request-id"]  # each has its own
        assert claimed == plain

    def test_another_proxy_in_front_is_believed(self, behind):
        seen = told(behind, "/x", Host="music.example", **{"X-Forwarded-For": FOREIGN, "X-Forwarded-Proto": "https", "X-Country": "JP"})
        assert (seen["address"], seen["url"], seen["headers"]["x-country"]) == (FOREIGN, "https://music.example/x", "JP")

    def test_who_stands_before_that_one_is_not(self, behind):
        claims = {"X-Forwarded-For": f"198.51.100.9, {FOREIGN}", "X-Forwarded-Proto": "https, http"}
        seen = told(behind, "/x", Host="music.example", **claims)
        assert (seen["address"], seen["url"]) == (FOREIGN, "http://music.example/x")

    def test_what_an_app_needs_passes(self, edge):
        seen = told(edge, "/x", Authorization="Bearer x", Cookie="a=b", **{"Idempotency-Key": "1", "HX-Request": "true"})
        assert {"authorization", "cookie", "idempotency-key", "hx-request"} <= set(seen["headers"])

    def test_nobody_outside_names_a_request(self, edge):
        named = [told(edge, "/x", **{"X-Request-Id": "chosen-outside"})["headers"]["x-request-id"] for _ in range(2)]
        assert all(REQUEST_ID.fullmatch(name) for name in named)
        assert len({*named, "chosen-outside"}) == 3

    def test_another_proxy_in_front_names_it(self, behind):
        assert told(behind, "/x", **{"X-Request-Id": "edge-12345678"})["headers"]["x-request-id"] == "edge-12345678"


class TestLimits:
    def test_a_body_passes_whole(self, edge):
        assert told(edge, "/api/v1/plays", bytes(900_000))["length"] == 900_000

    def test_a_body_of_unknown_length_passes_whole(self, edge):
        assert told(edge, "/api/v1/plays", iter([bytes(1000)] * 100))["length"] == 100_000

    @pytest.mark.parametrize(
        "path", ["/api/v1/plays", "/playlists/4kZ/edit", "/playlists/4kZ/picture/remove", "/api/v1/playlists/4kZ/cover"]
    )
    def test_a_larger_one_is_refused(self, edge, path):
        status, text, _ = ask(edge, path, bytes(1_100_000))
        assert (status, "at most 5 MiB, a playlist's file 2 MiB, and whatever else is sent 1 MiB" in text) == (413, True)

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("/playlists/4kZ/picture", "website"),
            ("/editorial/pictures/release/4kZ", "website"),
            ("/api/v1/playlists/4kZ/picture", "api"),
        ],
    )
    def test_a_picture_passes_and_so_does_one_that_the_app_refuses_in_its_own_words(self, edge, path, name):
        seen = told(edge, path, bytes(LARGEST_UPLOAD + 1))
        assert (seen["name"], seen["length"]) == (name, LARGEST_UPLOAD + 1)
        assert ask(edge, path, bytes(2 * LARGEST_UPLOAD + 1))[0] == 413

    @pytest.mark.parametrize(
        ("path", "name"),
        [("/library/playlists/import", "website"), ("/api/v1/playlist-files/imports", "api"), ("/api/v1/playlist-files/matches", "api")],
    )
    def test_a_file_of_a_playlist_passes(self, edge, path, name):
        seen = told(edge, path, bytes(LARGEST_FILE + LARGEST_FILE // 2))
        assert (seen["name"], seen["length"]) == (name, LARGEST_FILE + LARGEST_FILE // 2)
        assert ask(edge, path, bytes(2 * LARGEST_FILE + 1))[0] == 413


class TestWithoutTheApp:
    @pytest.fixture
    def alone(self, tmp_path) -> Iterator[Nginx]:
        settings = {"CELESTA_HOME": str(tmp_path), "STORAGE": "s3", "TRUSTED_PROXIES": "1"}
        settings |= {name: f"127.0.0.1:{free_port()}" for name in ("NGINX_WEBSITE", "NGINX_API")}
        with nginx(settings, Environment(settings, EnvSecrets(Environment(settings)))) as server:
            yield server

    def test_it_says_what_to_do(self, alone):
        status, text, headers = ask(alone, "/")
        assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "5", "no-store")
        assert "Try again in a few seconds." in text

    @pytest.mark.parametrize("path", ["/welcome/a-one-time-link", "/api/v1/releases?code=a-one-time-link"])
    def test_its_log_lets_nobody_in(self, alone, path):
        assert ask(alone, path)[0] == 503
        assert "a-one-time-link" not in alone.said.read_text()
