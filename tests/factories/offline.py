"""Music that can really be encrypted, and the worker that does it, for tests of what is kept offline."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from flask import Flask

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.ids import TrackId
from apps.core.contract.jobs import EncryptWork, TranscodeWork
from apps.core.contract.playback import RecordTranscode, Rendition, SegmentEntry
from ports.storage.interface import Storage
from ports.task_queue.held import HeldTaskQueue
from ports.task_queue.interface import TaskQueue
from tasks.encryption import encrypt_rendition
from tasks.leases import do_job
from tasks.office import Office
from tests.factories.catalogue import Catalogue, audio, renditions

TASK = "tasks.encryption.encrypt"


@dataclass
class OfflineMusic:
    """`track` makes one whose renditions lie in storage; `encrypt` does what workers were told to."""

    core: Flask
    values: dict[str, str]
    catalogue: Catalogue
    folder: Path
    padding: Mapping[str, int] = field(default_factory=dict[str, int])
    """Zeros at the end of a rendition, by its name."""

    @property
    def storage(self) -> Storage:
        return self.core.extensions["container"].get(Storage)

    def track(self, content: bytes, title: str = "Blue Garden") -> TrackId:
        """Playable; its renditions are this content, their names, and their padding."""
        (release_id,) = self.catalogue.deliver(self.catalogue.files(title, [f"{title} 1"]))
        (job_id,) = self.catalogue.waiting("transcode")
        claim = self.catalogue.claim(job_id)
        assert isinstance(claim.work, TranscodeWork)
        made = tuple(self._stored(one, content) for one in renditions(claim.work))
        self.catalogue.worker.send(RecordTranscode(claim.job_id, claim.lease, audio(), made))
        return self.catalogue.operator.send(GetRelease(release_id)).tracks[0].id

    def _stored(self, rendition: Rendition, content: bytes) -> Rendition:
        inside = content + rendition.name.encode() + bytes(self.padding.get(rendition.name, 0))
        path = self.folder / "rendition"
        path.write_bytes(inside)
        self.storage.put(rendition.key, path, rendition.content_type)
        segments = (SegmentEntry(0, len(inside), 44_100),) if rendition.segments else ()
        return msgspec.structs.replace(
            rendition, size=len(inside), sha256=hashlib.sha256(inside).hexdigest(), initialisation_length=0, segments=segments
        )

    def encrypt(self) -> int:
        """Do every encryption that is to be done; returns how many."""
        queue = self.core.extensions["container"].get(TaskQueue)
        assert isinstance(queue, HeldTaskQueue)
        tasks = [task for task in queue.held if task.name == TASK]
        for task in tasks:
            queue.held.remove(task)
            do_job(Office(self.values, self.core), str(task.arguments["job_id"]), EncryptWork, encrypt_rendition)
        return len(tasks)
