"""The play log as it is exported: one closed day at a time, with the dimensions of that day."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import BACK_OFFICE, Command, Done, Permission, Query
from apps.core.contract.days import Day
from apps.core.contract.ids import BYTES, Id, JobId, LeaseToken

EXPORT_VERSION = 1
"""Of the tables and their columns."""
SLICE = 5_000
"""Plays that are read at once at most. Twice as many took a third longer each: memory for such a text is taken and given back."""
SLICES = 20
"""Of plays, in one file."""
DIMENSION_IDS = 5_000
PARTITIONS = "play-log/"
"""Under which keys the days are stored."""

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}(?!\n)$")]


class Table(StrEnum):
    """What a day's export consists of; the columns of each stand in `COLUMNS`."""

    PLAYS = "plays"
    """Plays that began on this day and came before it closed."""
    LATE = "late"
    """Plays that began on an earlier day and came after that had closed, and before this day did."""
    RECORDINGS = "recordings"
    TRACKS = "tracks"
    RELEASES = "releases"
    OWNERSHIP = "ownership"
    PLANS = "plans"


_PLAY = {
    "listener": "UUID", "started_at": "TIMESTAMP", "received_at": "TIMESTAMP", "played_ms": "INTEGER",
    "track_id": "UUID", "recording_id": "UUID", "release_id": "UUID", "territory": "VARCHAR", "plan": "VARCHAR",
    "preview": "BOOLEAN", "client": "VARCHAR", "evidence": "VARCHAR", "play_id": "UUID",
}  # fmt: skip
COLUMNS: dict[Table, dict[str, str]] = {
    Table.PLAYS: _PLAY,
    Table.LATE: _PLAY,
    Table.RECORDINGS: {
        "isrc": "VARCHAR", "title": "VARCHAR", "artist": "VARCHAR", "artist_id": "UUID", "duration_ms": "INTEGER",
        "genre": "VARCHAR", "recording_id": "UUID",
    },
    Table.TRACKS: {
        "recording_id": "UUID", "release_id": "UUID", "title": "VARCHAR", "disc": "INTEGER", "number": "INTEGER", "track_id": "UUID",
    },
    Table.RELEASES: {
        "title": "VARCHAR", "artist": "VARCHAR", "upc": "VARCHAR", "type": "VARCHAR", "label_id": "UUID", "p_line": "VARCHAR",
        "release_id": "UUID",
    },
    Table.OWNERSHIP: {
        "recording_id": "UUID", "territory": "VARCHAR", "label_id": "UUID", "label": "VARCHAR", "starts_at": "TIMESTAMP",
        "ends_at": "TIMESTAMP", "ownership_id": "UUID",
    },
    Table.PLANS: {"plan": "VARCHAR", "title": "VARCHAR"},
}  # fmt: skip
"""By table: its columns and their types, in order, the key last. Ids are UUIDs and times are in UTC.

The dimensions tell of what this day's plays, late ones included, are of; `plans` of all plans there are.

`listener` is a pseudonym that only Core can lead back to an account; `artist_id` is the first main artist; `recordings.artist` and
`releases.artist` are as credited.
"""


class ExportedFile(msgspec.Struct, frozen=True):
    """A table of one day, or a part of it, as a Parquet file in object storage."""

    table: Table
    key: str
    sha256: Sha256
    rows: Annotated[int, Meta(ge=0)]
    size: Annotated[int, Meta(ge=0)]


class DayManifest(msgspec.Struct, frozen=True):
    """What was exported of one day, once for ever."""

    day: Day
    closed_at: Annotated[datetime, Meta(tz=True)]
    version: int
    files: tuple[ExportedFile, ...]


class ExportedDay(msgspec.Struct, frozen=True):
    manifest: DayManifest
    sha256: Sha256
    """Of the manifest's stored bytes: whoever names it names every byte of the day."""


class Slice(msgspec.Struct, frozen=True):
    """Some plays as lines of CSV, `\\N` for null."""

    lines: str
    rows: int
    last: Id | None
    """To go on after; None where these were the last."""


class AskForExports(Command[int], frozen=True):
    """Ask for the export of closed days that have none yet, the earliest first; returns how many were asked for."""

    permission: ClassVar[Permission] = BACK_OFFICE


class ReadDay(Query[Slice], frozen=True):
    """Some of a closed day's own plays, or of its late ones, by their ids. Raises Conflict where the day has not closed yet."""

    permission: ClassVar[Permission] = BACK_OFFICE

    day: Day
    late: bool = False
    after: Id | None = None
    most: Annotated[int, Meta(ge=1, le=SLICE)] = SLICE


class FindPlay(Query[Id | None], frozen=True):
    """The play that comes so many after this one among a day's own plays, or its late ones, by their ids; None where there are fewer.

    Raises Conflict where the day has not closed yet.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    day: Day
    late: bool
    after: Id | None
    """None: from the first one on."""
    further: Annotated[int, Meta(ge=1)]


class ReadDimension(Query[str], frozen=True):
    """What the catalogue knows of these at this moment, as lines of CSV: tracks, recordings or releases by their ids, owners by those
    of recordings, and all plans there are. Raises Invalid for a table of plays, and for ids that are not whole.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    table: Table
    ids: Annotated[bytes, Meta(max_length=DIMENSION_IDS * BYTES)] = b""
    """As the log has them, 16 bytes each, one after the other."""


class RecordExport(Command[Done], frozen=True):
    """Take a day's stored files as its export. Raises LeaseLost, and Conflict where they are not all that the day has."""

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    manifest: DayManifest
    sha256: Sha256


class ListExportedDays(Query[tuple[ExportedDay, ...]], frozen=True):
    """The exported days from `first` to `last`, both included, in order; days without an export are left out."""

    permission: ClassVar[Permission] = BACK_OFFICE

    first: Day
    last: Day


class DropExportedPlays(Command[bool], frozen=True):
    """Remove some plays that were exported 90 days ago or more; true where more may be left, for another call.

    A day whose plays are not all in its export is left alone, and told in the log.
    """

    permission: ClassVar[Permission] = BACK_OFFICE
