"""Releases for tests, made as an import makes them: delivered, received, transcoded, each by its Action."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count

import msgspec

from apps.core.client.interface import Sender
from apps.core.contract.ids import JobId, ReleaseId
from apps.core.contract.intake import (
    PICTURE,
    QUARANTINE,
    CompleteDelivery,
    DraftFile,
    DraftPicture,
    FoundFile,
    GetReleaseDraft,
    OpenDelivery,
    ReceivedFile,
    ReceivedPicture,
    RecordCover,
    RecordFiles,
    Tags,
    WriteRelease,
)
from apps.core.contract.jobs import Claimed, ClaimJob, CoverWork, JobClaim, JobStatus, ListJobs, ReceiveWork, TranscodeWork
from apps.core.contract.playback import PREVIEW, Audio, RecordTranscode, Rendition, SegmentEntry

SOURCE = "/music"
SEGMENT_BYTES, SEGMENTS, INITIALISATION = 40_000, 10, 700


@dataclass
class Catalogue:
    """`deliver` brings files as far as they are written; `release` makes them playable too."""

    operator: Sender
    worker: Sender
    numbers: count[int] = field(default_factory=count)

    def release(self, title: str = "Blue Garden", tracks: int = 3, artist: str = "The Lanterns", **tags: object) -> ReleaseId:
        """A playable release; `tags` go to each of its files."""
        names = [f"{title} {number}" for number in range(1, tracks + 1)]
        (release_id,) = self.deliver(self.files(title, names, artist, **tags))
        self.transcode_all()
        return release_id

    def files(self, album: str, titles: Sequence[str], artist: str = "The Lanterns", **tags: object) -> list[FoundFile]:
        return [
            self.file(
                f"{artist}/{album}/{number:02d} {title}.flac",
                title=title,
                artist=artist,
                album=album,
                album_artist=artist,
                track=number,
                **tags,
            )
            for number, title in enumerate(titles, start=1)
        ]

    def file(self, path: str, **tags: object) -> FoundFile:
        return FoundFile(path, size=1000, modified_ns=next(self.numbers), tags=Tags(**{"duration_ms": 60_000, **tags}))

    def deliver(
        self, files: Iterable[FoundFile], source: str = SOURCE, content: str = "", *, subscribers_only: bool | None = None
    ) -> list[ReleaseId]:
        """Deliver these files and write their releases; `content` sets what is in them apart from other deliveries of the same paths."""
        delivery_id = self.operator.send(OpenDelivery(source, subscribers_only))
        self.operator.send(RecordFiles(delivery_id, tuple(files)))
        self.operator.send(CompleteDelivery(delivery_id))
        written = [self.receive(job_id, content) for job_id in self.waiting("receive")]
        return [release_id for release_id in written if release_id is not None]

    def receive(self, job_id: JobId, content: str = "") -> ReleaseId | None:
        claim = self.claim(job_id)
        assert isinstance(claim.work, ReceiveWork)
        draft = self.worker.send(GetReleaseDraft(claim.work.delivered_release_id))
        received = tuple(self.received(file, content, draft.delivery_id) for file in draft.files)
        picture = draft.picture and self.received_picture(draft.picture, content)
        return self.worker.send(WriteRelease(claim.job_id, claim.lease, claim.work.delivered_release_id, received, picture))

    @staticmethod
    def received(file: DraftFile, content: str = "", delivery_id: str = "somewhere") -> ReceivedFile:
        content_hash = hashlib.sha256(f"{content}{file.path}".encode()).hexdigest()
        return ReceivedFile(file.id, content_hash, f"{QUARANTINE}{delivery_id}/{content_hash}")

    @staticmethod
    def received_picture(picture: DraftPicture, content: str = "") -> ReceivedPicture:
        content_hash = hashlib.sha256(f"{content}{picture.path}{picture.size}".encode()).hexdigest()
        return ReceivedPicture(picture.path, content_hash, f"{QUARANTINE}somewhere/{PICTURE}{content_hash}")

    def cover_all(self, colour: str = "#336699") -> None:
        """Make every cover that waits."""
        for job_id in self.waiting("cover"):
            claim = self.claim(job_id)
            assert isinstance(claim.work, CoverWork)
            key = f"covers/{claim.work.release_id}/{claim.work.content_hash[:32]}"
            self.worker.send(RecordCover(claim.job_id, claim.lease, key, colour))

    def transcode_all(self) -> None:
        for job_id in self.waiting("transcode"):
            self.transcode(job_id)

    def transcode(self, job_id: JobId) -> None:
        claim = self.claim(job_id)
        assert isinstance(claim.work, TranscodeWork)
        self.worker.send(RecordTranscode(claim.job_id, claim.lease, audio(), renditions(claim.work)))

    def claim(self, job_id: JobId) -> JobClaim:
        claimed = self.worker.send(ClaimJob(job_id))
        assert isinstance(claimed, Claimed)
        return claimed.claim

    def waiting(self, kind: str) -> list[JobId]:
        """Jobs to be done, oldest first."""
        jobs: list[JobId] = []
        cursor = None
        while True:
            page = self.operator.send(ListJobs(status=JobStatus.WAITING, cursor=cursor, size=100))
            jobs += [job.id for job in page.items if job.kind == kind]
            if (cursor := page.next) is None:
                return jobs[::-1]


def audio(duration_ms: int = 60_000) -> Audio:
    return Audio(duration_ms, 44_100, 2, 1024, 512, -14.2, -1.1, bytes(range(256)))


def renditions(work: TranscodeWork) -> tuple[Rendition, ...]:
    """A whole ladder whose segments tile their files."""
    folder = f"audio/{work.recording_id}/{work.content_hash}"
    segments = tuple(SegmentEntry(INITIALISATION + SEGMENT_BYTES * at, SEGMENT_BYTES, 44_100 * 6) for at in range(SEGMENTS))
    size = INITIALISATION + SEGMENT_BYTES * SEGMENTS
    ladder = [
        Rendition(
            f"aac-{rate}", f"{folder}/aac-{rate}.mp4", "audio/mp4", "mp4a.40.2", rate * 1000, rate * 1100, size, "0" * 64, 44_100,
            INITIALISATION, segments,
        )
        for rate in (64, 128, 256)
    ]  # fmt: skip
    preview = msgspec.structs.replace(
        ladder[1], name=PREVIEW, key=f"{folder}/preview.mp4", size=INITIALISATION + SEGMENT_BYTES * 5, segments=segments[:5]
    )
    return (
        *ladder,
        preview,
        Rendition("flac", f"{folder}/flac.flac", "audio/flac", "fLaC", 900_000, 900_000, size, "0" * 64, 44_100, 0, ()),
    )
