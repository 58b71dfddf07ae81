"""Taking a delivered release's files into quarantine, and the release into the catalogue."""

from __future__ import annotations

from pathlib import Path

from apps.core.contract.intake import QUARANTINE, DraftFile, GetReleaseDraft, ReceivedFile, WriteRelease
from apps.core.contract.jobs import ReceiveWork
from tasks.app import celery
from tasks.delivered import FileRefused, copy_below
from tasks.leases import Lease, do_job
from tasks.office import Office, office
from tasks.workspace import workspace

UNTRUSTED = "application/octet-stream"
"""Whatever a file claims to be, nobody is served it from quarantine."""


@celery.task
def receive(job_id: str) -> None:
    do_job(office(), job_id, ReceiveWork, receive_release)


def receive_release(office: Office, lease: Lease, work: ReceiveWork) -> None:
    draft = office.core.send(GetReleaseDraft(work.delivered_release_id))
    total, done = sum(file.size for file in draft.files) or 1, 0

    def copied(length: int) -> None:
        nonlocal done
        done += length
        lease.progress(done / total)

    with workspace(office.workspaces, max((file.size for file in draft.files), default=0)) as folder:

        def receive_file(file: DraftFile) -> ReceivedFile:
            copy = folder / "copy"
            try:
                content_hash = copy_below(Path(draft.root), file, copy, copied)
            except FileRefused as error:
                return ReceivedFile(file.id, refusal=str(error))
            # By release as well: a content is one recording in one release, so one transcode alone needs this copy of it.
            key = f"{QUARANTINE}{work.delivery_id}/{work.delivered_release_id}/{content_hash}"
            if office.storage.size(key) != file.size:
                office.storage.put(key, copy, UNTRUSTED)
            return ReceivedFile(file.id, content_hash, key)

        received = tuple(map(receive_file, draft.files))
    office.core.send(WriteRelease(lease.job_id, lease.token, work.delivered_release_id, received))
