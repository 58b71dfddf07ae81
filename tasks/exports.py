"""Exporting the play log: a closed day at a time, as Parquet with that day's dimensions, into object storage."""

from __future__ import annotations

import hashlib
from pathlib import Path

from apps.core.contract.codec import encoder
from apps.core.contract.days import Day, closes_at
from apps.core.contract.exports import (
    COLUMNS,
    EXPORT_VERSION,
    PARTITIONS,
    AskForExports,
    AssignPseudonyms,
    DayManifest,
    ExportedFile,
    ReadDay,
    RecordExport,
    Table,
)
from apps.core.contract.jobs import ExportWork
from ports.storage.interface import Storage
from tasks.app import celery
from tasks.leases import Lease, do_job
from tasks.office import Office, office
from tasks.schedule import EXPORT, take_slot
from tasks.workspace import keep_room, workspace

PARQUET, JSON = "application/vnd.apache.parquet", "application/json"
READ_BYTES = 1 << 20


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
    while office.core.send(AssignPseudonyms(work.day)):
        lease.progress(0)
    with workspace(office.workspaces, 0) as folder:
        files: list[ExportedFile] = []
        for table in Table:
            lease.progress(len(files) / len(Table))
            files.append(_export_table(office, work.day, table, folder))
        manifest = DayManifest(work.day, closes_at(work.day), EXPORT_VERSION, tuple(files))
        written = folder / "manifest"
        written.write_bytes(encoder.encode(manifest))
        _key, sha256 = _store(office.storage, f"{PARTITIONS}{work.day}/manifest", ".json", written, JSON)
    office.core.send(RecordExport(lease.job_id, lease.token, manifest, sha256))


def _export_table(office: Office, day: Day, table: Table, folder: Path) -> ExportedFile:
    lines, packed = folder / f"{table}.csv", folder / f"{table}.parquet"
    _read_lines(office, day, table, lines)
    rows = office.analytics.pack(lines, COLUMNS[table], packed)
    lines.unlink()
    key, sha256 = _store(office.storage, f"{PARTITIONS}{day}/{table}", ".parquet", packed, PARQUET)
    return ExportedFile(table, key, sha256, rows, packed.stat().st_size)


def _read_lines(office: Office, day: Day, table: Table, into: Path) -> None:
    with into.open("wb") as file:
        after: str | None = None
        while True:
            keep_room(into.parent)
            part = office.core.send(ReadDay(day, table, after))
            file.write(part.lines)
            if part.last is None:
                return
            after = part.last


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
