"""Where a cover is: stored as a key, told as an address."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

from ports.storage.interface import Storage
from ports.storage.keys import check_key

TOLD = "640.jpg"
"""The size whose address is told; the others lie beside it."""


def address(key: str) -> str:
    """Of a cover whose sizes lie in the folder of this key."""
    return current_app.extensions["container"].get(Storage).public_url(f"{key}/{TOLD}")


class CoverColumn(TypeDecorator[str]):
    """The key of the folder that holds each size in the database; in Python its address, as this process's storage has it.

    So whoever selects it has the address, and a service whose media moves to another host changes a setting and no row.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Raises `InvalidKey` for an address that was read from such a column: copied so, nobody could find the cover."""
        return None if value is None else check_key(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else address(value)


class MosaicColumn(TypeDecorator[tuple[str, ...]]):
    """Some covers that one statement has put together, each after a number, in the order of those; in Python their addresses."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        numbered = sorted((int(number), key) for number, _, key in (one.partition(":") for one in value.split(" "))) if value else []
        return tuple(address(key) for _, key in numbered)
