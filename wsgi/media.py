"""Serves signed links to stored objects where no nginx or CDN stands in front: the embedded topology."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from werkzeug.http import parse_etags
from werkzeug.wsgi import wrap_file

from ports.clock.interface import Clock
from ports.clock.system import SystemClock
from ports.container import Container
from ports.environment import Environment
from ports.registry import port_of
from ports.storage.interface import InvalidKey, Storage
from ports.storage.keys import PUBLIC, check_key
from ports.storage.sending import content_type, headers_of
from ports.storage.signing import LinkRefused, verify

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BLOCK = 1 << 16
RANGE = re.compile(r" *([0-9]{0,18})-([0-9]{0,18}) *")
UNIT = "bytes="
Headers = list[tuple[str, str]]


def stored_files(container: Container) -> dict[str, MediaServer]:
    """What to mount, by its path: nothing where the links lead elsewhere, to S3."""
    if port_of(Storage).chosen(container.environment) != "filesystem":
        return {}
    return {"/media": MediaServer.from_env(container.environment, container.get(Clock))}


class RangeNotSatisfiable(Exception):
    """The range asked for lies outside the file."""


class MediaServer:
    """GET and HEAD of `<prefix>/<key>?<what `signed_query` gives>`, whole or one range; else 404, or 403 where the signature fails.

    What is public needs no signature.

    `deploy/nginx` answers the same, and passes the same tests.
    """

    def __init__(self, root: Path, keys: Callable[[], tuple[str, ...]], clock: Clock, prefix: str = "/media") -> None:
        """`keys` gives the valid versions of the secret `MEDIA_KEY`; `prefix` is the path it is mounted at, part of what was signed."""
        self._root = root.resolve()
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
            if not key.startswith(PUBLIC):
                verify(f"{self._prefix}/{key}", environ.get("QUERY_STRING", ""), self._keys(), self._clock.now().timestamp())
            file = FilePart(_not_led_elsewhere(self._root / key))
        except LinkRefused as refusal:
            return _refuse(start_response, HTTPStatus.FORBIDDEN, str(refusal))
        except (InvalidKey, FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return _refuse(start_response, HTTPStatus.NOT_FOUND, "Nothing is served here.")
        return _serve(environ, start_response, file, _headers(key, file))


def _not_led_elsewhere(path: Path) -> Path:
    """The path itself; raises `FileNotFoundError` where a symbolic link is on the way."""
    if path.resolve() != path:
        raise FileNotFoundError(path)
    return path


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


def _headers(key: str, file: FilePart) -> Headers:
    etag = f'"{file.status.st_size:x}-{file.status.st_mtime_ns:x}"'
    return [("Content-Type", content_type(key)), ("ETag", etag), ("Accept-Ranges", "bytes"), *headers_of(key).items()]


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
    asked = environ.get("HTTP_RANGE", "").strip()
    if not asked.startswith(UNIT) or asked == UNIT or environ["REQUEST_METHOD"] == "HEAD" or size == 0:
        return None
    if environ.get("HTTP_IF_RANGE", etag).strip() != etag:
        return None
    parts = [_part(text, size) for text in asked.removeprefix(UNIT).split(",")]
    within = [(start, stop) for start, stop in parts if start < stop]
    if not within:
        raise RangeNotSatisfiable
    return within[0] if len(within) == 1 else None


def _part(text: str, size: int) -> tuple[int, int]:
    """Start and stop of one range, empty where it lies outside the file; raises `RangeNotSatisfiable` where it is none."""
    asked = RANGE.fullmatch(text)
    if asked is None or not (asked[1] or asked[2]):
        raise RangeNotSatisfiable
    if not asked[1]:
        return max(size - int(asked[2]), 0), size
    return int(asked[1]), min(int(asked[2]) + 1, size) if asked[2] else size


def _start(start_response: StartResponse, status: HTTPStatus, headers: Headers) -> list[bytes]:
    start_response(f"{status.value} {status.phrase}", headers)
    return []


def _refuse(start_response: StartResponse, status: HTTPStatus, why: str) -> list[bytes]:
    body = f"{why}\n".encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), ("Cache-Control", "no-store")]
    _start(start_response, status, headers)
    return [body]
