"""A home that a backup is brought back into says so until all of it is there: nothing starts on half of one."""

from __future__ import annotations

from pathlib import Path

from ports.durability import sync
from ports.environment import BootError

MARKER = "restoring"


def begun(home: Path) -> str | None:
    """The backup that is being brought back into this home, or was when that was interrupted."""
    try:
        return (home / MARKER).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def mark(home: Path, backup: str) -> None:
    (home / MARKER).write_text(backup, encoding="utf-8")
    sync(home / MARKER)
    sync(home)


def unmark(home: Path) -> None:
    sync(home)  # what was brought back stays before this goes
    (home / MARKER).unlink()


def refuse_marked(home: Path) -> None:
    """Raises `BootError` where only a part of a backup is there."""
    backup = begun(home)
    if backup is not None:
        raise BootError(
            f"{home} does not have all of the backup {backup} yet: bringing it back goes on, or was interrupted. "
            "Wait, or run celesta restore again, which goes on; to give it up, empty the folder."
        )
