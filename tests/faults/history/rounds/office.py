"""What the back office does beside its workers: a hand takes moments and jobs as they do, gives some up and sleeps over others."""

from __future__ import annotations

import random
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta

import msgspec

from apps.core.contract.billing import ClaimUnsettled
from apps.core.contract.charts import AskForEditions
from apps.core.contract.errors import LeaseLost
from apps.core.contract.exports import AskForExports, DropExportedPlays
from apps.core.contract.genres import FileUnfiledReleases
from apps.core.contract.ids import id_from_bytes
from apps.core.contract.jobs import (
    Claimed,
    ClaimJob,
    FailJob,
    JobClaim,
    JobStatus,
    ListJobs,
    PruneExpired,
    RenewJob,
    ReplayJob,
    ReturnJob,
    TakeSlot,
)
from apps.core.contract.offline import WrapKeysAnew
from apps.core.contract.playback import PREVIEW, PREVIEW_SOURCE, RecordPreview, Rendition
from apps.core.contract.radio import AskForTraining
from apps.core.contract.reporting import AskForStatements
from tests.faults.history.rounds.intake import take_in
from tests.faults.history.town import Town

SOURCES = f"""
SELECT source.recording_id, source.content_hash, source.facts, preview.facts FROM rendition AS source
JOIN rendition AS preview USING (recording_id, content_hash)
WHERE source.name = '{PREVIEW_SOURCE}' AND preview.name = '{PREVIEW}' LIMIT 1
"""


def keep_house(town: Town, _chance: random.Random) -> None:
    for command in (PruneExpired(), WrapKeysAnew(), DropExportedPlays(), FileUnfiledReleases(), ClaimUnsettled()):
        town.office.again(command)
    for command in (AskForExports(), AskForEditions(), AskForTraining(), AskForStatements()):
        town.office.again(command)


def take_slots(town: Town, _chance: random.Random) -> None:
    """Two schedulers announce the same moment."""
    slot = town.house.clock.now().replace(microsecond=0)
    schedule = town.new_name("moment")
    for moment in (slot, slot, slot + timedelta(minutes=1)):
        town.office.do(TakeSlot(schedule, moment))


def cut_preview(town: Town, _chance: random.Random) -> None:
    """Record a preview again that is there."""
    for recording, content_hash, source, preview in town.house.sql(SOURCES):
        whole, cut = (msgspec.json.decode(facts, type=Rendition) for facts in (source, preview))  # pyright: ignore[reportArgumentType]
        town.office.again(RecordPreview(id_from_bytes(recording), str(content_hash), whole.sha256, cut))  # pyright: ignore[reportArgumentType]


def claim_one(town: Town, kinds: Collection[str]) -> JobClaim | None:
    """One of the waiting jobs of these kinds, where the workers leave one."""
    for job in town.operator.ask(ListJobs(JobStatus.WAITING, size=100)).items:
        if job.kind in kinds:
            answer = town.office.do(ClaimJob(job.id))
            if isinstance(answer, Claimed):
                return answer.claim
    return None


def claim_surely(town: Town, chance: random.Random, kinds: Collection[str] = ("receive", "transcode")) -> JobClaim:
    """One of the jobs of intake: there are made so many that the workers cannot have them all at once."""
    while True:
        for _ in range(3):
            take_in(town, chance)
        if claim := claim_one(town, kinds):
            return claim


def lend_a_hand(town: Town, chance: random.Random) -> None:
    """Claim a job, renew it, and put it back; give another up."""
    for end in (ReturnJob, FailJob):
        claim = claim_surely(town, chance)
        with suppress(LeaseLost):
            town.office.again(RenewJob(claim.job_id, claim.lease, 0.5))
            if end is ReturnJob:
                town.office.again(ReturnJob(claim.job_id, claim.lease, "Not now.", passing=True))
            else:
                town.office.again(FailJob(claim.job_id, claim.lease, "It was given up by hand."))


def replay(town: Town, _chance: random.Random) -> None:
    """Have what was given up tried again, with two clicks."""
    for job in town.operator.ask(ListJobs(JobStatus.FAILED, size=100)).items:
        for _ in range(2):
            town.staff[0].again(ReplayJob(job.id))


def wake_up(town: Town, claim: JobClaim) -> None:
    """Want to give up what another has done meanwhile."""
    with suppress(LeaseLost):
        town.office.again(FailJob(claim.job_id, claim.lease, "I have slept over it."))
