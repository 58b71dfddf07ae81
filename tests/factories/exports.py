"""Exported days for tests: claimed, counted and recorded, with files that nobody reads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from apps.core.client.interface import Sender
from apps.core.contract.codec import encoder
from apps.core.contract.days import Day, closes_at
from apps.core.contract.exports import (
    EXPORT_VERSION,
    AskForExports,
    DayManifest,
    ExportedFile,
    ReadDay,
    RecordExport,
    Table,
)
from apps.core.contract.jobs import ExportWork
from tests.factories.catalogue import Catalogue

SHA256 = "0" * 64


@dataclass
class Exports:
    catalogue: Catalogue
    worker: Sender

    def export_all(self) -> list[Day]:
        """Every day that has closed; returns them in order."""
        self.worker.send(AskForExports())
        return sorted(self.export(job_id) for job_id in self.catalogue.waiting("export"))

    def export(self, job_id: str) -> Day:
        claim = self.catalogue.claim(job_id)
        assert isinstance(claim.work, ExportWork)
        made = self.manifest(claim.work.day)
        self.worker.send(RecordExport(claim.job_id, claim.lease, made, hashlib.sha256(encoder.encode(made)).hexdigest()))
        return made.day

    def manifest(self, day: Day) -> DayManifest:
        rows = {table: self.worker.send(ReadDay(day, late=table == Table.LATE)).rows for table in (Table.PLAYS, Table.LATE)}
        files = tuple(ExportedFile(table, f"play-log/{day}/{table}", SHA256, rows.get(table, 0), 0) for table in Table)
        return DayManifest(day, closes_at(day), EXPORT_VERSION, files)
