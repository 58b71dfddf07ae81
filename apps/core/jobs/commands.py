"""Claiming, keeping, returning and giving up jobs; scheduled moments; pruning."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from apps.core.accounts.models import InvitationRow, LogInFailureRow
from apps.core.bus import handles
from apps.core.contract.actions import Actor, Done
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import (
    LEASE_SECONDS,
    LONGEST_PATIENCE,
    MAXIMUM_ATTEMPTS,
    Claimed,
    ClaimJob,
    FailJob,
    JobClaim,
    JobStatus,
    JobSummary,
    NotClaimable,
    PruneExpired,
    RenewJob,
    ReplayJob,
    ReturnJob,
    TakeSlot,
)
from apps.core.contract.radio import FeedbackKind
from apps.core.costs.keeping import KEPT as COSTS_KEPT
from apps.core.costs.keeping import TOLD_AGAIN
from apps.core.costs.models import ActionCostRow, StatementCostRow, StatementTextRow
from apps.core.database import delete_some, insert
from apps.core.intake.filing import drop_abandoned_delivery
from apps.core.jobs.failures import fail, take_back
from apps.core.jobs.holding import held_job, lock_subject
from apps.core.jobs.models import JobRow, SlotRow
from apps.core.jobs.work import try_again, wait_in_trouble, work_decoder
from apps.core.middleware.idempotency import IdempotencyRow
from apps.core.offline.models import DeviceRow, LicenceRow, ProvedStretchRow
from apps.core.outbox import Events, OutboxRow
from apps.core.pictures.models import PictureRow
from apps.core.playback.models import PlaybackSessionRow
from apps.core.playlists.access import KEPT as DELETED_KEPT
from apps.core.playlists.models import PlaylistMemberRow, PlaylistRow, PlaylistTrackRow
from apps.core.radio.models import ANEW, StationBatchRow, StationFeedbackRow, StationPoolRow
from apps.core.sharing.models import PlaylistInvitationRow
from ports.clock.interface import Clock

LEASE = timedelta(seconds=LEASE_SECONDS)
KEPT = timedelta(days=2)
"""How long replies and published events are kept: Stripe and others retry for a day or more."""
SESSIONS_KEPT = timedelta(days=30)
"""A play that a device kept while it was offline is proved by the session it was heard under."""
SLOTS_KEPT = timedelta(days=60)
LICENCES_KEPT = timedelta(days=367)
"""A day longer than a play may take to come that was heard under one."""
BATCHES_KEPT = timedelta(days=7)
"""What a station gave is shown and may be liked for a week; no licence for radio looks back more than a day and a half."""
PRUNED_AT_ONCE = 1_000
"""Rows; while they go, nobody else writes on SQLite."""

log = structlog.get_logger("core.jobs")


@handles(ClaimJob)
def claim_job(action: ClaimJob, session: Session, clock: Clock) -> Claimed | NotClaimable:
    row = session.get(JobRow, action.job_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such job.")
    now = clock.now()
    lapsed = row.status == JobStatus.RUNNING and row.lease_until is not None and row.lease_until <= now
    if row.status != JobStatus.WAITING and not lapsed:
        return NotClaimable(JobStatus(row.status))
    if row.attempts >= MAXIMUM_ATTEMPTS:
        return NotClaimable(JobStatus.RUNNING)  # until the sweeper gives it up
    claim = JobClaim(row.id, new_id(), now + LEASE, row.attempts + 1, work_decoder().decode(row.work))
    row.status, row.attempts, row.progress = JobStatus.RUNNING, claim.attempt, 0.0
    row.lease, row.lease_until = claim.lease, claim.expires_at
    return Claimed(claim)


@handles(RenewJob)
def renew_job(action: RenewJob, session: Session, clock: Clock) -> Done:
    row = held_job(session, action.job_id, action.lease)
    row.lease_until, row.progress = clock.now() + LEASE, action.progress
    return Done()


@handles(FailJob)
def fail_job(action: FailJob, session: Session, clock: Clock) -> Done:
    lock_subject(session, action.job_id)
    fail(session, held_job(session, action.job_id, action.lease), action.reason, clock.now())
    return Done()


@handles(ReturnJob)
def return_job(action: ReturnJob, session: Session, clock: Clock) -> Done:
    lock_subject(session, action.job_id)
    row, now = held_job(session, action.job_id, action.lease), clock.now()
    since = row.troubled_since = row.troubled_since or now
    if action.passing:
        row.attempts -= 1
    if row.attempts >= MAXIMUM_ATTEMPTS or now - since >= LONGEST_PATIENCE:
        fail(session, row, action.reason, now)
    else:
        row.reason = action.reason
        wait_in_trouble(row, now, since)
    return Done()


@handles(ReplayJob)
def replay_job(action: ReplayJob, actor: Actor, session: Session, events: Events, clock: Clock) -> JobSummary:
    lock_subject(session, action.job_id)
    row = session.get(JobRow, action.job_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("There is no such job.", "Look it up in the list of jobs.")
    if row.status == JobStatus.FAILED:
        log.info("a job is tried again", job=row.id, kind=row.kind, reason=row.reason, by=actor.account_id or actor.service)
        take_back(session, row)
        try_again(row, events, clock.now())
    return JobSummary(row.id, row.kind, JobStatus(row.status), row.attempts, row.progress, row.reason, row.created_at)


@handles(TakeSlot)
def take_slot(action: TakeSlot, session: Session, clock: Clock) -> bool:
    row = insert(session, SlotRow).values(schedule=action.schedule, slot=action.slot, taken_at=clock.now())
    return session.execute(row.on_conflict_do_nothing().returning(SlotRow.schedule)).first() is not None


@handles(PruneExpired)
def prune_expired(session: Session, clock: Clock) -> bool:
    now = clock.now()
    in_use = exists().where(LicenceRow.device_id == DeviceRow.id) | exists().where(ProvedStretchRow.device_id == DeviceRow.id)
    gone = select(PlaylistRow.id).where(PlaylistRow.deleted_at < now - DELETED_KEPT)
    expired = (
        (PlaylistTrackRow, PlaylistTrackRow.playlist_id.in_(gone)),
        (PlaylistInvitationRow, PlaylistInvitationRow.playlist_id.in_(gone) | (PlaylistInvitationRow.expires_at < now)),
        (PlaylistMemberRow, PlaylistMemberRow.playlist_id.in_(gone)),
        (PictureRow, PictureRow.subject_id.in_(gone)),
        (PlaylistRow, PlaylistRow.id.in_(gone)),
        (IdempotencyRow, IdempotencyRow.created_at < now - KEPT),
        (OutboxRow, OutboxRow.published_at < now - KEPT),
        (InvitationRow, InvitationRow.expires_at < now),
        (LogInFailureRow, LogInFailureRow.window < now - KEPT),
        (PlaybackSessionRow, PlaybackSessionRow.expires_at < now - SESSIONS_KEPT),
        (LicenceRow, LicenceRow.expires_at < now - LICENCES_KEPT),
        (ProvedStretchRow, ProvedStretchRow.ended_at < now - LICENCES_KEPT),
        (DeviceRow, (DeviceRow.removed_at < now - LICENCES_KEPT) & ~in_use),
        (StationBatchRow, StationBatchRow.given_at < now - BATCHES_KEPT),
        (StationFeedbackRow, StationFeedbackRow.kind.in_((FeedbackKind.SKIP, ANEW)) & (StationFeedbackRow.given_at < now - BATCHES_KEPT)),
        (StationPoolRow, StationPoolRow.until < now - KEPT),
        (SlotRow, SlotRow.slot < now - SLOTS_KEPT),
        (ActionCostRow, ActionCostRow.minute < now - COSTS_KEPT),
        (StatementCostRow, StatementCostRow.minute < now - COSTS_KEPT),
        (StatementTextRow, StatementTextRow.seen_at < now - COSTS_KEPT - TOLD_AGAIN),
    )
    if any(delete_some(session, table, which, PRUNED_AT_ONCE) for table, which in expired):
        return True
    return drop_abandoned_delivery(session, now - KEPT, PRUNED_AT_ONCE)
