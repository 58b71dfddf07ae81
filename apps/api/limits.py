"""How often one caller may ask, counted in this process's memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from apps.core.contract.errors import TooMany

AVERAGED_SECONDS = 10
CALLERS = 10_000


class RateLimit:
    """So many requests a second on average over ten seconds; the longest unseen callers are forgotten first."""

    def __init__(self, per_second: int, timer: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_second
        self._most = per_second * AVERAGED_SECONDS
        self._timer = timer
        self._callers: dict[str, tuple[float, float]] = {}
        """What each may still ask, and when that was true."""
        self._lock = threading.Lock()

    def count(self, caller: str) -> None:
        """Raises `TooMany` with the seconds to wait in `details["retry_after"]`."""
        now = self._timer()
        with self._lock:
            left, since = self._callers.pop(caller, (self._most, now))
            left = min(self._most, left + (now - since) * self._rate)
            admitted = left >= 1
            self._callers[caller] = (left - admitted, now)
            if len(self._callers) > CALLERS:
                del self._callers[next(iter(self._callers))]
        if not admitted:
            raise TooMany(f"More than {self._rate} requests a second.", "Wait a second, then ask less often.", {"retry_after": "1"})
