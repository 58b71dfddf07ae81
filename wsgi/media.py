"""Serves signed links to stored objects where no nginx or CDN stands in front: the embedded topology."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlsplit

from werkzeug.http import parse_etags
from werkzeug.wsgi import wrap_file

from ports.clock.interface import Clock
from ports.clock.system import SystemClock
from ports.environment import Environment
from ports.storage.interface import InvalidKey
from ports.storage.keys import check_key
from ports.storage.signing import LinkRefused, verify

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONTENT_TYPES = {
    ".flac": "audio/flac",
    ".jpg": "image/jpeg",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "audio/mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".png": "image/png",
    ".webp": "image/webp",
}
"""Whatever else is stored is sent as bytes that no browser shows."""
BLOCK = 1 << 16
LONGEST_QUERY = 1000
RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
Headers = list[tuple[str, str]]


class RangeNotSatisfiable(Exception):
    """The range asked for lies outside the file."""


class MediaServer:
    """GET and HEAD of `<prefix>/<key>?expires=…&signature=…`, whole or one range; anything else is 404 (403 where the signature fails)."""

    def __init__(self, root: Path, keys: Callable[[], tuple[str, ...]], clock: Clock, prefix: str = "/media") -> None:
        """`keys` gives the valid versions of the secret `MEDIA_KEY`; `prefix` is the path it is mounted at, part of what was signed."""
        self._root = root
        self._keys = keys
        self._clock = clock
        self._prefix = prefix.rstrip("/")

    @classmethod
    def from_env(cls, environment: Environment, clock: Clock | None = None) -> Self:
        """Reads the settings of the filesystem storage. Links end by `clock`, the one that dated them (default: the system's)."""
        environment.secret("MEDIA_KEY")
        root = environment.path("STORAGE_PATH", environment.home / "storage")
        prefix = urlsplit(environment.text("MEDIA_URL", "/media")).path
        return cls(root, lambda: environment.secret_versions("MEDIA_KEY"), clock or SystemClock(), prefix)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _refuse(start_response, HTTPStatus.NOT_FOUND, "Nothing is served here.")
        try:
            key = check_key(environ.get("PATH_INFO", "").removeprefix("/"))
            lifetime = self._lifetime(key, environ.get("QUERY_STRING", ""))
            file = FilePart(self._root / key)
        except LinkRefused as refusal:
            return _refuse(start_response, HTTPStatus.FORBIDDEN, str(refusal))
        except (InvalidKey, FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return _refuse(start_response, HTTPStatus.NOT_FOUND, "Nothing is served here.")
        return _serve(environ, start_response, file, _headers(key, file, lifetime))

    def _lifetime(self, key: str, query: str) -> int:
        """Seconds that the link has left; raises `LinkRefused`."""
        given = parse_qs(query) if len(query) <= LONGEST_QUERY else {}
        expires, signature = given.get("expires", [""])[0], given.get("signature", [""])[0]
        now = self._clock.now().timestamp()
        verify(f"{self._prefix}/{key}", expires, signature, self._keys(), now)
        return int(expires) - int(now)


class FilePart(FileIO):
    """The rest of a file up to `left` bytes, still a real file to a server that has the kernel send it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")
        self.status = os.fstat(self.fileno())
        self.left = self.status.st_size

    def narrow(self, start: int, stop: int) -> None:
        """Begin at byte `start` and end before byte `stop`."""
        self.seek(start)
        self.left = stop - start

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(self.left if size is None or size < 0 else min(size, self.left))
        self.left -= len(data)
        return data


def _headers(key: str, file: FilePart, lifetime: int) -> Headers:
    _, dot, extension = key.rpartition(".")
    return [
        ("Content-Type", CONTENT_TYPES.get(dot + extension, "application/octet-stream")),
        ("ETag", f'"{file.status.st_size:x}-{file.status.st_mtime_ns:x}"'),
        ("Cache-Control", f"private, immutable, max-age={lifetime}"),
        ("Accept-Ranges", "bytes"),
        ("X-Content-Type-Options", "nosniff"),
    ]


def _serve(environ: WSGIEnvironment, start_response: StartResponse, file: FilePart, headers: Headers) -> Iterable[bytes]:
    etag, size = dict(headers)["ETag"], file.left
    if parse_etags(environ.get("HTTP_IF_NONE_MATCH")).contains_weak(etag.strip('"')):
        file.close()
        return _start(start_response, HTTPStatus.NOT_MODIFIED, headers)
    try:
        part = _range(environ, etag, size)
    except RangeNotSatisfiable:
        file.close()
        unsatisfied = [("Content-Range", f"bytes */{size}"), ("Content-Length", "0"), ("Cache-Control", "no-store")]
        return _start(start_response, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, unsatisfied)
    status = HTTPStatus.OK
    if part is not None:
        status = HTTPStatus.PARTIAL_CONTENT
        file.narrow(*part)
        headers.append(("Content-Range", f"bytes {part[0]}-{part[1] - 1}/{size}"))
    headers.append(("Content-Length", str(file.left)))
    _start(start_response, status, headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        file.close()
        return []
    return wrap_file(environ, file, BLOCK)


def _range(environ: WSGIEnvironment, etag: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last, or None for the whole file: also where several ranges are asked for (RFC 9110, 14.2)."""
    asked = RANGE.fullmatch(environ.get("HTTP_RANGE", "").strip())
    if asked is None or asked[0] == "bytes=-" or environ["REQUEST_METHOD"] == "HEAD":
        return None
    if environ.get("HTTP_IF_RANGE", etag).strip() != etag:
        return None
    if not asked[1]:
        start, stop = max(size - int(asked[2]), 0), size
    else:
        start, stop = int(asked[1]), min(int(asked[2]) + 1, size) if asked[2] else size
        if asked[2] and int(asked[2]) < start:
            return None
    if start >= stop:
        raise RangeNotSatisfiable
    return start, stop


def _start(start_response: StartResponse, status: HTTPStatus, headers: Headers) -> list[bytes]:
    start_response(f"{status.value} {status.phrase}", headers)
    return []


def _refuse(start_response: StartResponse, status: HTTPStatus, why: str) -> list[bytes]:
    body = f"{why}\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    _start(start_response, status, headers)
    return [body]
