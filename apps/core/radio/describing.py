"""Stations, batches and tracks as the contract has them, of what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from apps.core.contract.errors import NotFound
from apps.core.contract.radio import (
    ArtistSeed,
    GenreSeed,
    MixSeed,
    ReleaseSeed,
    Seed,
    Station,
    StationBatch,
    StationTrack,
    TrackSeed,
)
from apps.core.contract.words import Wording
from apps.core.radio.licences import Licence
from apps.core.radio.rules import Candidate, Played

stored = msgspec.msgpack.Encoder()
candidates_decoder = msgspec.msgpack.Decoder(tuple[Candidate, ...])
played_decoder = msgspec.msgpack.Decoder(tuple[Played, ...])
raw_decoder = msgspec.msgpack.Decoder(tuple[msgspec.Raw, ...])
candidate_decoder = msgspec.msgpack.Decoder(Candidate)


def subject_of(seed: Seed) -> str:
    """What the seed names; nothing of a mix, which is its listener's."""
    match seed:
        case TrackSeed():
            return seed.track_id
        case ArtistSeed():
            return seed.artist_id
        case ReleaseSeed():
            return seed.release_id
        case GenreSeed():
            return seed.genre
        case _:
            return ""


def seed_of(kind: str, subject: str) -> Seed:
    seeds: dict[str, Any] = {"track": TrackSeed, "artist": ArtistSeed, "release": ReleaseSeed, "genre": GenreSeed}
    return seeds[kind](subject) if kind in seeds else MixSeed()


def station_of(row: Any) -> Station:
    return Station(row.id, seed_of(row.kind, row.subject), row.title, row.started_at, row.played_at)


def batch_of(station_id: str, number: int, tracks: Sequence[Candidate], fewer: Wording | None, licence: Licence) -> StationBatch:
    told = tuple(
        StationTrack(
            one.track_id, one.recording_id, one.release_id, next(iter(one.artist_ids), None), one.title, one.artist, one.release_title,
            one.cover, one.duration_ms, why.whole()[0], why,
        )
        for one in tracks
        for why in [Wording(one.why, values=one.values)]
    )  # fmt: skip
    words = " ".join(filter(None, fewer.whole())) if fewer else None
    return StationBatch(station_id, number, told, words, licence.tells_ahead, fewer)


def no_such_station() -> NotFound:
    return NotFound("There is no such station.", "Start one from a track, an artist or a release.")
