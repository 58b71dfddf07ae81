"""Reading the exported play log: the files of some days, whole and as they were recorded, or none."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from apps.core.contract.days import Day, days
from apps.core.contract.exports import ExportedDay, ExportedFile, ListExportedDays, Table
from ports.storage.interface import ObjectNotFound, Storage
from tasks.office import Office
from tasks.workspace import workspace


class ExportIncomplete(OSError):
    """A day of the period is not exported yet."""


class ExportDamaged(OSError):
    """A day's file is missing in storage, or is not what was recorded."""


@contextmanager
def exported(office: Office, first: Day, last: Day, tables: Collection[Table]) -> Generator[Mapping[str, Sequence[Path]]]:
    """The files of these tables of all days from `first` to `last`, by table; see `exported_by_day`."""
    with exported_by_day(office, first, last, tables) as by_day:
        yield {table: [path for day in by_day.values() for path in day[table]] for table in tables}


@contextmanager
def exported_by_day(
    office: Office, first: Day, last: Day, tables: Collection[Table]
) -> Generator[Mapping[Day, Mapping[Table, Sequence[Path]]]]:
    """The files of these tables of each day from `first` to `last`, in order, in a folder that is gone after the block.

    Raises `ExportIncomplete` and `ExportDamaged`, which name the day: nothing is counted of a period that is not whole.
    """
    known = exported_days(office, first, last)
    wanted = [(day.manifest.day, file) for day in known for file in day.manifest.files if file.table in tables]
    with workspace(office.workspaces, sum(file.size for _, file in wanted)) as folder:
        fetched: dict[Day, dict[Table, list[Path]]] = {day.manifest.day: {table: [] for table in tables} for day in known}
        for day, file in wanted:
            fetched[day][file.table].append(_fetch(office.storage, day, file, folder))
        yield fetched


def exported_days(office: Office, first: Day, last: Day) -> Sequence[ExportedDay]:
    """All days of the period; raises `ExportIncomplete` where one is missing."""
    known = office.core.send(ListExportedDays(first, last))
    there = {one.manifest.day for one in known}
    if missing := [day for day in days(first, last) if day not in there]:
        raise ExportIncomplete(f"The play log of {missing[0]} is not exported yet: it is, some minutes after it has closed.")
    return known


def _fetch(storage: Storage, day: Day, file: ExportedFile, folder: Path) -> Path:
    path = folder / f"{day}-{file.sha256}"
    try:
        storage.fetch(file.key, path)
    except ObjectNotFound:
        raise ExportDamaged(f"{file.key}, the {file.table} of {day}, is not in storage: bring it back from a copy.") from None
    with path.open("rb") as stored:
        if hashlib.file_digest(stored, "sha256").hexdigest() != file.sha256:
            raise ExportDamaged(f"{file.key}, the {file.table} of {day}, is not what was exported: bring it back from a copy.")
    return path
