"""Clock: the only place the time is read from, so that a year can pass in a test."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from ports.interface import Implementation


class Clock(Implementation, Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...
