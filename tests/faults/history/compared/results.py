"""What work leaves: the rows that an acknowledged end of a job promises, their objects, and what was sent."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from apps.core.contract.charts import RecordEdition
from apps.core.contract.codec import encoder
from apps.core.contract.exports import DayManifest, RecordExport
from apps.core.contract.intake import RecordCover, WriteRelease
from apps.core.contract.offline import RecordEncryption
from apps.core.contract.pictures import OWN_COVERS
from apps.core.contract.playback import RecordFingerprint, RecordPreview, RecordTranscode, Rendition
from apps.core.contract.radio import RecordRadioModel
from apps.core.contract.reporting import (
    ApproveStatement,
    CheckStatement,
    OpenRun,
    RecordDispatch,
    RecordStatementFiles,
    RecordUsage,
    ReportFile,
)
from apps.core.radio.commands import MODELS_KEPT
from ports.storage.keys import PUBLIC
from ports.transcoder.interface import COVER_SIDES
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong, added, answered_before, repeated

TRACKS = """
SELECT delivered_file.id FROM delivered_file JOIN delivered_release ON delivered_release_id = delivered_release.id
JOIN track ON track.release_id = delivered_release.release_id AND track.recording_id = delivered_file.recording_id
UNION ALL SELECT id FROM delivered_file WHERE recording_id IS NULL AND refusal IS NOT NULL
"""
"""Delivered files that are tracks of their release, or say why not."""
EDITIONS = "SELECT job.id, manifests FROM chart_edition JOIN job ON kind = 'chart' AND subject = chart || '/' || first_day"
PLACES = "SELECT job.id, position, key FROM chart_entry JOIN job ON kind = 'chart' AND subject = chart || '/' || first_day"
RUNS = "SELECT job.id, {column} FROM statement_run JOIN job ON kind = 'statements' AND subject = week"
DISPATCHED = "SELECT job.id, places FROM statement JOIN job ON kind = 'dispatch' AND subject = number WHERE statement.status = 'dispatched'"


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


def covers(scene: Scene) -> Iterator[Finding]:
    """Every cover lies there in every size, and nothing else lies where covers do."""
    expected = {f"{key}/{side}.jpg" for (key,) in scene.rows("SELECT key FROM cover") for side in COVER_SIDES}
    there = {key for key in scene.house.storage.keys(PUBLIC) if not key.startswith(OWN_COVERS)}
    yield from (Finding(Wrong.LOST, RecordCover.__name__, key) for key in expected - there)
    yield from (Finding(Wrong.TWICE, RecordCover.__name__, key) for key in there - expected)


def previews(scene: Scene) -> Iterator[Finding]:
    previewed = set(scene.rows("SELECT recording_id, content_hash FROM audio WHERE has_preview"))
    for one in scene.of((RecordPreview,)):
        if one.done and (one.action.recording_id, one.action.content_hash) not in previewed:
            yield Finding(Wrong.LOST, RecordPreview.__name__, one.action.recording_id)


def models(scene: Scene) -> Iterator[Finding]:
    """Each that was recorded is there once, but for those that as many came after as are kept."""
    there = Counter(scene.rows("SELECT key, size, sha256 FROM radio_model"))
    recorded = [one for one in scene.of((RecordRadioModel,)) if one.possible]
    for one in recorded:
        later = [other for other in recorded if other is not one and not answered_before(other, one.asked.at)]
        times = there[one.action.key, one.action.size, one.action.sha256]
        if one.done and not times and len(later) < MODELS_KEPT:
            yield Finding(Wrong.LOST, RecordRadioModel.__name__, one.action.key)
        if times > 1:
            yield Finding(Wrong.TWICE, RecordRadioModel.__name__, one.action.key)


def statements(scene: Scene) -> Iterator[Finding]:
    """Each week is settled once, each label has one statement of it, and what was allocated is what was earned, to the penny."""
    unsettled = scene.rows("SELECT week FROM statement_run WHERE settled_at IS NULL")
    yield from (Finding(Wrong.HALF, RecordUsage.__name__, str(row)) for row in unsettled)
    doubled = repeated(scene, "SELECT week, label_id FROM statement")
    yield from (Finding(Wrong.TWICE, OpenRun.__name__, str(row)) for row in doubled)
    pools = scene.rows("SELECT week, territory, currency, earned + carried_in - carried_out FROM pool")
    allocated = {row[:3]: row[3] for row in scene.rows("SELECT week, territory, currency, sum(amount) FROM allocation GROUP BY 1, 2, 3")}
    for *pool, amount in pools:
        if allocated.get(tuple(pool), 0) != amount:
            yield Finding(Wrong.HALF, RecordUsage.__name__, f"{pool}: {allocated.get(tuple(pool))} of {amount}")
    status = dict(scene.rows("SELECT number, status FROM statement"))
    for one in scene.of((CheckStatement, ApproveStatement)):
        if one.done and status.get(one.action.number) != "dispatched":
            yield Finding(Wrong.LOST, one.asked.name, f"{one.action.number} is {status.get(one.action.number)}")


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
    added(
        WriteRelease, rows="SELECT id, release_id FROM delivered_release WHERE written_at IS NOT NULL", within=False,
        keys=lambda one: [(one.action.delivered_release_id, one.result)] if one.done else [],
    ),
    added(WriteRelease, rows=TRACKS, within=False, keys=lambda one: [file.id for file in one.action.files]),
    added(
        RecordTranscode, rows="SELECT recording_id, content_hash FROM published_rendition", within=False,
        keys=lambda one: {tuple(rendition.key.split("/")[1:3]) for rendition in one.action.renditions},
    ),
    added(
        RecordTranscode, rows="SELECT key FROM rendition", within=False,
        keys=lambda one: [rendition.key for rendition in one.action.renditions],
    ),
    added(RecordCover, rows="SELECT key, colour FROM cover", within=False, keys=lambda one: [(one.action.key, one.action.colour)]),
    Rule((RecordCover,), covers),
    added(
        RecordFingerprint, rows="SELECT frames FROM fingerprint", within=False,
        keys=lambda one: [one.action.fingerprint],
    ),
    added(
        RecordEncryption, rows="SELECT key, size, sha256 FROM encrypted_file", within=False,
        keys=lambda one: [(one.action.key, one.action.size, one.action.sha256)],
    ),
    added(
        RecordExport, rows="SELECT day, manifest FROM exported_day", within=False,
        keys=lambda one: [(one.action.manifest.day, encoder.encode(one.action.manifest))],
    ),
    added(
        RecordEdition, rows=EDITIONS, within=False, keys=lambda one: [(one.action.job_id, encoder.encode(one.action.manifests))],
    ),
    added(
        RecordEdition, rows=PLACES, within=False,
        keys=lambda one: [(one.action.job_id, position, count.key) for position, count in enumerate(one.action.counts, 1)],
    ),
    Rule((RecordRadioModel,), models),
    added(
        OpenRun, rows=RUNS.format(column="week"), within=False,
        keys=lambda one: [(one.action.job_id, one.result.week)] if one.done else [],
    ),
    added(
        RecordUsage, rows=RUNS.format(column="usage"), within=False,
        keys=lambda one: [(one.action.job_id, encoder.encode(one.action.totals))],
    ),
    added(
        RecordUsage, rows="SELECT number, label_id FROM statement", within=False,
        keys=lambda one: [(order.number, order.label.id) for order in one.result] if one.done else [],
    ),
    added(
        RecordStatementFiles, rows="SELECT number, files FROM statement", within=False,
        keys=lambda one: [(statement.number, encoder.encode(statement.files)) for statement in one.action.statements],
    ),
    added(
        RecordDispatch, rows=DISPATCHED, within=False, keys=lambda one: [(one.action.job_id, encoder.encode(one.action.places))],
    ),
    Rule((RecordTranscode, RecordEncryption, RecordExport, RecordRadioModel, RecordStatementFiles), objects),
    Rule((RecordPreview,), previews),
    Rule((OpenRun, RecordUsage, CheckStatement, ApproveStatement), statements),
    Rule((RecordDispatch,), sent),
)  # fmt: skip
