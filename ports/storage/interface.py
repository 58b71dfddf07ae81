"""Object storage: audio, quarantined deliveries, covers and exports, as immutable objects under keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from ports.interface import Implementation


class ObjectNotFound(LookupError):
    """No object is stored under that key."""


class InvalidKey(ValueError):
    """A key is 1 to 512 characters of `A-Z a-z 0-9 - _ . /`, with no empty part and no part that begins with a dot.

    A part has at most 200 characters, and an object's key is never the folder of another's: beside `a.flac` there is no `a.flac/b`.
    """


class Storage(Implementation, Protocol):
    """Every method takes a key and raises `InvalidKey` where it is not one, and `OSError` where the store is full or does not answer."""

    def put(self, key: str, source: Path, content_type: str) -> None:
        """Store the file under the key, whole or not at all; an object already there is replaced.

        Who reads a signed URL is told the `content_type`; a store of plain files tells it by the key's extension.
        """
        ...

    def open(self, key: str) -> BinaryIO:
        """The object's bytes from first to last, to be closed by the caller; raises `ObjectNotFound`.

        It may not be able to seek: `fetch` what has to be read here and there.
        """
        ...

    def fetch(self, key: str, target: Path) -> None:
        """Copy the object into a local file; raises `ObjectNotFound`."""
        ...

    def size(self, key: str) -> int | None:
        """The object's length in bytes, or None where there is none."""
        ...

    def delete(self, key: str) -> None:
        """Remove the object; removing what is not there is no error."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that begins with the prefix (which may be empty, or end within a part), in the order of its bytes."""
        ...

    def signed_url(self, key: str, expires: datetime) -> str:
        """A URL that lets whoever holds it GET this one object (ranges too) until `expires`, and nothing else.

        `expires` is aware and at most seven days ahead.
        """
        ...

    def public_url(self, key: str) -> str:
        """A URL that anybody may GET for ever, of a key that begins with `PUBLIC`; raises `InvalidKey` for another one."""
        ...
