"""Exporting the play log: a closed day at a time, as Parquet with that day's dimensions, into object storage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from apps.core.contract.codec import encoder
from apps.core.contract.days import Day, closes_at
from apps.core.contract.exports import (
    COLUMNS,
    DIMENSION_IDS,
    EXPORT_VERSION,
    PARTITIONS,
    SLICE,
    SLICES,
    AskForExports,
    DayManifest,
    ExportedFile,
    FindPlay,
    ReadDay,
    ReadDimension,
    RecordExport,
    Table,
)
from apps.core.contract.ids import BYTES
from apps.core.contract.jobs import ExportWork
from ports.storage.interface import Storage
from tasks.app import celery
from tasks.leases import Lease, do_job
from tasks.office import Office, office
from tasks.schedule import EXPORT, take_slot
from tasks.workspace import keep_room, workspace

PARQUET, JSON = "application/vnd.apache.parquet", "application/json"
READ_BYTES = 1 << 20
HANDS = 3
"""Files that are made at once: while one waits for the database, others are packed."""
PLAYS_EXPORTED = 0.5
"""The share of the work that is done when all plays are stored."""
DIMENSIONS = {
    "recording_id": (Table.RECORDINGS, Table.OWNERSHIP),
    "track_id": (Table.TRACKS,),
    "release_id": (Table.RELEASES,),
}
"""By column of the plays: the tables whose rows it names."""


class NotAsStored(OSError):
    """What was stored is not what is read back."""


@celery.task
def ask() -> None:
    if take_slot(office(), EXPORT):
        office().core.send(AskForExports())


@celery.task
def export(job_id: str) -> None:
    do_job(office(), job_id, ExportWork, export_day)


def export_day(office: Office, lease: Lease, work: ExportWork) -> None:
    with workspace(office.workspaces, 0) as folder, ThreadPoolExecutor(HANDS) as hands:
        day = _Day(office, lease, work.day, folder, hands)
        for table in (Table.PLAYS, Table.LATE):
            day.export_plays(table)
        day.export_dimensions()
        day.export_plans()
        manifest = DayManifest(work.day, closes_at(work.day), EXPORT_VERSION, day.files())
        written = folder / "manifest"
        written.write_bytes(encoder.encode(manifest))
        _key, sha256 = _store(office.storage, f"{PARTITIONS}{work.day}/manifest", ".json", written, JSON)
    office.core.send(RecordExport(lease.job_id, lease.token, manifest, sha256))


@dataclass
class _Day:
    """One day on its way into storage, by several hands at once."""

    office: Office
    lease: Lease
    day: Day
    folder: Path
    hands: Executor
    storing: list[Future[ExportedFile]] = field(default_factory=list[Future[ExportedFile]])

    def export_plays(self, table: Table) -> None:
        """As files of lines, one at least."""
        after: str | None = None
        for number in count():
            self._begin(table, f"{table}-{number}", self._plays(table, after))
            after = self.office.core.send(FindPlay(self.day, table == Table.LATE, after, SLICES * SLICE))
            if after is None:
                return

    def _plays(self, table: Table, after: str | None) -> Iterator[str]:
        for _ in range(SLICES):
            self.lease.progress(0)
            part = self.office.core.send(ReadDay(self.day, table == Table.LATE, after, SLICE))
            yield part.lines
            after = part.last
            if after is None:
                return

    def export_dimensions(self) -> None:
        """What is known of all that was played."""
        for tables, ids in zip(DIMENSIONS.values(), self._played(), strict=True):
            for table in tables:
                self._begin(table, table, self._known(table, ids))

    def export_plans(self) -> None:
        self._begin(Table.PLANS, Table.PLANS, [self.office.core.send(ReadDimension(Table.PLANS))])

    def _played(self) -> list[bytes]:
        """The ids that plays name, by the column of `DIMENSIONS`, each once and in order."""
        self.files()
        plays = [path for table in (Table.PLAYS, Table.LATE) for path in self.folder.glob(f"{table}-*.parquet")]
        # As text: to make objects of the ids took as long as all the rest.
        texts = ", ".join(f"CAST({name} AS VARCHAR)" for name in DIMENSIONS)
        statement = f"SELECT {texts} FROM (SELECT DISTINCT {', '.join(DIMENSIONS)} FROM plays)"  # noqa: S608 - our own names
        rows = self.office.analytics.query(statement, {"plays": plays})
        return [bytes.fromhex("".join(sorted({row[number] for row in rows})).replace("-", "")) for number in range(len(DIMENSIONS))]

    def _known(self, table: Table, ids: bytes) -> Iterator[str]:
        for start in range(0, len(ids), DIMENSION_IDS * BYTES):
            self.lease.progress(PLAYS_EXPORTED)
            yield self.office.core.send(ReadDimension(table, ids[start : start + DIMENSION_IDS * BYTES]))

    def files(self) -> tuple[ExportedFile, ...]:
        """All until now, when they are stored; where one fails, those that nobody has begun never are."""
        try:
            return tuple(file.result() for file in self.storing)
        except BaseException:
            self.hands.shutdown(wait=False, cancel_futures=True)
            raise

    def _begin(self, table: Table, name: str, parts: Iterable[str]) -> None:
        self.storing.append(self.hands.submit(self._export, table, self.folder / f"{name}.csv", parts))

    def _export(self, table: Table, lines: Path, parts: Iterable[str]) -> ExportedFile:
        keep_room(self.folder)
        with lines.open("wb") as file:
            file.writelines(part.encode() for part in parts)
        packed = lines.with_suffix(".parquet")
        rows = self.office.analytics.pack(lines, COLUMNS[table], packed)
        lines.unlink()
        key, sha256 = _store(self.office.storage, f"{PARTITIONS}{self.day}/{table}", ".parquet", packed, PARQUET)
        return ExportedFile(table, key, sha256, rows, packed.stat().st_size)


def _store(storage: Storage, prefix: str, extension: str, path: Path, content_type: str) -> tuple[str, str]:
    """Under a key with its hash, so that no other attempt replaces it; read back, for the log relies on it from now on."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    key = f"{prefix}-{sha256[:16]}{extension}"
    storage.put(key, path, content_type)
    stored = hashlib.sha256()
    with storage.open(key) as file:
        while block := file.read(READ_BYTES):
            stored.update(block)
    if stored.hexdigest() != sha256:
        raise NotAsStored(f"{key} is not what was stored: look at the storage.")
    return key, sha256
