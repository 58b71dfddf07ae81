"""Deliveries, jobs, leases, moments, and what work leaves: objects, exports, editions, statements, and what was sent."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from apps.core.contract.charts import AskForEditions, RecordEdition
from apps.core.contract.exports import AskForExports, DayManifest, DropExportedPlays, RecordExport
from apps.core.contract.intake import CompleteDelivery, OpenDelivery, RecordFiles, SetFolderAudience, WriteRelease
from apps.core.contract.jobs import Claimed, ClaimJob, FailJob, PruneExpired, RenewJob, ReplayJob, ReturnJob, TakeSlot
from apps.core.contract.offline import RecordEncryption
from apps.core.contract.playback import RecordPreview, RecordTranscode, Rendition
from apps.core.contract.radio import AskForTraining, RecordRadioModel
from apps.core.contract.reporting import (
    ApproveStatement,
    AskForStatements,
    CheckStatement,
    OpenRun,
    RecordDispatch,
    RecordStatementFiles,
    RecordUsage,
    ReportFile,
)
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong, added, made, pairs, passing, set_to
from tests.faults.history.record import Outcome

ENDS = (
    WriteRelease,
    RecordTranscode,
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
    replays = Counter(one.action.job_id for one in scene.of((ReplayJob,)) if one.possible)
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
    left = [job for job, status in jobs.items() if status != "done"]
    yield from (Finding(Wrong.LOST, ReplayJob.__name__, f"{job} is {jobs[job]}, and all that was given up was replayed") for job in left)


def claims(scene: Scene) -> Iterator[Finding]:
    """Nobody is told of a job that is not there, and no attempt at one is given to two."""
    holders = Counter[tuple[str, int, str]]()
    for one in scene.of((ClaimJob,)):
        if one.outcome is Outcome.REFUSED:
            yield Finding(Wrong.HALF, ClaimJob.__name__, f"{one.action.job_id} was announced and does not exist")
        if isinstance(one.result, Claimed):
            holders[one.result.claim.job_id, one.result.claim.attempt, one.result.claim.lease] += 1
    attempts = Counter((job, lease) for job, _, lease in holders)
    yield from (Finding(Wrong.TWICE, ClaimJob.__name__, str(key)) for key, number in attempts.items() if number > 1)
    doubled = scene.rows("SELECT kind, subject FROM job GROUP BY 1, 2 HAVING count(*) > 1")
    yield from (Finding(Wrong.TWICE, ClaimJob.__name__, f"two jobs for {row}") for row in doubled)


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
    doubled = scene.rows("SELECT release_id, disc, number FROM track GROUP BY 1, 2, 3 HAVING count(*) > 1")
    yield from (Finding(Wrong.TWICE, WriteRelease.__name__, f"track {row}") for row in doubled)
    doubled = scene.rows(f"SELECT title FROM release WHERE title LIKE 'album-{scene.season}-%' GROUP BY 1 HAVING count(*) > 1")
    yield from (Finding(Wrong.TWICE, WriteRelease.__name__, f"release {row}") for row in doubled)


def objects(scene: Scene) -> Iterator[Finding]:
    """Every row's object is there, whole, and nothing beside them is where audio lies."""
    expected: dict[str, tuple[int, str]] = {}
    for (facts,) in scene.rows("SELECT facts FROM rendition"):
        one = msgspec.json.decode(facts, type=Rendition)
        expected[one.key] = one.size, one.sha256
    audio = set(expected)
    expected |= {
        key: (size, sha256) for key, size, sha256 in scene.rows("SELECT key, size, sha256 FROM encrypted_file WHERE key IS NOT NULL")
    }
    expected |= {key: (size, sha256) for key, size, sha256 in scene.rows("SELECT key, size, sha256 FROM radio_model")}
    for (manifest,) in scene.rows("SELECT manifest FROM exported_day"):
        files = msgspec.json.decode(manifest, type=DayManifest).files
        expected |= {file.key: (file.size, file.sha256) for file in files}
    for files in (row[0] for row in scene.rows("SELECT files FROM statement WHERE files IS NOT NULL")):
        expected |= {file.key: (file.size, file.sha256) for file in msgspec.json.decode(files, type=tuple[ReportFile, ...])}
    for key, (size, sha256) in expected.items():
        if scene.house.storage.size(key) != size or _sha256(scene, key) != sha256:
            yield Finding(Wrong.LOST, RecordTranscode.__name__, key)
    yield from (Finding(Wrong.TWICE, RecordTranscode.__name__, key) for key in set(scene.house.storage.keys("audio/")) - audio)


def _sha256(scene: Scene, key: str) -> str:
    with scene.house.storage.open(key) as file:
        return hashlib.sha256(file.read()).hexdigest()


def previews(scene: Scene) -> Iterator[Finding]:
    previewed = set(scene.rows("SELECT recording_id, content_hash FROM audio WHERE has_preview"))
    for one in scene.of((RecordPreview,)):
        if one.done and (one.action.recording_id, one.action.content_hash) not in previewed:
            yield Finding(Wrong.LOST, RecordPreview.__name__, one.action.recording_id)


def rounds(scene: Scene) -> Iterator[Finding]:
    """What is asked for by the calendar is done: every closed day is exported, and every week that is over has its statements."""
    asked = [one for one in scene.of((AskForExports, AskForEditions, AskForTraining, AskForStatements)) if one.done]
    if not asked:
        return
    waiting = scene.rows("SELECT kind, subject FROM job WHERE kind IN ('export', 'chart', 'train', 'statements') AND status <> 'done'")
    yield from (Finding(Wrong.LOST, AskForExports.__name__, str(row)) for row in waiting)
    exported = {row[0] for row in scene.rows("SELECT day FROM exported_day")}
    played = {row[0] for row in scene.rows("SELECT DISTINCT export_day FROM play WHERE export_day < (SELECT max(day) FROM exported_day)")}
    yield from (Finding(Wrong.LOST, RecordExport.__name__, day) for day in played - exported)


def statements(scene: Scene) -> Iterator[Finding]:
    """Each week is settled once, each label has one statement of it, and what was allocated is what was earned, to the penny."""
    unsettled = scene.rows("SELECT week FROM statement_run WHERE settled_at IS NULL")
    yield from (Finding(Wrong.HALF, RecordUsage.__name__, str(row)) for row in unsettled)
    doubled = scene.rows("SELECT week, label_id FROM statement GROUP BY 1, 2 HAVING count(*) > 1")
    yield from (Finding(Wrong.TWICE, OpenRun.__name__, str(row)) for row in doubled)
    pools = scene.rows("SELECT week, territory, currency, earned + carried_in - carried_out FROM pool")
    allocated = {row[:3]: row[3] for row in scene.rows("SELECT week, territory, currency, sum(amount) FROM allocation GROUP BY 1, 2, 3")}
    for *pool, amount in pools:
        if allocated.get(tuple(pool), 0) != amount:
            yield Finding(Wrong.HALF, RecordUsage.__name__, f"{pool}: {allocated.get(tuple(pool))} of {amount}")
    status = dict(scene.rows("SELECT number, status FROM statement"))
    for one in scene.of((CheckStatement, ApproveStatement)):
        if one.done and status[one.action.number] != "dispatched":
            yield Finding(Wrong.LOST, one.asked.name, f"{one.action.number} is {status[one.action.number]}")


def sent(scene: Scene) -> Iterator[Finding]:
    """Of every statement that was sent its files lie at the label's, as they are stored, and nothing else does; nobody was sent mail."""
    reports, expected = scene.house.folder / "home" / "reports", dict[str, str]()
    for number, label, files in scene.rows("SELECT number, label_id, files FROM statement WHERE status = 'dispatched'"):
        for file in msgspec.json.decode(files, type=tuple[ReportFile, ...]):
            expected[f"{label}/{number}/{file.name}"] = file.sha256
    there = {str(path.relative_to(reports)): _hash(path) for path in reports.rglob("*") if path.is_file()}
    for name in expected.keys() | there.keys():
        if name not in there:
            yield Finding(Wrong.LOST, RecordDispatch.__name__, name)
        elif name not in expected:
            yield Finding(Wrong.TWICE, RecordDispatch.__name__, name)
        elif there[name] != expected[name]:
            yield Finding(Wrong.HALF, RecordDispatch.__name__, name)
    mails = list((scene.house.folder / "home" / "outbox").glob("*"))
    yield from (Finding(Wrong.TWICE, "mail", mail.name) for mail in mails)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
    Rule((*ENDS, FailJob, ReplayJob), endings),
    Rule((ClaimJob,), claims),
    passing(RenewJob, ReturnJob, because="they prolong or shorten a claim; that its job ends once is compared as its end"),
    Rule((TakeSlot,), moments),
    passing(PruneExpired, DropExportedPlays, because="they remove what has served its time; that nothing else goes is compared everywhere"),
    Rule((RecordTranscode, RecordEncryption, RecordExport, RecordRadioModel, RecordStatementFiles), objects),
    Rule((RecordPreview,), previews),
    Rule((AskForExports, AskForEditions, AskForTraining, AskForStatements, RecordEdition), rounds),
    Rule((OpenRun, RecordUsage, CheckStatement, ApproveStatement), statements),
    Rule((RecordDispatch,), sent),
)  # fmt: skip
