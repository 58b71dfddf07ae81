"""What listeners do: play, tell of it, tune in, hide, favour, forget."""

from __future__ import annotations

import random
from datetime import timedelta

from apps.core.contract.errors import CelestaError, Conflict
from apps.core.contract.library import AddFavourite, RemoveFavourite, TrackSubject
from apps.core.contract.listening import ClearHistory, Play, RecordPlays
from apps.core.contract.playback import EndPlayback, RenewPlayback, StartPlayback
from apps.core.contract.queue import GetQueue, QueueEntry, SaveQueue, SaveQueuePosition
from apps.core.contract.radio import (
    FeedbackKind,
    HideTrack,
    NextTracks,
    SendStationFeedback,
    StartStation,
    TrackSeed,
    UnhideTrack,
)
from tests.faults.history.person import Person
from tests.faults.history.town import Account, Town

BATCH = 5


def play(town: Town, who: Account, chance: random.Random) -> None:
    """Through the app, or on the website; what is told twice counts once."""
    person = chance.choice([who.app, who.app, who.website])
    track_id = town.a_track(chance)
    session = person.do(StartPlayback(track_id, f"device-{chance.randrange(2)}", take_over=True))
    try:
        person.do(RenewPlayback(session.id))
    except CelestaError:
        return  # another device has taken over
    person.again(EndPlayback(session.id))
    tell(town, who, person, (session.id,), chance)


def tell(town: Town, who: Account, person: Person, session_ids: tuple[str, ...], chance: random.Random) -> None:
    started = town.house.clock.now() - timedelta(minutes=5)
    plays = tuple(
        Play(f"{town.name}-{who.id}-{next(who.plays)}", town.a_track(chance), started + timedelta(seconds=number), 40_000, session_ids)
        for number in range(chance.randint(1, BATCH))
    )
    if chance.random() < 0.2:
        person.once(RecordPlays(plays))
        return
    person.again(RecordPlays(plays))
    if chance.random() < 0.3:
        person.again(RecordPlays(plays))


def tune_in(town: Town, who: Account, chance: random.Random) -> None:
    station = who.website.do(StartStation(TrackSeed(town.a_track(chance))))
    batch = who.website.do(NextTracks(station.id))
    for track in batch.tracks[:1]:
        who.website.again(SendStationFeedback(station.id, track.track_id, FeedbackKind.LIKE))


def hide(town: Town, who: Account, chance: random.Random) -> None:
    track_id = town.a_track(chance)
    who.website.again(HideTrack(track_id))
    if chance.random() < 0.5:
        who.website.again(UnhideTrack(track_id))
    if chance.random() < 0.2:
        who.website.once(HideTrack(track_id))


def favour(town: Town, who: Account, chance: random.Random) -> None:
    subject = TrackSubject(town.a_track(chance))
    who.website.again(AddFavourite(subject))
    if chance.random() < 0.5:
        who.website.again(RemoveFavourite(subject))
    if chance.random() < 0.2:
        who.website.once(AddFavourite(subject))


def queue_up(town: Town, who: Account, chance: random.Random) -> None:
    """Behind what is queued already; another device of theirs may do so at the same moment."""
    person, device = who.website, f"device-{chance.randrange(2)}"
    queue = person.ask(GetQueue())
    entries = tuple(QueueEntry(one.track.track_id, one.source) for one in queue.tracks[-BATCH:])
    try:
        saved = person.do(SaveQueue(queue.revision, device, (*entries, QueueEntry(town.a_track(chance)))))
        person.again(SaveQueuePosition(saved.revision, device, 1, chance.randrange(40_000)))
    except Conflict:
        return


def forget(town: Town, who: Account, chance: random.Random) -> None:
    who.app.again(ClearHistory())
    tell(town, who, who.app, (), chance)
