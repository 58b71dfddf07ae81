from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

from apps.core.client.interface import Sender
from apps.core.contract.catalogue import GetRelease, ReleaseDetail
from apps.core.contract.ids import ReleaseId, TrackId
from apps.core.contract.listening import Play, RecordPlays
from apps.core.contract.radio import StartStation, Station, TrackSeed
from tests.factories.deals import Deals
from tests.factories.exports import Exports
from tests.factories.radio import Training
from tests.factories.shelf import Shelf

ARTISTS = ("The Lanterns", "Ada", "Broken Harbour", "Cem", "Dusk", "Electric Paper", "Fen", "Golden Engine")


@pytest.fixture
def deals(core_app) -> Deals:
    return Deals(core_app)


@pytest.fixture
def shelf(core_app) -> Shelf:
    return Shelf(core_app, count())


@pytest.fixture
def releases(shelf, visitor) -> list[ReleaseDetail]:
    """Eight artists with one release of five tracks each: two genres, two decades."""
    made = [
        shelf.release(f"Album of {artist}", artist, genre="Jazz" if number % 2 else "Pop", year=1994 if number < 4 else 2012)
        for number, artist in enumerate(ARTISTS)
    ]
    return [visitor.send(GetRelease(release_id)) for release_id in made]


@pytest.fixture
def pop(shelf) -> list[ReleaseId]:
    """Enough for two batches and more."""
    return [shelf.release(f"Album {number}", f"Artist {number}", genre="Pop") for number in range(13)]


@pytest.fixture
def station(ana, releases) -> Station:
    """Ana's, from the first track of the first artist."""
    return ana.send(StartStation(TrackSeed(releases[0].tracks[0].id)))


@pytest.fixture
def play(clock) -> Callable[..., None]:
    def run(who: Sender, *tracks: TrackId) -> None:
        plays = [Play(f"event-{track}", track, clock.now() - timedelta(minutes=4 * at), 60_000) for at, track in enumerate(tracks)]
        who.send(RecordPlays(tuple(plays)))

    return run


@pytest.fixture
def training(core_app, catalogue, worker, clock, ana, releases, play, tmp_path) -> Callable[[], Training]:
    """A day has been played and exported."""
    play(ana, releases[0].tracks[0].id)

    def after_another_day() -> Training:
        clock.set(clock.now() + timedelta(days=1, hours=3))
        Exports(catalogue, worker).export_all()
        return Training(core_app, catalogue, worker, tmp_path)

    return after_another_day
