"""Making every size of a cover: of what came with a release, and of what somebody uploaded."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import contextmanager

from apps.core.contract.intake import RecordCover
from apps.core.contract.jobs import CoverWork, PictureWork
from apps.core.contract.pictures import RecordPicture, own_cover
from ports.storage.interface import ObjectNotFound
from ports.storage.keys import PUBLIC
from ports.transcoder.interface import Cover, CoverFile, MediaRefused
from tasks.app import celery
from tasks.leases import Lease, do_job
from tasks.office import Office, office
from tasks.workspace import workspace

ROOM = 16 << 20
"""Bytes for the sizes, beside the picture itself."""


@celery.task
def prepare(job_id: str) -> None:
    do_job(office(), job_id, CoverWork, prepare_cover)


@celery.task
def prepare_uploaded(job_id: str) -> None:
    do_job(office(), job_id, PictureWork, prepare_picture)


def prepare_cover(office: Office, lease: Lease, work: CoverWork) -> None:
    with _made(office, lease, work.source_key, "in quarantine", "import it again") as cover:
        # Named by what is in it: what anybody has kept of this address never changes.
        key = f"{PUBLIC}{work.release_id}/{_digest(cover.files)}"
        _store(office, lease, cover, key)
    office.core.send(RecordCover(lease.job_id, lease.token, key, cover.colour))
    # Housekeeping clears sources of which no cover came.
    office.storage.delete(work.source_key)


def prepare_picture(office: Office, lease: Lease, work: PictureWork) -> None:
    with _made(office, lease, work.source_key, "stored", "upload it again") as cover:
        key = own_cover(work.picture_id)
        _store(office, lease, cover, key)
    office.core.send(RecordPicture(lease.job_id, lease.token, key, cover.colour))
    office.storage.delete(work.source_key)


@contextmanager
def _made(office: Office, lease: Lease, source_key: str, lay: str, again: str) -> Generator[Cover]:
    """The cover as files, which are there within the block."""
    size = office.storage.size(source_key)
    if size is None:
        raise MediaRefused(f"It is no longer {lay}: {again}.")
    with workspace(office.workspaces, size + ROOM) as folder:
        source, into = folder / "source", folder / "cover"
        into.mkdir()
        try:
            office.storage.fetch(source_key, source)
        except ObjectNotFound:
            raise MediaRefused(f"It went away meanwhile: {again}.") from None
        yield office.transcoder.cover(source, into, lease.progress)


def _store(office: Office, lease: Lease, cover: Cover, key: str) -> None:
    for file in cover.files:
        lease.progress(1.0)
        office.storage.put(f"{key}/{file.side}.jpg", file.path, file.content_type)


def _digest(files: tuple[CoverFile, ...]) -> str:
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()[:32]
