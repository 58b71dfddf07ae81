"""Making every size of a release's cover."""

from __future__ import annotations

import hashlib

from apps.core.contract.intake import RecordCover
from apps.core.contract.jobs import CoverWork
from ports.storage.interface import ObjectNotFound
from ports.storage.keys import PUBLIC
from ports.transcoder.interface import CoverFile, MediaRefused
from tasks.app import celery
from tasks.leases import Lease, do_job
from tasks.office import Office, office
from tasks.workspace import workspace

ROOM = 16 << 20
"""Bytes for the sizes, beside the picture itself."""


@celery.task
def prepare(job_id: str) -> None:
    do_job(office(), job_id, CoverWork, prepare_cover)


def prepare_cover(office: Office, lease: Lease, work: CoverWork) -> None:
    size = office.storage.size(work.source_key)
    if size is None:
        raise MediaRefused("It is no longer in quarantine: import it again.")
    with workspace(office.workspaces, size + ROOM) as folder:
        source, into = folder / "source", folder / "cover"
        into.mkdir()
        try:
            office.storage.fetch(work.source_key, source)
        except ObjectNotFound:
            raise MediaRefused("It went out of quarantine meanwhile: import it again.") from None
        cover = office.transcoder.cover(source, into, lease.progress)
        # Named by what is in it: what anybody has kept of this address never changes.
        key = f"{PUBLIC}{work.release_id}/{_digest(cover.files)}"
        for file in cover.files:
            lease.progress(1.0)
            office.storage.put(f"{key}/{file.side}.jpg", file.path, file.content_type)
    office.core.send(RecordCover(lease.job_id, lease.token, key, cover.colour))
    # Housekeeping clears sources of which no cover came.
    office.storage.delete(work.source_key)


def _digest(files: tuple[CoverFile, ...]) -> str:
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()[:32]
