"""Radio models for tests: written by hand, stored and recorded as a worker does."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from apps.core.client.interface import Sender
from apps.core.contract.ids import id_to_bytes
from apps.core.contract.jobs import TrainWork
from apps.core.contract.radio import AskForTraining, RecordRadioModel, Superseded
from apps.core.radio.keeping import RadioModels
from ports.storage.interface import Storage
from tests.factories.catalogue import Catalogue


def model_bytes(near: Mapping[str, Sequence[tuple[str, float]]], shares: Mapping[str, float] | None = None) -> bytes:
    """A model of these recordings: what is near to each, the nearest first, and what part each has in all listening."""
    known = sorted({*near, *(other for some in near.values() for other, _ in some), *(shares or {})}, key=id_to_bytes)
    place = {recording_id: number for number, recording_id in enumerate(known)}
    rows = [near.get(recording_id, ()) for recording_id in known]
    starts = [sum(map(len, rows[:number])) for number in range(len(rows) + 1)]
    flat = [pair for row in rows for pair in row]
    return b"".join(
        (
            struct.pack("<4sHHIIQ", b"CLRM", 1, 0, len(known), len(flat), 0),
            *(id_to_bytes(recording_id) for recording_id in known),
            struct.pack(f"<{len(starts)}I", *starts),
            struct.pack(f"<{len(known)}f", *((shares or {}).get(recording_id, 0.0) for recording_id in known)),
            struct.pack(f"<{len(known)}f", *(1.0 for _ in known)),
            struct.pack(f"<{len(flat)}I", *(place[other] for other, _ in flat)),
            struct.pack(f"<{len(flat)}f", *(nearness for _, nearness in flat)),
        )
    )


def key_of(data: bytes) -> str:
    return f"radio/{hashlib.sha256(data).hexdigest()}.model"


@dataclass
class Training:
    """Records models in a Core that has exported days."""

    core: Flask
    catalogue: Catalogue
    worker: Sender
    folder: Path

    @property
    def models(self) -> RadioModels:
        return self.core.extensions["container"].get(RadioModels)

    def record(self, data: bytes, *, stored: bytes | None = None) -> Superseded:
        """Take this as the newest model; `stored` is what lies in storage instead, where that is something else."""
        sha256, key = hashlib.sha256(data).hexdigest(), key_of(data)
        self.store(key, data if stored is None else stored)
        self.worker.send(AskForTraining())
        (job_id,) = self.catalogue.waiting("train")
        claim = self.catalogue.claim(job_id)
        assert isinstance(claim.work, TrainWork)
        done = self.worker.send(RecordRadioModel(claim.job_id, claim.lease, key, sha256, len(data), 1, claim.work.day, claim.work.day))
        self.models.look_again()
        return done

    def store(self, key: str, data: bytes) -> None:
        path = self.folder / "model"
        path.write_bytes(data)
        self.core.extensions["container"].get(Storage).put(key, path, "application/octet-stream")
