"""Sending approved statements to their labels."""

from __future__ import annotations

import hashlib
from pathlib import Path

from apps.core.contract.jobs import DispatchWork
from apps.core.contract.reporting import GetDispatchOrder, RecordDispatch, ReportFile
from ports.storage.interface import ObjectNotFound
from tasks.app import celery
from tasks.leases import Lease, do_job
from tasks.office import Office, office
from tasks.workspace import workspace


class NotAsApproved(OSError):
    """A file is missing in storage, or is not what was approved: nothing of it is sent."""


@celery.task
def dispatch(job_id: str) -> None:
    do_job(office(), job_id, DispatchWork, send_statement)


def send_statement(office: Office, lease: Lease, _work: DispatchWork) -> None:
    """Checked again before the first byte leaves; sent again after a worker's death, it arrives once."""
    order = office.core.send(GetDispatchOrder(lease.job_id, lease.token))
    with workspace(office.workspaces, sum(file.size for file in order.files)) as folder:
        fetched = [(file, _fetch(office, file, folder)) for file in order.files]
        places: list[str] = []
        for file, path in fetched:
            lease.progress(len(places) / len(fetched))
            places.append(office.report_dispatch.send(f"{order.label_id}/{order.number}/{file.name}", path))
    office.core.send(RecordDispatch(lease.job_id, lease.token, tuple(places)))


def _fetch(office: Office, file: ReportFile, folder: Path) -> Path:
    path = folder / file.name
    try:
        office.storage.fetch(file.key, path)
    except ObjectNotFound:
        raise NotAsApproved(f"{file.key} is not in storage: bring it back from a copy.") from None
    with path.open("rb") as stored:
        if hashlib.file_digest(stored, "sha256").hexdigest() != file.sha256:
            raise NotAsApproved(f"{file.key} is not what was approved: bring it back from a copy.")
    return path
