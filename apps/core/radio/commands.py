"""Starting stations, giving them tracks and feedback, hiding tracks, and taking new models."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.catalogue.models import TrackRow
from apps.core.catalogue.survivors import all_who_are
from apps.core.contract.actions import Actor, Done
from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import TrainWork
from apps.core.contract.radio import (
    MIX_TITLE,
    AskForTraining,
    FeedbackKind,
    HideTrack,
    NextTracks,
    RecordRadioModel,
    SendStationFeedback,
    Skips,
    StartStation,
    Station,
    StationBatch,
    Superseded,
    UnhideTrack,
)
from apps.core.contract.words import Wording
from apps.core.database import fetch
from apps.core.database import insert as insert_or_not
from apps.core.jobs.holding import finish, held_work
from apps.core.jobs.work import ask_for
from apps.core.library.keeping import keep_track
from apps.core.listening.models import ExportedDayRow
from apps.core.outbox import Events
from apps.core.radio import statements
from apps.core.radio.batches import Playing
from apps.core.radio.describing import batch_of, candidates_decoder, no_such_station, station_of, stored, subject_of
from apps.core.radio.keeping import RadioModels
from apps.core.radio.licences import Licences
from apps.core.radio.models import ANEW, HiddenTrackRow, RadioModelRow, StationFeedbackRow, StationRow
from apps.core.radio.rules import REPEAT, Candidate
from apps.core.radio.skipping import no_more_skips, skips_of
from apps.core.rights.offers import here, here_on
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock

MODELS_KEPT = 3
RECENT_BATCHES = 3
"""Of which a track may be skipped or liked."""


@handles(StartStation)
def start_station(action: StartStation, actor: Actor, session: Session, clock: Clock) -> Station:
    now, kind, subject = clock.now(), str(action.seed.__struct_config__.tag), subject_of(action.seed)
    title = _title(session, kind, {**here(actor.territory, now), "subject": subject, "account_id": actor.account_id})
    if kind == "artist":
        same = all_who_are(session.connection(), subject)
        held = select(StationRow).filter_by(account_id=actor.account_id, kind=kind).where(StationRow.subject.in_(same))
        if (station := session.scalar(held.order_by(StationRow.played_at.desc()).limit(1))) is not None:
            return station_of(station)
        subject = same[0]
    mine = {"account_id": actor.account_id, "kind": kind, "subject": subject}
    new = {**mine, "id": new_id(), "title": title, "started_at": now, "played_at": now, "batches": 0, "used": b""}
    session.execute(insert_or_not(session, StationRow).values(**new).on_conflict_do_nothing())
    return station_of(session.scalars(select(StationRow).filter_by(**mine)).one())


def _title(session: Session, kind: str, parameters: dict[str, Any]) -> str:
    """What the station is called; raises `NotFound` and `Invalid` where there is nothing to start it from."""
    if kind == "mix":
        if session.scalar(statements.SEEDS["mix"], parameters) is None:
            raise Invalid("There is nothing yet to make your mix of.", "Play some music first; then start it again.")
        return MIX_TITLE
    title = session.scalar(statements.TITLES[kind], parameters)
    if title is None:
        raise NotFound("There is nothing here to start a station from.", "It may not be offered in your country, or no longer.")
    return title


@handles(NextTracks)
def next_tracks(
    action: NextTracks, actor: Actor, connection: Connection, clock: Clock, plans: Plans, licences: Licences, models: RadioModels
) -> StationBatch:
    now, licence = clock.now(), licences.of(actor.territory)
    mine = {"station_id": action.station_id, "account_id": actor.account_id}
    station = connection.execute(statements.LOCKED_STATION, mine).first()
    if station is None:
        raise no_such_station()
    place = here_on(plans.entitlement(actor.plan, actor.account_id), actor.territory, now)
    playing = Playing(connection, station, str(actor.account_id), place, licence, now)
    unheard = playing.unheard() if licence.skips_an_hour is not None else ()
    if unheard:
        skips = skips_of(connection, station.id, licence, now)
        if skips.left == 0:
            return batch_of(station.id, station.batches, unheard, no_more_skips(skips.again_at).wording, licence)
    made, used = playing.next(models)
    number = station.batches
    # Where nothing comes before its time nobody has skipped for it, and what was given before is not over the sooner.
    if made.tracks or not unheard:
        number += 1
        if unheard:
            _keep_feedback(connection, station.id, ANEW, unheard[0], now)
        row = {"station_id": station.id, "number": number, "given_at": now, "tracks": stored.encode(made.tracks), "fewer": made.fewer}
        connection.execute(statements.NEW_BATCH, row)
    connection.execute(statements.AFTER_BATCH, {"whose": station.id, "number": number, "now": now, "places": used})
    return batch_of(station.id, number, made.tracks, Wording(made.fewer) if made.fewer else None, licence)


@handles(SendStationFeedback)
def send_station_feedback(action: SendStationFeedback, actor: Actor, connection: Connection, clock: Clock, licences: Licences) -> Skips:
    now, licence = clock.now(), licences.of(actor.territory)
    mine = {"station_id": action.station_id, "account_id": actor.account_id}
    station = connection.execute(statements.LOCKED_STATION, mine).first()
    if station is None:
        raise no_such_station()
    track = _given_lately(connection, station, action.track_id)
    skips = skips_of(connection, station.id, licence, now)
    if action.kind == FeedbackKind.LIKE:
        keep_track(connection, str(actor.account_id), track.recording_id, track.track_id, now)
    if _known(connection, action, now):
        return skips
    if action.kind == FeedbackKind.SKIP and skips.left == 0:
        raise no_more_skips(skips.again_at)
    _keep_feedback(connection, station.id, action.kind, track, now)
    if action.kind == FeedbackKind.LIKE:
        connection.execute(statements.FORGET_LIKES, {"station_id": station.id})
    connection.execute(statements.NO_POOL, {"station_id": station.id})
    return skips_of(connection, station.id, licence, now)


def _given_lately(connection: Connection, station: Any, track_id: str) -> Candidate:
    batches = fetch(connection, statements.BATCHES, {"station_id": station.id, "after": station.batches - RECENT_BATCHES})
    for batch in batches:
        for one in candidates_decoder.decode(batch.tracks):
            if one.track_id == track_id:
                return one
    raise NotFound("This station has not played that track lately.", "Skip or like what it plays.")


def _known(connection: Connection, action: SendStationFeedback, now: datetime) -> bool:
    """Whether it was said before, of the same time that the track was played: it does not come again within `REPEAT`."""
    since = now - REPEAT if action.kind == FeedbackKind.SKIP else datetime.min.replace(tzinfo=now.tzinfo)
    told = {"station_id": action.station_id, "kind": action.kind, "since": since}
    return any(row.track_id == action.track_id for row in fetch(connection, statements.FEEDBACK, told))


def _keep_feedback(connection: Connection, station_id: str, kind: str, track: Candidate, now: datetime) -> None:
    feedback = {"id": new_id(), "station_id": station_id, "kind": kind, "track_id": track.track_id, "given_at": now}
    connection.execute(insert(StationFeedbackRow), {**feedback, "track": stored.encode(track)})


@handles(HideTrack)
def hide_track(action: HideTrack, actor: Actor, session: Session, clock: Clock) -> Done:
    row = {"account_id": actor.account_id, "recording_id": _recording(session, action.track_id), "track_id": action.track_id}
    session.execute(insert_or_not(session, HiddenTrackRow).values(**row, hidden_at=clock.now()).on_conflict_do_nothing())
    return Done()


@handles(UnhideTrack)
def unhide_track(action: UnhideTrack, actor: Actor, session: Session) -> Done:
    row = HiddenTrackRow
    recording_id = _recording(session, action.track_id)
    session.execute(delete(row).where(row.account_id == actor.account_id, row.recording_id == recording_id))
    return Done()


def _recording(session: Session, track_id: str) -> str:
    recording_id = session.scalar(select(TrackRow.recording_id).where(TrackRow.id == track_id))
    if recording_id is None:
        raise NotFound("There is no such track.", "It may have been withdrawn; look for it again.")
    return recording_id


@handles(AskForTraining)
def ask_for_training(session: Session, events: Events, clock: Clock) -> int:
    day = session.scalar(select(func.max(ExportedDayRow.day)))
    if day is None:
        return 0
    ask_for(session, events, {day: TrainWork(day)}, clock.now())
    return 1


@handles(RecordRadioModel)
def record_radio_model(action: RecordRadioModel, session: Session, clock: Clock) -> Superseded:
    job, work = held_work(session, action.job_id, action.lease, TrainWork)
    if not action.first <= action.last == work.day:
        raise Invalid(f"This model was not trained up to {work.day}.", "Record what was claimed.")
    session.add(
        RadioModelRow(
            key=action.key, sha256=action.sha256, size=action.size, recordings=action.recordings, first_day=action.first,
            last_day=action.last, trained_at=clock.now(),
        )
    )  # fmt: skip
    finish(job)
    session.flush()
    stored = list(session.scalars(select(RadioModelRow).order_by(RadioModelRow.id.desc())))
    kept = {row.key for row in stored[:MODELS_KEPT]}
    for row in stored[MODELS_KEPT:]:
        session.delete(row)
    return Superseded(tuple(row.key for row in stored[MODELS_KEPT:] if row.key not in kept))
