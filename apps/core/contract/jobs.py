"""Jobs: long work under a lease, so that a worker's death delays it and never doubles or loses it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import BACK_OFFICE, STAFF, Command, Done, Event, Permission, Query
from apps.core.contract.charts import ChartRules
from apps.core.contract.days import Day, WeekName
from apps.core.contract.ids import DeliveredReleaseId, DeliveryId, Id, JobId, LeaseToken, RecordingId, ReleaseId
from apps.core.contract.paging import Cursor, Page, PageSize
from apps.core.contract.pictures import PictureId, PictureSubject
from apps.core.contract.reporting import StatementNumber

LEASE_SECONDS = 15
"""How long a claim holds without a renewal."""
HEARTBEAT_SECONDS = 4
"""How often the holder renews: three may be missed."""
MAXIMUM_ATTEMPTS = 3
"""A job whose worker died this often, or made a mistake, is given up with its reason: it would be so with the next one too."""
LONGEST_PATIENCE = timedelta(days=1)
"""How long a job is still tried where its surroundings are at fault (a full disk, a broker that is gone), from the first such fault on."""


class JobStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ReceiveWork(msgspec.Struct, frozen=True, tag="receive"):
    """Take one delivered release's files into quarantine, then write the release."""

    delivery_id: DeliveryId
    delivered_release_id: DeliveredReleaseId


class TranscodeWork(msgspec.Struct, frozen=True, tag="transcode"):
    """Make every rendition of one recording's quarantined source."""

    recording_id: RecordingId
    source_key: str
    content_hash: str


class CoverWork(msgspec.Struct, frozen=True, tag="cover"):
    """Make every size of a release's cover of a quarantined picture, or of the one inside a quarantined file."""

    release_id: ReleaseId
    source_key: str
    content_hash: str


class PictureWork(msgspec.Struct, frozen=True, tag="picture"):
    """Make every size of a cover of an uploaded picture."""

    of: PictureSubject
    subject_id: Id
    picture_id: PictureId
    source_key: str


class EncryptWork(msgspec.Struct, frozen=True, tag="encrypt"):
    """Make the encrypted copy of one rendition, to be kept offline."""

    recording_id: RecordingId
    rendition: str
    source_sha256: str
    """Of the rendition, whose bytes never change under it."""


class ExportWork(msgspec.Struct, frozen=True, tag="export"):
    """Export one closed day of the play log."""

    day: Day


class StatementsWork(msgspec.Struct, frozen=True, tag="statements"):
    """Count a week's usage, and write a statement for each label."""

    week: WeekName


class DispatchWork(msgspec.Struct, frozen=True, tag="dispatch"):
    """Send an approved statement to its label."""

    number: StatementNumber


class PastPosition(msgspec.Struct, frozen=True, array_like=True):
    key: str
    position: int


class ChartWork(msgspec.Struct, frozen=True, tag="chart"):
    """Count one edition of a chart from the exported days."""

    chart: str
    first_day: Day
    last_day: Day
    """The period's first and last day in the chart's zone."""
    midnights: tuple[datetime, ...]
    """When each of its days begins, and when the last one ends."""
    first_export: Day
    last_export: Day
    """The first and the last day of the play log, in UTC, that the period touches."""
    territory: str
    places: int
    rules: ChartRules
    before: tuple[PastPosition, ...]
    """The edition before: of two that were played as often, the one that stood higher in it comes first."""


class TrainWork(msgspec.Struct, frozen=True, tag="train"):
    """Train the radio model on all listening that is exported, up to this day."""

    day: Day


Work = (
    ReceiveWork | TranscodeWork | CoverWork | PictureWork | EncryptWork | ExportWork | ChartWork | TrainWork | StatementsWork | DispatchWork
)


class JobClaim(msgspec.Struct, frozen=True):
    """The right to do a job until `expires_at`, renewed by heartbeat."""

    job_id: JobId
    lease: LeaseToken
    expires_at: datetime
    attempt: int
    work: Work


class NotClaimable(msgspec.Struct, frozen=True, tag="not_claimable"):
    """Nothing to do here: the job is done, given up, or another worker holds it. A task that hears this simply ends."""

    status: JobStatus


class Claimed(msgspec.Struct, frozen=True, tag="claimed"):
    claim: JobClaim


class JobSummary(msgspec.Struct, frozen=True):
    id: JobId
    kind: str
    """The tag of its work: `receive`, `transcode` and so on."""
    status: JobStatus
    attempts: int
    progress: float
    reason: str | None
    """Why it failed, for a person."""
    created_at: datetime
    """When it was asked for, or asked for again after it had failed."""


class JobReady(Event, frozen=True):
    """A job may be claimed: it is new, or its last holder went silent."""

    job_id: JobId
    kind: str


class ClaimJob(Command[Claimed | NotClaimable], frozen=True):
    """Take a waiting job, or one whose lease has lapsed. Raises NotFound for no such job."""

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId


class RenewJob(Command[Done], frozen=True):
    """Keep a claim for another lease. Raises LeaseLost where it is no longer held: stop working."""

    permission: ClassVar[Permission] = BACK_OFFICE
    routine: ClassVar[bool] = True

    job_id: JobId
    lease: LeaseToken
    progress: Annotated[float, Meta(ge=0, le=1)] = 0.0


class FailJob(Command[Done], frozen=True):
    """Give a job up for good, with the reason; what it was for is marked refused. Raises LeaseLost."""

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    reason: Annotated[str, Meta(min_length=1, max_length=500)]


class ReturnJob(Command[Done], frozen=True):
    """Put a job back, to be announced again after a while that grows, or give it up where it was tried enough. Raises LeaseLost."""

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    passing: bool = False
    """True where the surroundings were at fault and not the work: the try does not count, and there may be any number within a day."""


class ReplayJob(Command[JobSummary], frozen=True):
    """Have a job that was given up tried again, with as many attempts as a new one; what it was for is no longer refused.
    One that waits, runs or is done stays as it is. Raises NotFound. Emits JobReady."""

    permission: ClassVar[Permission] = STAFF

    job_id: JobId


class TakeSlot(Command[bool], frozen=True):
    """Claim one scheduled moment of a periodic job: true for exactly one of any number of schedulers."""

    permission: ClassVar[Permission] = BACK_OFFICE

    schedule: Annotated[str, Meta(min_length=1, max_length=64)]
    slot: Annotated[datetime, Meta(tz=True)]


class PruneExpired(Command[bool], frozen=True):
    """Remove some of what has served its time: idempotency replies, invitations, ended playback sessions, offline licences and removed
    devices of which nothing is heard any more, what stations played and had skipped long ago, what Actions cost days ago, old slots
    and failures; playlists that were deleted long ago; and deliveries that were begun and never completed. True where more may be left,
    for another call."""

    permission: ClassVar[Permission] = BACK_OFFICE


class ListJobs(Query[Page[JobSummary]], frozen=True):
    """Jobs, newest first; `status` narrows."""

    permission: ClassVar[Permission] = STAFF

    status: JobStatus | None = None
    cursor: Cursor | None = None
    size: PageSize = 50


class UnpublishedEvent(msgspec.Struct, frozen=True):
    """An event of which nobody was told yet, though somebody is to be."""

    id: Id
    event: str
    reason: str
    """Why not, for a person."""
    created_at: datetime


class ListUnpublishedEvents(Query[Page[UnpublishedEvent]], frozen=True):
    """Events that wait longer than the relay needs, oldest first. They are published by themselves once what is in their way has
    passed: the queue answers, or a release runs that can read them."""

    permission: ClassVar[Permission] = STAFF

    cursor: Cursor | None = None
    size: PageSize = 50
