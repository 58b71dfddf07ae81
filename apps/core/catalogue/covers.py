"""Where a cover is: stored as a key, told as an address."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

from ports.storage.interface import Storage

TOLD = "640.jpg"
"""The size whose address is told; the others lie beside it."""


class CoverColumn(TypeDecorator[str]):
    """The key of the folder that holds each size in the database; in Python its address, as this process's storage has it.

    So whoever selects it has the address, and a service whose media moves to another host changes a setting and no row.
    """

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return current_app.extensions["container"].get(Storage).public_url(f"{value}/{TOLD}")
