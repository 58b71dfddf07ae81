"""Folders to work in, gone when the work is over."""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

SPARE_BYTES = 256 << 20
"""Stays free whatever we do: the database and the logs lie on the same disk, often."""
ABANDONED_AFTER = 2 * 3600
"""Seconds; twice what any task may take."""


@contextmanager
def workspace(parent: Path, needed: int) -> Generator[Path]:
    """A new folder below `parent` with room for `needed` bytes; raises `OSError` where the disk has less."""
    parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(parent)
    free = shutil.disk_usage(parent).free
    if free < needed + SPARE_BYTES:
        raise OSError(errno.ENOSPC, f"{free >> 20} MiB are free and {(needed + SPARE_BYTES) >> 20} MiB are needed", str(parent))
    with TemporaryDirectory(dir=parent, prefix="job-") as folder:
        yield Path(folder)


def keep_room(folder: Path) -> None:
    """For work whose size nobody can tell beforehand: raises `OSError` where it has left the disk less than is to stay free."""
    free = shutil.disk_usage(folder).free
    if free < SPARE_BYTES:
        raise OSError(errno.ENOSPC, f"{free >> 20} MiB are left and {SPARE_BYTES >> 20} MiB stay free: make room", str(folder.parent))


def _remove_abandoned(parent: Path) -> None:
    """What killed workers left behind would otherwise fill the disk."""
    for folder in parent.glob("job-*"):
        try:
            abandoned = folder.stat().st_mtime < time.time() - ABANDONED_AFTER
        except FileNotFoundError:
            continue
        if abandoned:
            shutil.rmtree(folder, ignore_errors=True)
