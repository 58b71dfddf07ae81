"""Taking a delivered release's files into quarantine, and the release into the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from apps.core.contract.intake import (
    MAXIMUM_PICTURE_BYTES,
    PICTURE,
    QUARANTINE,
    DraftFile,
    DraftPicture,
    GetReleaseDraft,
    ReceivedFile,
    ReceivedPicture,
    WriteRelease,
)
from apps.core.contract.jobs import ReceiveWork
from ports.storage.interface import Storage
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
    largest = max((one.size for one in (*draft.files, draft.picture) if one), default=0)
    with workspace(office.workspaces, largest) as folder:
        total = sum(one.size for one in (*draft.files, draft.picture) if one) or 1
        place = f"{QUARANTINE}{work.delivery_id}/{work.delivered_release_id}"
        receiver = Receiver(office.storage, lease, Path(draft.root), place, folder / "copy", total)
        files = tuple(map(receiver.receive_file, draft.files))
        picture = draft.picture and receiver.receive_picture(draft.picture)
    office.core.send(WriteRelease(lease.job_id, lease.token, work.delivered_release_id, files, picture))


@dataclass
class Receiver:
    """Takes one file after the other into quarantine, telling how far it has come."""

    storage: Storage
    lease: Lease
    root: Path
    place: str
    """Where in quarantine. By release as well: a content is one recording in one release, so one transcode alone needs this copy of it."""
    copy: Path
    total: int
    """Bytes there are to copy."""
    done: int = 0

    def receive_file(self, file: DraftFile) -> ReceivedFile:
        try:
            content_hash, key = self._receive(file, "")
        except FileRefused as error:
            return ReceivedFile(file.id, refusal=str(error))
        return ReceivedFile(file.id, content_hash, key)

    def receive_picture(self, picture: DraftPicture) -> ReceivedPicture:
        try:
            if picture.file_id is None and picture.size > MAXIMUM_PICTURE_BYTES:
                raise FileRefused(f"It is larger than {MAXIMUM_PICTURE_BYTES >> 20} MiB: make it smaller.")
            # A copy of its own where it is inside a file: the transcode removes that one.
            content_hash, key = self._receive(picture, PICTURE)
        except FileRefused as error:
            return ReceivedPicture(picture.path, refusal=str(error))
        return ReceivedPicture(picture.path, content_hash, key)

    def _receive(self, file: DraftFile | DraftPicture, prefix: str) -> tuple[str, str]:
        content_hash = copy_below(self.root, file, self.copy, self._copied)
        key = f"{self.place}/{prefix}{content_hash}"
        if self.storage.size(key) != file.size:
            self.storage.put(key, self.copy, UNTRUSTED)
        return content_hash, key

    def _copied(self, length: int) -> None:
        self.done += length
        self.lease.progress(self.done / self.total)
