"""`celesta backup` and `celesta restore` in a process of Core's: the SQLite database as it is at one moment.

python -m apps.core.backup TARGET copies the database that `DATABASE_URL` names while others write to it; the copy is checked whole.
python -m apps.core.backup --announce DATABASE prepares one that is brought back.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, update
from sqlalchemy.exc import DBAPIError

from apps.core.contract.jobs import JobStatus
from apps.core.jobs.models import JobRow
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


def announce_waiting_jobs(database: Path) -> None:
    """Have the sweeper announce whatever waits in this database: the broker that knew of it is not what it will meet.

    By itself it announces a job again only after as long as that has waited before, up to a day.
    """
    engine = create_engine(URL.create("sqlite", database=str(database)))
    waiting = update(JobRow).where(JobRow.status == JobStatus.WAITING).values(lease_until=JobRow.created_at)
    try:
        with engine.begin() as connection:
            connection.execute(waiting)
    except DBAPIError as error:
        raise BootError(f"{database} cannot be prepared ({error.orig}): make room there, or choose another backup.") from error
    finally:
        engine.dispose()


def main() -> None:
    try:
        if sys.argv[1] == "--announce":
            announce_waiting_jobs(Path(sys.argv[2]))
        else:
            copy_database(os.environ, Path(sys.argv[1]))
    except BootError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
