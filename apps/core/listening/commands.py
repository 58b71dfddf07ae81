"""Taking plays into the log, and erasing a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, bindparam, case, delete, literal, or_, select, update
from sqlalchemy.orm import Session

from apps.core.bulk import each_id, find_those_there, insert_those_not_there, joined_ids
from apps.core.bus import handles
from apps.core.catalogue.models import TrackRow
from apps.core.contract.actions import Actor, Done
from apps.core.contract.codec import encoder
from apps.core.contract.days import closes_next
from apps.core.contract.errors import Conflict, Invalid
from apps.core.contract.exports import AskForExports, DropExportedPlays, RecordExport, Table
from apps.core.contract.jobs import ExportWork
from apps.core.contract.listening import ClearHistory, Play, PlaysRecorded, RecordPlays
from apps.core.database import Moment
from apps.core.jobs.holding import finish, held_work
from apps.core.jobs.work import ask_for
from apps.core.listening.closing import KEPT, days_to_export, drop_some, uncounted
from apps.core.listening.days import day_bounds
from apps.core.listening.models import ExportedDayRow, HistoryRow, ListenerRow, PlayRow
from apps.core.listening.proofs import Proofs, lock_proofs
from apps.core.listening.pseudonyms import pseudonym_of
from apps.core.listening.sources import columns_of
from apps.core.outbox import Events
from ports.clock.interface import Clock

AHEAD = timedelta(days=1)
"""How far a device's clock may run ahead before its word on the time is refused."""
LATE = timedelta(days=366)
"""How long a play may wait on a device that is offline; one that claims to be older has lost its clock."""

_ASKED = TrackRow.id.in_(each_id(bindparam("ids", type_=LargeBinary)))
TRACKS = select(TrackRow.id, TrackRow.recording_id, TrackRow.release_id).where(_ASKED)


@handles(RecordPlays)
def record_plays(action: RecordPlays, actor: Actor, session: Session, clock: Clock) -> PlaysRecorded:
    now = clock.now()
    if any(play.started_at > now + AHEAD for play in action.plays):
        raise Invalid("A play starts more than a day from now.", "Set the device's clock and send it again.")
    if any(play.started_at < now - LATE for play in action.plays):
        raise Invalid("A play started more than a year ago.", "Set the device's clock and send it again.")
    known = _known_tracks(session, action.plays)
    proofs = lock_proofs(session, actor, action.plays)
    # Whoever sends the same plays at the same moment waits at their sessions and devices: only then is it certain which are new.
    listener = pseudonym_of(session, actor)
    new = _new(session, actor, listener, [play for play in action.plays if play.track_id in known], now)
    facts = [_fact(play, listener, actor, known[play.track_id], proofs, now) for play in new]
    recorded = _insert_new(session, PlayRow, facts)
    _insert_new(session, HistoryRow, [_memory(play, actor) for play in new if play.event_id in recorded])
    unknown = tuple(play.event_id for play in action.plays if play.track_id not in known)
    return PlaysRecorded(len(recorded), len(action.plays) - len(unknown) - len(recorded), unknown)


@handles(ClearHistory)
def clear_history(action: ClearHistory, actor: Actor, session: Session, clock: Clock) -> Done:
    begins, ends = day_bounds(action.day, action.day, action.zone)
    cleared = [HistoryRow.account_id == actor.account_id]
    if begins and ends:
        cleared += [HistoryRow.played_at >= begins, HistoryRow.played_at < ends]
    session.execute(delete(HistoryRow).where(*cleared))
    _forget_until(session, actor, min(ends, clock.now()) if ends else clock.now())
    return Done()


def _forget_until(session: Session, actor: Actor, moment: datetime) -> None:
    """Of what was heard before, nobody can tell any more whether it was known: a later moment stays."""
    known = ListenerRow.history_cleared_at
    later = case((or_(known.is_(None), known < moment), literal(moment, Moment())), else_=known)
    session.execute(update(ListenerRow).where(ListenerRow.account_id == actor.account_id).values(history_cleared_at=later))


@handles(AskForExports)
def ask_for_exports(session: Session, events: Events, clock: Clock) -> int:
    now = clock.now()
    missing = days_to_export(session, now)
    ask_for(session, events, {day: ExportWork(day) for day in missing}, now)
    return len(missing)


@handles(RecordExport)
def record_export(action: RecordExport, session: Session, clock: Clock) -> Done:
    job, work = held_work(session, action.job_id, action.lease, ExportWork)
    manifest = action.manifest
    if manifest.day != work.day or {file.table for file in manifest.files} != set(Table):
        raise Invalid(f"This is not the whole export of {work.day}.", "Record each table of the day that was claimed.")
    if table := uncounted(session, manifest):
        raise Conflict(f"The export of {work.day} does not hold all of its {table}.", "Export it again.")
    row = ExportedDayRow(day=work.day, manifest=encoder.encode(manifest), sha256=action.sha256, exported_at=clock.now())
    session.add(row)
    finish(job)
    return Done()


@handles(DropExportedPlays)
def drop_exported_plays(session: Session, clock: Clock) -> bool:
    return drop_some(session, clock.now())


def _known_tracks(session: Session, plays: Iterable[Play]) -> Mapping[str, tuple[str, str]]:
    """Recording and release by track."""
    rows = session.connection().execute(TRACKS, {"ids": joined_ids(play.track_id for play in plays)})
    return {row.id: (row.recording_id, row.release_id) for row in rows}


def _new(session: Session, actor: Actor, listener: str, plays: Sequence[Play], now: datetime) -> Sequence[Play]:
    """Those that are not in the log, each once."""
    by_event = {play.event_id: play for play in reversed(plays)}
    for event_id in _there(session, PlayRow, {"listener": listener}, by_event):
        del by_event[event_id]
    for event_id in _told_before(session, actor, [play for play in by_event.values() if play.started_at < now - KEPT]):
        del by_event[event_id]
    return list(by_event.values())[::-1]


def _told_before(session: Session, actor: Actor, old: Sequence[Play]) -> set[str]:
    """Which of these, that may have left the log, may have been in it: the history knows them, or was cleared since they began."""
    if not old:
        return set()
    remembered = set(_there(session, HistoryRow, {"account_id": actor.account_id}, [play.event_id for play in old]))
    # Asked after the history: who clears it meanwhile leaves one of the two to be seen.
    cleared = session.scalar(select(ListenerRow.history_cleared_at).where(ListenerRow.account_id == actor.account_id))
    if cleared is None:
        return remembered
    return remembered | {play.event_id for play in old if play.started_at <= cleared + AHEAD}


def _there(session: Session, table: type[PlayRow | HistoryRow], whose: Mapping[str, Any], event_ids: Iterable[str]) -> Sequence[str]:
    rows = [{**whose, "event_id": event_id} for event_id in event_ids]
    return find_those_there(session.connection(), table, rows, "event_id") if rows else ()


def _fact(play: Play, listener: str, actor: Actor, track: tuple[str, str], proofs: Proofs, now: datetime) -> dict[str, Any]:
    recording_id, release_id = track
    heard = proofs.of(play, recording_id, now)
    day, still_open = play.started_at.astimezone(UTC).date().isoformat(), closes_next(now)
    return {
        "listener": listener, "event_id": play.event_id, "track_id": play.track_id, "recording_id": recording_id, "release_id": release_id,
        "started_at": play.started_at, "received_at": now, "day": day, "export_day": max(day, still_open), "late": day < still_open,
        "played_ms": play.played_ms, "session_id": heard.session_id, "licence_id": heard.licence_id,
        "client": actor.client or actor.service, "territory": heard.territory, "plan": heard.plan, "preview": heard.preview,
        "evidence": heard.evidence,
    }  # fmt: skip


def _memory(play: Play, actor: Actor) -> dict[str, Any]:
    return {
        "account_id": actor.account_id, "event_id": play.event_id, "track_id": play.track_id, "played_at": play.started_at,
        **columns_of(play.source),
    }  # fmt: skip


def _insert_new(session: Session, table: type[PlayRow | HistoryRow], rows: Sequence[dict[str, Any]]) -> set[str]:
    """Insert what is not there yet, and return its event ids."""
    if not rows:
        return set()
    # In one order: two batches with the same plays, sent at once, never wait for each other.
    return set(insert_those_not_there(session.connection(), table, sorted(rows, key=lambda row: row["event_id"]), "event_id"))
