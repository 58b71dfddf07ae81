"""Report dispatch: finished files on their way to a partner, each once and whole."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ports.interface import Implementation


class DispatchFailed(OSError):
    """The file was not handed over; a later try may succeed. The message says why."""


class ReportDispatch(Implementation, Protocol):
    def send(self, path: str, source: Path) -> str:
        """Hand the file over under `path`, whole or not at all, and return where it lies now, for the record.

        Sent again it changes nothing: where these very bytes lie there already, that is that. `path` is made like a key of the object
        storage and raises `InvalidKey` where it is not one. Raises `DispatchFailed`, also where other bytes lie there.
        """
        ...
