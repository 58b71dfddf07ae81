"""Filling a database with a catalogue at once: row by row through Core it would take an hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

from apps.core.catalogue.discographies import list_by_artist
from apps.core.catalogue.models import (
    ArtistRow,
    LabelRow,
    RecordingCreditRow,
    RecordingRow,
    ReleaseCreditRow,
    ReleaseRow,
    SeriesRow,
    TrackRow,
)
from apps.core.catalogue.rules import name_key
from apps.core.charts.models import EditionRow, EntryRow
from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.catalogue import CreditRole, ReleaseType
from apps.core.contract.ids import new_id
from apps.core.database import db
from apps.core.library.models import FavouriteArtistRow, FavouriteReleaseRow, FavouriteTrackRow
from apps.core.listening.models import HistoryRow
from apps.core.playback.models import PublishedRenditionRow
from apps.core.playlists.models import PlaylistMemberRow, PlaylistRow, PlaylistTrackRow
from apps.core.radio.models import HiddenTrackRow, StationRow
from apps.core.rights.models import DealExclusionRow, DealRow
from apps.core.rights.terms import CommercialModel, UseType

AT_ONCE = 20_000
ORDER = (
    LabelRow, ArtistRow, SeriesRow, ReleaseRow, ReleaseCreditRow, RecordingRow, RecordingCreditRow, TrackRow, PublishedRenditionRow,
    DealRow, DealExclusionRow, FavouriteTrackRow, FavouriteReleaseRow, FavouriteArtistRow, HiddenTrackRow, HistoryRow, StationRow,
    PlaylistRow, PlaylistMemberRow, PlaylistTrackRow, EntryRow, EditionRow,
)  # fmt: skip
"""What is referred to comes first; entries of a chart come before their edition, which closes it."""
Facts = dict[str, Any]


@dataclass
class Books:
    """Rows as they go into Core: each artist once, and every release offered in one territory or in all."""

    rows: dict[type[Any], list[Facts]] = field(default_factory=lambda: defaultdict(list))
    artists: dict[str, str] = field(default_factory=dict[str, str])
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def add(self, table: type[Any], **row: Any) -> None:
        self.rows[table].append(row)

    def artist(self, name: str) -> str:
        key = name_key(name)
        if key not in self.artists:
            self.artists[key] = new_id()
            self.add(ArtistRow, id=self.artists[key], name=name, name_key=key)
        return self.artists[key]

    def release(
        self, title: str, artist: str, uses: Collection[UseType] = (UseType.ON_DEMAND_STREAM,), territory: str = WORLDWIDE, **more: Any
    ) -> str:
        """One of a subscription, with a deal for each use; `more` are other columns."""
        release_id = new_id()
        facts = {"deliverer": "bench", "identity": release_id, "title": title, "title_key": title[:100], "artist": artist}
        shown = {"type": ReleaseType.ALBUM, "added_at": self.now, "published_at": self.now, **more}
        self.add(ReleaseRow, id=release_id, **facts, **shown)
        terms = {"commercial_model": CommercialModel.SUBSCRIPTION, "starts_at": self.now}
        for use in uses:
            self.add(DealRow, id=new_id(), release_id=release_id, territory=territory, use_type=use, **terms)
        return release_id

    def recording(self, title: str, performers: Sequence[str]) -> str:
        """One that is ready to be played."""
        recording_id = new_id()
        facts = {"deliverer": "bench", "identity": recording_id, "title": title, "artist": ", ".join(performers)}
        self.add(RecordingRow, id=recording_id, **facts, explicit=False, duration_ms=200_000)
        for at, name in enumerate(performers):
            whose = {"artist_id": self.artist(name), "role": CreditRole.MAIN, "credited_as": name}
            self.add(RecordingCreditRow, recording_id=recording_id, position=at, **whose)
        self.add(PublishedRenditionRow, recording_id=recording_id, content_hash="0" * 64, published_at=self.now)
        return recording_id

    def track(self, release_id: str, number: int, recording_id: str, title: str) -> str:
        track_id = new_id()
        self.add(TrackRow, id=track_id, release_id=release_id, recording_id=recording_id, disc=1, number=number, title=title)
        return track_id

    def write(self, core: Flask) -> None:
        with core.app_context():
            with db.engine.begin() as connection:
                for table, rows in sorted(self.rows.items(), key=lambda one: ORDER.index(one[0])):
                    some = iter(rows)
                    while batch := list(islice(some, AT_ONCE)):
                        connection.execute(insert(table), batch)
            with Session(db.engine) as session:
                list_by_artist(session, [row["id"] for row in self.rows[ReleaseRow]])
                session.commit()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("ANALYZE")
                connection.commit()
