"""Deliveries, jobs, leases and moments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from apps.core.contract.charts import RecordEdition
from apps.core.contract.exports import DropExportedPlays, RecordExport
from apps.core.contract.genres import FileUnfiledReleases
from apps.core.contract.intake import CompleteDelivery, HideRemovedFiles, OpenDelivery, RecordFiles, SetFolderAudience, WriteRelease
from apps.core.contract.jobs import (
    MAXIMUM_ATTEMPTS,
    Claimed,
    ClaimJob,
    FailJob,
    JobClaim,
    PruneExpired,
    RenewJob,
    ReplayJob,
    ReturnJob,
    TakeSlot,
)
from apps.core.contract.offline import RecordEncryption
from apps.core.contract.pictures import RecordPicture
from apps.core.contract.playback import RecordTranscode
from apps.core.contract.radio import RecordRadioModel
from apps.core.contract.reporting import (
    RecordDispatch,
    RecordStatementFiles,
)
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong, added, made, pairs, passing, repeated, set_to
from tests.faults.history.record import Outcome

GONE = "SELECT source, path FROM delivered_file JOIN delivery ON delivery.id = delivery_id WHERE removed_at IS NOT NULL"
ENDS = (
    WriteRelease,
    RecordTranscode,
    RecordPicture,
    RecordEncryption,
    RecordExport,
    RecordEdition,
    RecordRadioModel,
    RecordStatementFiles,
    RecordDispatch,
)
"""What ends a job well."""


def endings(scene: Scene) -> Iterator[Finding]:
    """A job ends once, and once more for each time that it was given up and replayed; then it is over as its last holder said."""
    jobs = dict(scene.rows("SELECT id, status FROM job"))
    replays = replayed(scene)
    ended = defaultdict[str, list[str]](list)
    for one in scene.of((*ENDS, FailJob)):
        if one.done:
            ended[one.action.job_id].append(one.asked.name)
    for job, names in ended.items():
        if len(names) > 1 + replays[job]:
            yield Finding(
                Wrong.TWICE, FailJob.__name__ if FailJob.__name__ in names else names[-1], f"{job} ended by {' and '.join(names)}"
            )
        if not replays[job] and jobs.get(job) != ("failed" if names[-1] == FailJob.__name__ else "done"):
            yield Finding(Wrong.LOST, names[-1], f"{job} is {jobs.get(job)}")
    for one in scene.of((ReplayJob,)):
        if one.done and one.action.job_id not in jobs:
            yield Finding(Wrong.LOST, ReplayJob.__name__, f"{one.action.job_id} is not there")
    left = [job for job, status in jobs.items() if status != "done"]
    yield from (Finding(Wrong.LOST, ReplayJob.__name__, f"{job} is {jobs[job]}, and all that was given up was replayed") for job in left)


def claims(scene: Scene) -> Iterator[Finding]:
    """Nobody is told of a job that is not there, and no attempt at one is given to two."""
    jobs = {row[0] for row in scene.rows("SELECT id FROM job")}
    for one in scene.of((ClaimJob,)):
        if one.outcome is Outcome.REFUSED:
            yield Finding(Wrong.HALF, ClaimJob.__name__, f"{one.action.job_id} was announced and does not exist")
    given = [one.result.claim for one in scene.of((ClaimJob,)) if isinstance(one.result, Claimed)]
    for job in {claim.job_id for claim in given} - jobs:
        yield Finding(Wrong.LOST, ClaimJob.__name__, f"{job} was claimed and does not exist")
    leases = defaultdict[tuple[str, int], set[str]](set)
    for claim in given:
        leases[claim.job_id, claim.attempt].add(claim.lease)
    anew = counted_anew(scene, given)
    for (job, attempt), held in leases.items():
        if len(held) > 1 + anew[job]:
            yield Finding(Wrong.TWICE, ClaimJob.__name__, f"attempt {attempt} at {job} was given to {len(held)}")
    doubled = repeated(scene, "SELECT kind, subject FROM job")
    yield from (Finding(Wrong.TWICE, ClaimJob.__name__, f"two jobs for {row}") for row in doubled)


def counted_anew(scene: Scene, given: Sequence[JobClaim]) -> Counter[str]:
    """By job: how often an attempt may rightly have been given once more, as it was put back, or all were used up and it was replayed."""
    returned = [one.action for one in scene.of((ReturnJob,)) if one.possible and one.action.passing]
    used_up = [claim for claim in given if claim.attempt == MAXIMUM_ATTEMPTS]
    return replayed(scene) + Counter(one.job_id for one in (*returned, *used_up))


def replayed(scene: Scene) -> Counter[str]:
    """By job: how often it was tried again, at most. Of two clicks the second changes nothing, and hears of the same new beginning."""
    replays = [one for one in scene.of((ReplayJob,)) if one.possible]
    return Counter(job for job, _ in {(one.action.job_id, one.result.created_at if one.result else one.asked.id) for one in replays})


def moments(scene: Scene) -> Iterator[Finding]:
    """Of all who wanted a scheduled moment one was given it, and it stays taken."""
    takers = Counter[tuple[str, datetime]]()
    for one in scene.of((TakeSlot,)):
        if one.done:
            takers[one.action.schedule, one.action.slot] += one.result
    taken = Counter(scene.rows("SELECT schedule, slot FROM slot"))
    for moment, number in takers.items():
        if number > 1 or taken[moment] > 1:
            yield Finding(Wrong.TWICE, TakeSlot.__name__, f"{moment}: given to {number}, written down {taken[moment]} times")
        if not taken[moment]:
            yield Finding(Wrong.LOST, TakeSlot.__name__, str(moment))


def deliveries(scene: Scene) -> Iterator[Finding]:
    """A complete delivery is taken in: every release of it is written, or says of its files why not."""
    status = {row[0]: row[1] for row in scene.rows("SELECT id, status FROM delivery")}
    for one in scene.of((CompleteDelivery,)):
        if one.done and status.get(one.action.delivery_id) != "finished":
            yield Finding(Wrong.LOST, CompleteDelivery.__name__, f"{one.action.delivery_id} is {status.get(one.action.delivery_id)}")
    doubled = repeated(scene, "SELECT release_id, disc, number FROM track")
    yield from (Finding(Wrong.TWICE, WriteRelease.__name__, f"track {row}") for row in doubled)
    doubled = repeated(scene, f"SELECT title FROM release WHERE title LIKE 'album-{scene.season}-%'")
    yield from (Finding(Wrong.TWICE, WriteRelease.__name__, f"release {row}") for row in doubled)


RULES: tuple[Rule, ...] = (
    made(OpenDelivery, rows="SELECT source FROM delivery", owner=lambda one: one.action.source),
    added(
        RecordFiles, rows="SELECT delivery_id, path FROM delivered_file", within=False,
        keys=lambda one: [(one.action.delivery_id, file.path) for file in one.action.files],
    ),
    Rule((CompleteDelivery, WriteRelease), deliveries),
    set_to(
        SetFolderAudience, wish=lambda one: (one.action.source, one.action.subscribers_only),
        now=pairs("SELECT source, subscribers_only FROM delivery"),
    ),
    added(
        HideRemovedFiles, rows=GONE,
        within=False, keys=lambda one: [(one.action.source, path) for path in one.action.paths],
    ),
    Rule((*ENDS, FailJob, ReplayJob), endings),
    Rule((ClaimJob,), claims),
    passing(RenewJob, ReturnJob, because="they prolong or shorten a claim; that its job ends once is compared as its end"),
    Rule((TakeSlot,), moments),
    passing(PruneExpired, DropExportedPlays, because="they remove what has served its time; that nothing else goes is compared everywhere"),
    passing(FileUnfiledReleases, because="it keeps what follows from releases, and they are compared themselves"),
)  # fmt: skip
