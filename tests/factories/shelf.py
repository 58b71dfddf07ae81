"""A shelf of playable releases for tests that need many: written at once, in the form in which intake leaves them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import insert

from apps.core.catalogue.models import ArtistReleaseRow, ArtistRow, RecordingCreditRow, RecordingRow, ReleaseCreditRow, ReleaseRow, TrackRow
from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.catalogue import CreditRole, ReleaseType
from apps.core.contract.ids import ReleaseId, new_id
from apps.core.database import Base, db
from apps.core.playback.models import PublishedRenditionRow
from apps.core.rights.models import DealRow
from apps.core.rights.terms import CommercialModel, UseType
from ports.clock.interface import Clock


@dataclass
class Shelf:
    core: Flask
    numbers: count[int]

    def release(self, title: str, artist: str, tracks: int = 5, **more: Any) -> ReleaseId:
        """One by one artist, offered everywhere as the operator's own music; `more` are columns of the release."""
        rows: dict[type[Base], list[dict[str, Any]]] = {}
        artist_id, release_id, now = new_id(), new_id(), self.core.extensions["container"].get(Clock).now()
        rows[ArtistRow] = [{"id": artist_id, "name": artist, "name_key": f"{artist} {next(self.numbers)}"}]
        release = {"type": ReleaseType.ALBUM, "genre": None, "year": None, "artist": artist, **more}
        rows[ReleaseRow] = [
            {
                "id": release_id, "deliverer": "test", "identity": release_id, "title": title, "title_key": title.casefold(),
                "added_at": now, "published_at": now, **release,
            }
        ]  # fmt: skip
        rows[ReleaseCreditRow] = [self.credit(artist_id, artist, release_id=release_id)]
        rows[ArtistReleaseRow] = [{"artist_id": artist_id, "release_id": release_id, "own": True, "year": release["year"] or 0}]
        rows[DealRow] = [
            {
                "id": new_id(), "release_id": release_id, "territory": WORLDWIDE, "commercial_model": CommercialModel.OWN_MUSIC,
                "use_type": UseType.ON_DEMAND_STREAM, "starts_at": now,
            }
        ]  # fmt: skip
        for number in range(1, tracks + 1):
            self.track(rows, release_id, number, artist_id, artist, release["genre"])
        self.write(rows)
        return release_id

    @staticmethod
    def credit(artist_id: str, name: str, **of: str) -> dict[str, Any]:
        return {**of, "position": 1, "artist_id": artist_id, "role": CreditRole.MAIN, "credited_as": name}

    def track(self, rows: dict[Any, Any], release_id: str, number: int, artist_id: str, artist: str, genre: str | None) -> None:
        recording_id, title = new_id(), f"{artist} {number}"
        content = hashlib.sha256(recording_id.encode()).hexdigest()
        new: Sequence[tuple[type[Base], dict[str, Any]]] = (
            (
                RecordingRow,
                {
                    "id": recording_id, "deliverer": "test", "identity": recording_id, "title": title, "artist": artist,
                    "duration_ms": 200_000, "explicit": False, "genre": genre,
                },
            ),
            (RecordingCreditRow, self.credit(artist_id, artist, recording_id=recording_id)),
            (
                TrackRow,
                {
                    "id": new_id(), "release_id": release_id, "recording_id": recording_id, "disc": 1, "number": number, "title": title,
                },
            ),
            (
                PublishedRenditionRow,
                {"recording_id": recording_id, "content_hash": content, "published_at": rows[ReleaseRow][0]["published_at"]},
            ),
        )  # fmt: skip
        for table, row in new:
            rows.setdefault(table, []).append(row)

    def again(self, track: Any, title: str, **more: Any) -> ReleaseId:
        """Put a recording that is there on another release, too."""
        release_id = self.release(title, "Somebody else", tracks=0, **more)
        self.write(
            {
                TrackRow: [
                    {
                        "id": new_id(), "release_id": release_id, "recording_id": track.recording_id, "disc": 1, "number": 1,
                        "title": track.title,
                    }
                ]
            }
        )  # fmt: skip
        return release_id

    def write(self, rows: dict[type[Base], list[dict[str, Any]]]) -> None:
        with self.core.app_context(), db.engine.begin() as connection:
            for table, some in rows.items():
                connection.execute(insert(table), some)
