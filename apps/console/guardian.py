"""Ends what `celesta run` started where `run` itself can no longer do so: it was killed, or the machine's memory ran out.

A program of its own on the standard library. Its input names the leader of each process group as it starts (`+123`) and ends (`-123`);
the end of its input is the end of `run`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

PATIENCE = 5.0
"""Seconds that the processes get to end by themselves."""


def main() -> None:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    left = follow(sys.stdin)
    for group in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while any(alive(group) for group in left) and time.monotonic() < deadline:
        time.sleep(0.1)
    for group in left:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def follow(lines: Iterable[str]) -> set[int]:
    """The groups that were started and have not ended, once there is nothing more to read."""
    groups: set[int] = set()
    for line in lines:
        if line.startswith("+"):
            groups.add(int(line))
        else:
            groups.discard(-int(line))
    return groups


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    main()
