"""Both media servers pass this suite: our own (the embedded topology) and nginx as it is shipped (split and cluster)."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from ports.environment import Environment
from ports.storage.filesystem import FilesystemStorage
from ports.storage.signing import signed_query
from tests.nginx import nginx
from tests.services import PATIENCE, wait_until
from tests.serving import serving
from wsgi.media import MediaServer

KEY = "audio/4kZ/1f0e/aac-128.mp4"
MUSIC = bytes(range(250)) * 4
NOTHING = "Nothing is served here.\n"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()


@dataclass(frozen=True)
class MediaDoor:
    """A running media server; `take_keys` has it take the secret as the settings have it now."""

    port: int
    take_keys: Callable[[], None]

    def ask(self, target: str, method: str = "GET", **headers: str) -> Answer:
        """The target is sent as it stands, dots and all."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, target, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.headers), answer.read())
        finally:
            connection.close()


@pytest.fixture
def settings(settings: dict[str, str]) -> dict[str, str]:
    return settings | {"MEDIA_KEY": "new-key old-key"}


@pytest.fixture
def storage(environment: Environment) -> FilesystemStorage:
    return FilesystemStorage.from_env(environment)


@contextmanager
def our_own(settings: dict[str, str], environment: Environment) -> Generator[MediaDoor]:
    app = DispatcherMiddleware(lambda *_: [], {"/media": MediaServer.from_env(environment)})
    with serving(app) as url:
        yield MediaDoor(int(url.rpartition(":")[2]), take_keys=lambda: None)


@contextmanager
def by_nginx(settings: dict[str, str], environment: Environment) -> Generator[MediaDoor]:
    with nginx(settings, environment) as server:
        yield MediaDoor(server.port, take_keys=server.reload)


@pytest.fixture(params=[pytest.param(our_own, id="own"), pytest.param(by_nginx, id="nginx", marks=pytest.mark.nginx)])
def door(request, settings, environment, storage):
    with request.param(settings, environment) as door:
        yield door


@pytest.fixture
def put(storage: FilesystemStorage, tmp_path: Path) -> Callable[..., None]:
    def put(key: str, content: bytes = MUSIC) -> None:
        source = tmp_path / "source"
        source.write_bytes(content)
        storage.put(key, source, "text/html")

    return put


@pytest.fixture
def link(storage: FilesystemStorage, put) -> str:
    put(KEY)
    return storage.signed_url(KEY, datetime.now(UTC) + timedelta(minutes=5))


def signed(key: str, secret: str = "new-key", seconds: int = 300) -> str:
    until = int(datetime.now(UTC).timestamp()) + seconds
    return f"/media/{key}?{signed_query(f'/media/{key}', until, secret)}"


class TestALink:
    def test_opens_the_object(self, door, link):
        answer = door.ask(link)
        assert (answer.status, answer.data) == (200, MUSIC)

    def test_of_an_older_key_still_opens(self, door, link):
        assert door.ask(signed(KEY, "old-key")).status == 200

    def test_of_a_foreign_key_is_refused(self, door, link):
        answer = door.ask(signed(KEY, "foreign-key"))
        assert (answer.status, answer.text) == (403, "This link's signature is wrong.\n")

    def test_that_names_a_key_but_is_signed_by_another_is_refused(self, door, link):
        names = [signed(KEY, secret).partition("key_id=")[2].partition("&")[0] for secret in ("new-key", "foreign-key")]
        assert door.ask(signed(KEY, "foreign-key").replace(names[1], names[0])).status == 403

    @pytest.mark.parametrize("secret", ["", " "])
    def test_signed_by_nothing_and_naming_no_key_is_refused(self, door, link, secret):
        """nginx would take an unknown key for an empty one."""
        query = signed(KEY, secret).partition("?")[2]
        expires, _, signature = query.split("&")
        assert door.ask(f"/media/{KEY}?{expires}&{signature}").status == 403
        assert door.ask(f"/media/{KEY}?{expires}&key_id=none&{signature}").status == 403

    def test_of_a_dropped_key_is_refused_and_of_a_new_one_opens(self, door, link, settings):
        settings["MEDIA_KEY"] = "newest-key new-key"
        door.take_keys()
        wait_until(lambda: door.ask(signed(KEY, "newest-key")).status == 200)
        wait_until(lambda: door.ask(signed(KEY, "old-key")).status == 403)
        assert door.ask(link).status == 200

    def test_past_its_end_is_refused(self, door, link):
        answer = door.ask(signed(KEY, seconds=-2))
        assert (answer.status, answer.text) == (403, "This link has expired: ask for a new one.\n")

    def test_covers_the_end(self, door, link):
        expires = link.partition("expires=")[2].partition("&")[0]
        assert door.ask(link.replace(expires, str(int(expires) + 3600))).status == 403

    def test_covers_the_key(self, door, put, link):
        put("audio/other.mp4")
        assert door.ask(link.replace(KEY, "audio/other.mp4")).status == 403

    @pytest.mark.parametrize("end", ["", "-1", "soon", "1e9", "0x1", "\u0661", "9" * 13, "+4102444800", " 4102444800"])
    def test_without_a_plain_end_is_refused(self, door, link, end):
        _, _, rest = link.partition("&")
        assert door.ask(f"/media/{KEY}?expires={quote(end)}&{rest}").status == 403

    @pytest.mark.parametrize("query", ["", "?signature=", "?expires=4102444800", "?expires=4102444800&key_id=&signature=%C3%A9"])
    def test_that_is_not_signed_is_refused(self, door, link, query):
        assert door.ask(f"/media/{KEY}{query}").status == 403


class TestWhatIsServed:
    @pytest.mark.parametrize("path", ["", "/", "/..", "/audio//x.mp4", "/.incoming/x", "/audio/%2e%2e/x", "/audio/..%5Cx", "/audio/"])
    def test_what_is_no_key_is_not_found(self, door, path):
        answer = door.ask(f"/media{path}")
        assert (answer.status, answer.text) == (404, NOTHING)

    @pytest.mark.parametrize("before", ["..", "audio/..", "%2e%2e", "audio/%2E.", "audio/%2e%2e%2f.."])
    def test_nothing_above_is_reached_by_dots(self, door, link, storage, before, environment):
        """Not even by a link that is signed for where they lead."""
        (environment.home / "secret.mp4").write_bytes(b"secret")
        for key in ("secret.mp4", "../secret.mp4"):
            query = signed(key).partition("?")[2]
            assert door.ask(f"/media/{before}/secret.mp4?{query}").status == 404
        assert door.ask(link.replace("/media/", "/media/./")).status == 404

    def test_a_null_byte_opens_nothing(self, door):
        assert door.ask("/media/x%00.mp4").status in {400, 404}

    @pytest.mark.parametrize("key", ["audio/missing.mp4", "audio", f"{KEY}/below"])
    def test_what_is_not_stored_is_not_found(self, door, link, key):
        answer = door.ask(signed(key))
        assert (answer.status, answer.text, answer.headers["Cache-Control"]) == (404, NOTHING, "no-store")

    @pytest.mark.parametrize("led_by", ["file", "folder"])
    def test_a_symbolic_link_is_not_followed(self, door, put, environment, tmp_path, led_by):
        put("audio/beside.mp4")
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "x.mp4").write_bytes(b"secret")
        stored = environment.home / "storage"
        if led_by == "file":
            (stored / "audio" / "x.mp4").symlink_to(tmp_path / "elsewhere" / "x.mp4")
        else:
            (stored / "audio" / "elsewhere").symlink_to(tmp_path / "elsewhere")
        key = "audio/x.mp4" if led_by == "file" else "audio/elsewhere/x.mp4"
        assert door.ask(signed(key)).status == 404
        assert door.ask(signed("audio/beside.mp4")).status == 200

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
    def test_other_methods_find_nothing(self, door, link, method):
        for target in (link, f"/media/{KEY}"):
            answer = door.ask(target, method)
            assert (answer.status, answer.text) == (404, NOTHING)

    def test_head_tells_the_same_without_the_bytes(self, door, link):
        head, get = door.ask(link, "HEAD"), door.ask(link)
        assert (head.status, head.data) == (200, b"")
        assert _lasting(head.headers) == _lasting(get.headers)
        assert head.headers["Content-Length"] == str(len(MUSIC))

    def test_tells_what_it_is_and_how_long_to_keep_it(self, door, link):
        headers = door.ask(link).headers
        assert headers["ETag"].startswith('"')
        assert {name: headers[name] for name in headers if name not in {"Connection", "Date", "ETag", "Server"}} == {
            "Content-Type": "audio/mp4",
            "Content-Length": "1000",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, immutable, max-age=3600",
            "Accept-Ranges": "bytes",
            "Access-Control-Allow-Origin": "*",
        }

    def test_does_not_tell_the_server_s_version(self, door, link):
        assert "nginx/" not in str(door.ask(link).headers)

    @pytest.mark.parametrize(
        ("key", "content_type"),
        [
            ("a.flac", "audio/flac"),
            ("a.FLAC", "audio/flac"),
            ("a.jpg", "image/jpeg"),
            ("a.opus", "audio/ogg"),
            ("a.html", "application/octet-stream"),
            ("a.flac/b", "application/octet-stream"),
            ("flac", "application/octet-stream"),
        ],
    )
    def test_a_page_is_only_bytes(self, door, put, key, content_type):
        put(key)
        assert door.ask(signed(key)).headers["Content-Type"] == content_type

    @pytest.mark.parametrize("path", ["audio/x.mp4", "covers/x.jpg", "covers//x.jpg"])
    def test_a_refusal_is_words_and_is_not_kept(self, door, path):
        headers = door.ask(f"/media/{path}").headers
        assert (headers["Content-Type"], headers["Cache-Control"]) == ("text/plain; charset=utf-8", "no-store")

    def test_an_object_known_already_is_not_sent_again(self, door, link):
        etag = door.ask(link).headers["ETag"]
        answer = door.ask(link, **{"If-None-Match": f'"other", W/{etag}'})
        assert (answer.status, answer.data, answer.headers["ETag"]) == (304, b"", etag)

    def test_a_replaced_object_is_sent_again(self, door, put, link):
        etag = door.ask(link).headers["ETag"]
        put(KEY, b"other")
        wait_until(lambda: door.ask(link, **{"If-None-Match": etag}).data == b"other")

    def test_a_date_is_no_reason_to_leave_it_out(self, door, link, environment):
        stored = (environment.home / "storage" / KEY).stat()
        assert door.ask(link, **{"If-Modified-Since": formatdate(stored.st_mtime, usegmt=True)}).data == MUSIC


def _lasting(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "Date"}


class TestRange:
    @pytest.mark.parametrize(
        ("value", "start", "stop"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=10-19", 10, 20),
            ("bytes=990-", 990, 1000),
            ("bytes=-10", 990, 1000),
            ("bytes=-5000", 0, 1000),
            ("bytes=0-999999", 0, 1000),
            ("bytes=5000-,10-19", 10, 20),
        ],
    )
    def test_gives_the_part(self, door, link, value, start, stop):
        answer = door.ask(link, Range=value)
        assert (answer.status, answer.data) == (206, MUSIC[start:stop])
        assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/1000"
        assert answer.headers["Content-Length"] == str(stop - start)
        assert answer.headers["Content-Type"] == "audio/mp4"
        assert answer.headers["Cache-Control"] == "private, immutable, max-age=3600"

    @pytest.mark.parametrize(
        "value",
        [
            *("bytes=1000-", "bytes=1000-1001", "bytes=-0", f"bytes={'9' * 18}-", "bytes=-", "bytes=2-1", "bytes=a-b"),
            *(f"bytes=0-{'9' * 5000}", "bytes=1000-,2000-"),
        ],
    )
    def test_outside_the_object_cannot_be_satisfied(self, door, link, value):
        answer = door.ask(link, Range=value)
        assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */1000")
        assert MUSIC[:10] not in answer.data

    @pytest.mark.parametrize("value", ["", "bytes=", "lines=0-1", "bytes=0-1,3-4"])
    def test_of_another_form_gives_the_whole_object(self, door, link, value):
        answer = door.ask(link, Range=value)
        assert (answer.status, answer.data) == (200, MUSIC)

    def test_thousands_at_once_give_the_whole_object(self, door, link):
        assert door.ask(link, Range="bytes=" + ",".join(f"{n}-{n}" for n in range(1000))).data == MUSIC

    def test_of_the_object_seen_before_gives_the_part(self, door, link):
        etag = door.ask(link).headers["ETag"]
        assert door.ask(link, **{"Range": "bytes=0-9", "If-Range": etag}).data == MUSIC[:10]

    @pytest.mark.parametrize("seen", ['"other"', "Fri, 31 Dec 2100 23:59:59 GMT"])
    def test_of_another_object_gives_the_whole_one(self, door, link, seen):
        assert door.ask(link, **{"Range": "bytes=0-9", "If-Range": seen}).data == MUSIC

    def test_of_an_empty_object_gives_it(self, door, put):
        put("empty.mp4", b"")
        answer = door.ask(signed("empty.mp4"), Range="bytes=0-")
        assert (answer.status, answer.data) == (200, b"")


COVER = "covers/4kZ/9b1c/640.jpg"


class TestWhatIsPublic:
    @pytest.fixture(autouse=True)
    def cover(self, put):
        put(COVER)

    def test_opens_without_a_signature_and_may_be_kept_for_ever(self, door, storage):
        answer = door.ask(storage.public_url(COVER))
        assert (answer.status, answer.data) == (200, MUSIC)
        assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("image/jpeg", "public, immutable, max-age=31536000")
        assert (answer.headers["X-Content-Type-Options"], answer.headers["Access-Control-Allow-Origin"]) == ("nosniff", "*")

    def test_whatever_query_comes_with_it(self, door):
        assert door.ask(f"/media/{COVER}?expires=1&key_id=x&signature=y").status == 200

    def test_known_already_is_not_sent_again(self, door):
        etag = door.ask(f"/media/{COVER}").headers["ETag"]
        assert door.ask(f"/media/{COVER}", **{"If-None-Match": etag}).status == 304

    @pytest.mark.parametrize("path", ["covers/4kZ/9b1c/96.jpg", "covers/4kZ", "covers", "covers/", f"{COVER}/below"])
    def test_that_is_not_there_is_not_found(self, door, path):
        answer = door.ask(f"/media/{path}")
        assert (answer.status, answer.headers["Cache-Control"]) in {(404, "no-store"), (403, "no-store")}
        assert answer.data != MUSIC

    @pytest.mark.parametrize("path", ["covers/../{}", "covers/%2e%2e/{}", "covers/..%2f{}", "covers/4kZ/../../{}", "coversx/../{}"])
    def test_is_no_way_to_what_is_not(self, door, put, path):
        put(KEY, b"secret")
        answer = door.ask(f"/media/{path.format(KEY)}")
        assert (answer.status in {400, 403, 404}, answer.data == b"secret") == (True, False)

    def test_is_no_way_out_by_a_link(self, door, environment, tmp_path):
        (tmp_path / "secret.jpg").write_bytes(b"secret")
        (environment.home / "storage" / "covers" / "x.jpg").symlink_to(tmp_path / "secret.jpg")
        assert door.ask("/media/covers/x.jpg").status == 404

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
    def test_is_only_read(self, door, method):
        assert door.ask(f"/media/{COVER}", method).status == 404
