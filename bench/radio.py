"""Radio: a station's batch of 25 beside one track; with --input and --output, the answer to a task of recommending."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import insert, select, update

from apps.core.accounts.models import AccountRow
from apps.core.app import create_core
from apps.core.catalogue.models import ArtistRow, RecordingCreditRow, RecordingRow, ReleaseRow, TrackRow
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.accounts import RegisterAccount
from apps.core.contract.actions import WORLDWIDE, Actor, Service
from apps.core.contract.catalogue import CreditRole, GetTrack
from apps.core.contract.ids import id_to_bytes, new_id
from apps.core.contract.radio import FeedbackKind, NextTracks, SendStationFeedback, StartStation, TrackSeed
from apps.core.contract.radio_model import HEADER, MAGIC, NEIGHBOURS, VERSION
from apps.core.database import db
from apps.core.playback.models import PublishedRenditionRow
from apps.core.radio.keeping import RadioModels
from apps.core.radio.model import Model
from apps.core.rights.models import DealRow
from apps.core.rights.terms import CommercialModel, UseType
from bench.measure import end_cleanly, microseconds, show
from bench.radio_tasks import answer
from bench.servers import EMAIL, PASSWORD, home
from ports.analytics.duckdb import DuckdbAnalytics
from ports.clock.interface import Clock

MEGABYTES, THREADS = 1_500, 2
RELEASES, TRACKS, ARTISTS, GENRES = 10_000, 10, 4_000, 20
STATIONS = 40
A_MOMENT = timedelta(seconds=1)
BETWEEN = timedelta(minutes=100)
"""25 tracks of four minutes."""


@dataclass
class Hand:
    """A clock that goes on as far as somebody listens."""

    time: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.time


@click.command
@click.option("--input", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="a task: train.csv, seeds.csv, ...")
@click.option("--output", "target", type=click.Path(dir_okay=False, path_type=Path), help="where the ranking goes")
def main(folder: Path | None, target: Path | None) -> None:
    """Without options, measure a station's batch; with both, answer a task."""
    if folder and target:
        tracks, seeds = answer(folder, target, DuckdbAnalytics(target.parent.absolute() / ".spill", MEGABYTES, THREADS))
        show("tracks that were learned", f"{tracks:,}")
        show("seeds that were answered", f"{seeds:,}")
    elif folder or target:
        raise click.UsageError("Give both --input and --output, or neither.")
    else:
        _measure()


def _measure() -> None:
    end_cleanly()
    with ExitStack() as stack:
        core, clock = create_core(stack.enter_context(home())), Hand()
        core.extensions["container"].put(Clock, clock)
        visitor = Sender(InProcessClient(core, Service.WEBSITE), Actor(Service.WEBSITE))
        account = visitor.send(RegisterAccount(EMAIL, "Bench", PASSWORD))
        recordings, tracks = _fill(core, account.id, clock)
        core.extensions["container"].get(RadioModels)._model = _model(recordings)  # noqa: SLF001 - not fetched, to measure nothing else
        listener = Sender(InProcessClient(core, Service.WEBSITE), Actor(Service.WEBSITE, account_id=account.id, plan="monthly"))
        stations = cycle([listener.send(StartStation(TrackSeed(track))).id for track in tracks[:STATIONS]])
        asked, fed = cycle(tracks), cycle([listener.send(StartStation(TrackSeed(track))).id for track in tracks[-STATIONS:]])

        def batch() -> None:
            clock.time += BETWEEN / STATIONS
            assert len(listener.send(NextTracks(next(stations))).tracks) == 25

        def after_a_like() -> None:
            clock.time += A_MOMENT
            station = next(fed)
            track = listener.send(NextTracks(station)).tracks[0]
            listener.send(SendStationFeedback(station, track.track_id, FeedbackKind.LIKE))

        given, got = microseconds(batch, lambda: listener.send(GetTrack(next(asked))), times=280, rounds=7)
        (liked,) = microseconds(after_a_like, times=STATIONS, rounds=5)
    show("tracks, and recordings in the model", f"{RELEASES * TRACKS:,}, {len(recordings):,}")
    show("CPU of GetTrack", f"{got:,.0f} µs")
    show("CPU of a batch of 25", f"{given:,.0f} µs")
    show("CPU of a batch that follows a like, and of the like", f"{liked:,.0f} µs")
    show("a batch of 25 / GetTrack", f"{given / got:.2f}", "at most 6")


def _fill(core: Flask, account_id: str, clock: Hand) -> tuple[Sequence[str], Sequence[str]]:
    """Make a large catalogue, and put the account on a plan; returns all recordings, and some tracks."""
    chance, now = random.Random(7), clock.now()  # noqa: S311 - the same every time
    artists = [new_id() for _ in range(ARTISTS)]
    rows: dict[type[Any], list[dict[str, Any]]] = {}
    rows[ArtistRow] = [{"id": artist, "name": f"Artist {number}", "name_key": f"artist {number}"} for number, artist in enumerate(artists)]
    for number in range(RELEASES):
        release_id, artist, genre = new_id(), chance.randrange(ARTISTS), f"Genre {chance.randrange(GENRES)}"
        for table, row in _release(release_id, number, artists[artist], f"Artist {artist}", genre, now):
            rows.setdefault(table, []).append(row)
    with core.app_context(), db.engine.begin() as connection:
        for table, some in rows.items():
            connection.execute(insert(table), some)
        mine = {"plan": "monthly", "plan_ends_at": now + timedelta(days=900)}
        connection.execute(update(AccountRow).where(AccountRow.id == account_id).values(mine))
        tracks = connection.scalars(select(TrackRow.id)).all()
    return [row["id"] for row in rows[RecordingRow]], chance.sample(tracks, 1_000)


def _release(release_id: str, number: int, artist_id: str, artist: str, genre: str, now: Any) -> Sequence[tuple[type[Any], dict[str, Any]]]:
    made: list[tuple[type[Any], dict[str, Any]]] = [
        (
            ReleaseRow,
            {
                "id": release_id, "deliverer": "bench", "identity": release_id, "type": "album", "title": f"Release {number}",
                "title_key": f"release {number}", "artist": artist, "genre": genre, "year": 1960 + number % 60, "added_at": now,
                "published_at": now,
            },
        ),
        (
            DealRow,
            {
                "id": new_id(), "release_id": release_id, "territory": WORLDWIDE, "commercial_model": CommercialModel.SUBSCRIPTION,
                "use_type": UseType.ON_DEMAND_STREAM, "starts_at": now,
            },
        ),
    ]  # fmt: skip
    for at in range(1, TRACKS + 1):
        recording_id, title = new_id(), f"Track {number} {at}"
        recording = {"deliverer": "bench", "identity": recording_id, "title": title, "artist": artist, "duration_ms": 240_000}
        made += [
            (RecordingRow, {"id": recording_id, **recording, "explicit": False, "genre": genre}),
            (
                RecordingCreditRow,
                {"recording_id": recording_id, "position": 1, "artist_id": artist_id, "role": CreditRole.MAIN, "credited_as": artist},
            ),
            (TrackRow, {"id": new_id(), "release_id": release_id, "recording_id": recording_id, "disc": 1, "number": at, "title": title}),
            (PublishedRenditionRow, {"recording_id": recording_id, "content_hash": "0" * 64, "published_at": now}),
        ]
    return made


def _model(recordings: Sequence[str]) -> Model:
    """Everybody has as many neighbours as there may be, anywhere in the catalogue."""
    chance, count = random.Random(8), len(recordings)  # noqa: S311 - as above
    ids = sorted(map(id_to_bytes, recordings))
    numbers = [chance.randrange(count) for _ in range(count * NEIGHBOURS)]
    nearness = [1 - at / NEIGHBOURS for at in range(NEIGHBOURS)] * count
    return Model(
        HEADER.pack(MAGIC, VERSION, 0, count, count * NEIGHBOURS, 0)
        + b"".join(ids)
        + struct.pack(f"<{count + 1}I", *range(0, count * NEIGHBOURS + 1, NEIGHBOURS))
        + struct.pack(f"<{2 * count}f", *([1 / count] * count), *([1.0] * count))
        + struct.pack(f"<{len(numbers)}I", *numbers)
        + struct.pack(f"<{len(nearness)}f", *nearness)
    )
