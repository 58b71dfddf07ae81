"""`celesta backup` and `celesta restore` in a process of Core's: a copy of the SQLite database as it is at one moment, and its check.

python -m apps.core.backup TARGET copies the database that `DATABASE_URL` names while others write to it; the copy is checked whole.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from ports.container import Container
from ports.environment import BootError


def copy_database(values: Mapping[str, str], target: Path) -> None:
    """Raises `BootError` where the database is none of SQLite's or cannot be read, or where the target cannot be written."""
    url = make_url(Container(values).environment.secret("DATABASE_URL"))
    if url.get_backend_name() != "sqlite" or not Path(url.database or "").is_file():
        raise BootError("There is no SQLite database here to copy: docs/reliability.md tells how PostgreSQL is backed up.")
    try:
        with closing(sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)  # in one step: readers keep nobody from writing, and what is written meanwhile is not in it
            copy.execute("PRAGMA journal_mode = DELETE")
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.Error as error:
        raise BootError(f"The database could not be copied to {target} ({error}): make room there, or look at the database.") from error
    if verdict != "ok":
        raise BootError(f"The database is damaged ({verdict}): bring back an earlier copy.")


def main() -> None:
    try:
        copy_database(os.environ, Path(sys.argv[1]))
    except BootError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
