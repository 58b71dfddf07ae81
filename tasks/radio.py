"""The nightly training of the radio model, on the exported play log."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from apps.core.contract.days import Day
from apps.core.contract.exports import ListExportedDays, Table
from apps.core.contract.jobs import TrainWork
from apps.core.contract.radio import AskForTraining, RecordRadioModel
from apps.core.contract.radio_model import HEADER
from tasks.app import celery
from tasks.exported import exported
from tasks.leases import Lease, do_job
from tasks.office import Office, office
from tasks.radio_training import train as train_model
from tasks.schedule import TRAIN, take_slot
from tasks.workspace import workspace

DAYS = 90
"""Of listening, at most: what is older hardly counts."""
MODELS = "radio/"
"""Under which keys the models are stored."""
OPAQUE = "application/octet-stream"

STRETCHES = """
WITH heard AS (
    SELECT listener, recording_id, started_at, play_id FROM plays WHERE NOT preview AND played_ms >= $least
    UNION ALL
    SELECT listener, recording_id, started_at, play_id FROM late WHERE NOT preview AND played_ms >= $least
),
marked AS (
    SELECT *, CASE WHEN EPOCH(started_at) - EPOCH(LAG(started_at) OVER one) <= $pause THEN 0 ELSE 1 END AS begins
    FROM heard WINDOW one AS (PARTITION BY listener ORDER BY started_at, play_id)
),
stretched AS (
    SELECT *, SUM(begins) OVER (PARTITION BY listener ORDER BY started_at, play_id ROWS UNBOUNDED PRECEDING) AS stretch FROM marked
)
SELECT CONCAT(CAST(listener AS VARCHAR), '/', CAST(stretch AS VARCHAR)) AS list, recording_id AS id, started_at AS played_at,
    ROW_NUMBER() OVER (PARTITION BY listener, stretch ORDER BY started_at, play_id) AS place
FROM stretched
"""
"""What each listener heard without a long pause: a list of its own. What was given up at once says nothing of liking."""
LEAST_MS = 30_000
PAUSE_SECONDS = 30 * 60


@celery.task
def ask() -> None:
    if take_slot(office(), TRAIN):
        office().core.send(AskForTraining())


@celery.task
def train(job_id: str) -> None:
    do_job(office(), job_id, TrainWork, train_up_to)


def train_up_to(office: Office, lease: Lease, work: TrainWork) -> None:
    first = _first_day(office, work.day)
    with workspace(office.workspaces, 0) as folder, exported(office, first, work.day, (Table.PLAYS, Table.LATE)) as plays:
        entries = folder / "entries.parquet"
        office.analytics.write(STRETCHES, plays, entries, {"least": LEAST_MS, "pause": PAUSE_SECONDS})
        lease.progress(0.2)
        model = train_model(office.analytics, [entries], folder)
        lease.progress(0.9)
        sha256 = _sha256(model)
        key = f"{MODELS}{work.day}-{sha256[:32]}.model"
        office.storage.put(key, model, OPAQUE)
        size, recordings = model.stat().st_size, _recordings(model)
    done = RecordRadioModel(lease.job_id, lease.token, key, sha256, size, recordings, first, work.day)
    for old in office.core.send(done).keys:
        office.storage.delete(old)


def _first_day(office: Office, last: Day) -> Day:
    """The first of the days before it without a gap."""
    earliest = (date.fromisoformat(last) - timedelta(days=DAYS - 1)).isoformat()
    known: Sequence[Day] = [one.manifest.day for one in office.core.send(ListExportedDays(earliest, last))][::-1]
    for later, earlier in pairwise(known):
        if date.fromisoformat(later) - date.fromisoformat(earlier) > timedelta(days=1):
            return later
    return known[-1] if known else last


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _recordings(model: Path) -> int:
    with model.open("rb") as file:
        return HEADER.unpack(file.read(HEADER.size))[3]
