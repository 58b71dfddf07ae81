"""Plays, histories, playback sessions, stations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from apps.core.contract.listening import ClearHistory, RecordPlays
from apps.core.contract.playback import EndPlayback, RenewPlayback, StartPlayback
from apps.core.contract.queue import SaveQueue, SaveQueuePosition
from apps.core.contract.radio import HideTrack, NextTracks, SendStationFeedback, StartStation, UnhideTrack
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong, added, answered_before, made, pairs, passing, set_to
from tests.faults.history.record import Operation


def histories(scene: Scene) -> Iterator[Finding]:
    """What was recorded after a history was cleared last is in it, once; what was there before that is not."""
    there = Counter(row[0] for row in scene.rows(f"SELECT event_id FROM history WHERE event_id LIKE '{scene.season}-%'"))
    operations = scene.of((RecordPlays, ClearHistory))
    clears: dict[str, tuple[float, float]] = {}
    for one in operations:
        if isinstance(one.action, ClearHistory) and one.possible:
            certain = one.asked.at if one.done else clears.get(one.asked.account, (0.0, 0.0))[0]
            clears[one.asked.account] = certain, one.answer.at if one.answer else one.asked.at
    for one in operations:
        if isinstance(one.action, RecordPlays) and one.done:
            certain, last = clears.get(one.asked.account, (0.0, 0.0))
            yield from _remembered(one, there, cleared=answered_before(one, certain), kept=one.asked.at > last)
    yield from (Finding(Wrong.TWICE, RecordPlays.__name__, f"{event} in the history") for event, times in there.items() if times > 1)


def _remembered(one: Operation, there: Counter[str], *, cleared: bool, kept: bool) -> Iterator[Finding]:
    for play in one.action.plays:
        if cleared and there[play.event_id]:
            yield Finding(Wrong.LOST, ClearHistory.__name__, f"{play.event_id} is in the history that was cleared after it")
        if kept and not there[play.event_id]:
            yield Finding(Wrong.LOST, RecordPlays.__name__, f"{play.event_id} is not in the history")


def batches(scene: Scene) -> Iterator[Finding]:
    there = Counter(scene.rows("SELECT station_id, number FROM station_batch"))
    yield from (Finding(Wrong.TWICE, NextTracks.__name__, f"{batch}: {times} times") for batch, times in there.items() if times > 1)
    for one in scene.of((NextTracks,)):
        if one.done and one.result.tracks and (one.result.station_id, one.result.number) not in there:
            yield Finding(Wrong.LOST, NextTracks.__name__, f"{one.result.station_id} {one.result.number}")
    given = Counter(one.result.station_id for one in scene.of((NextTracks,)) if one.done)
    unclear = Counter(one.action.station_id for one in scene.of((NextTracks,)) if one.possible and not one.done)
    for station, batches in scene.rows("SELECT id, batches FROM station"):
        if station in given and batches > given[station] + unclear[station]:
            yield Finding(Wrong.TWICE, NextTracks.__name__, f"{station}: {batches} batches")


def queues(scene: Scene) -> Iterator[Finding]:
    """Of each queue's revisions every one was saved once, and what is there is not older than the last that was acknowledged."""
    there = dict(scene.rows("SELECT account_id, revision FROM queue"))
    saved = Counter((one.asked.account, one.result.revision) for one in scene.of((SaveQueue,)) if one.done)
    for (account, revision), times in saved.items():
        if times > 1:
            yield Finding(Wrong.TWICE, SaveQueue.__name__, f"{account}, revision {revision}: {times} times")
        if there.get(account, 0) < revision:
            yield Finding(Wrong.LOST, SaveQueue.__name__, f"{account}: {there.get(account)} instead of {revision}")


RULES: tuple[Rule, ...] = (
    added(
        RecordPlays, rows="SELECT event_id FROM play WHERE event_id LIKE 'SEASON-%'",
        keys=lambda one: [play.event_id for play in one.action.plays],
    ),
    Rule((RecordPlays, ClearHistory), histories),
    made(StartPlayback, rows="SELECT account_id FROM playback_session", owner=lambda one: one.asked.account),
    added(
        StartPlayback, rows="SELECT id FROM playback_session", within=False,
        keys=lambda one: [one.result.id] if one.result else [],
    ),
    set_to(EndPlayback, wish=lambda one: (one.action.session_id, True), now=pairs("SELECT id, ended_at IS NOT NULL FROM playback_session")),
    passing(RenewPlayback, because="its session's time runs out or is ended, which is compared as EndPlayback"),
    added(
        StartStation, rows="SELECT account_id, kind, subject FROM station", within=False,
        keys=lambda one: [(one.asked.account, "track", one.action.seed.track_id)],
    ),
    Rule((NextTracks,), batches),
    Rule((SaveQueue,), queues),
    passing(SaveQueuePosition, because="it says where somebody is in a revision, which is compared as SaveQueue"),
    added(
        SendStationFeedback, rows="SELECT station_id, track_id FROM station_feedback WHERE kind = 'like'", within=False,
        keys=lambda one: [(one.action.station_id, one.action.track_id)],
    ),
    set_to(
        HideTrack, UnhideTrack,
        wish=lambda one: ((one.asked.account, one.action.track_id), True if isinstance(one.action, HideTrack) else None),
        now=pairs("SELECT account_id, track_id, true FROM hidden_track"),
    ),
)  # fmt: skip
