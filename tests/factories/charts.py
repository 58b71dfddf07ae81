"""Charts for tests that are not about counting: of days that count as exported, editions are recorded as a worker does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from apps.core.charts.definitions import Chart, Charts
from apps.core.client.interface import Sender
from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.catalogue import TrackSummary
from apps.core.contract.charts import AskForEditions, ChartCount, ChartRules, Every, RecordEdition
from apps.core.contract.codec import encoder
from apps.core.contract.days import Day, closes_at, next_day
from apps.core.contract.exports import EXPORT_VERSION, DayManifest
from apps.core.contract.jobs import ChartWork, JobClaim
from apps.core.contract.listening import Evidence
from apps.core.database import db
from apps.core.listening.models import ExportedDayRow
from ports.clock.stepped import SteppedClock
from tests.factories.catalogue import Catalogue

RULES = ChartRules(1, 30_000, 10, 3, tuple(Evidence))
DAY = 24 * 3600


def chart(code: str = "daily", every: Every = Every.DAY, zone: str = "UTC", territory: str = WORLDWIDE, places: int = 40) -> Chart:
    return Chart(code, code.capitalize(), every, zone, territory, places, RULES)


@dataclass
class Charting:
    """There is one daily chart unless `have` says otherwise. The play log began today."""

    core: Flask
    catalogue: Catalogue
    worker: Sender
    clock: SteppedClock
    began: Day = ""

    def __post_init__(self) -> None:
        self.began = str(self.clock.now().date())
        self.have(chart())

    def have(self, *charts: Chart) -> None:
        self.core.extensions["container"].put(Charts, Charts({one.code: one for one in charts}))

    def days_pass(self, number: int = 1) -> None:
        """All days that have closed by then count as exported, as empty as they are, and editions are asked for."""
        self.clock.advance(number * DAY)
        with self.core.app_context():
            known = set(db.session.scalars(db.select(ExportedDayRow.day)))
            day = self.began
            while closes_at(day) <= self.clock.now():
                if day not in known:
                    manifest = encoder.encode(DayManifest(day, closes_at(day), EXPORT_VERSION, ()))
                    db.session.add(ExportedDayRow(day=day, manifest=manifest, sha256="0" * 64, exported_at=self.clock.now()))
                day = next_day(day)
            db.session.commit()
        self.worker.send(AskForEditions())

    def waiting(self) -> list[str]:
        return self.catalogue.waiting("chart")

    def claim(self) -> tuple[JobClaim, ChartWork]:
        """The one that waits."""
        (job_id,) = self.waiting()
        claim = self.catalogue.claim(job_id)
        assert isinstance(claim.work, ChartWork)
        return claim, claim.work

    def record(self, claim: JobClaim, tracks: Sequence[TrackSummary]) -> None:
        self.worker.send(RecordEdition(claim.job_id, claim.lease, counts(tracks), ("0" * 64,)))

    def publish(self, *tracks: TrackSummary) -> str:
        """The edition that waits to be counted, with these in their order; returns its first day."""
        claim, work = self.claim()
        self.record(claim, tracks)
        return work.first_day


def counts(tracks: Sequence[TrackSummary]) -> tuple[ChartCount, ...]:
    return tuple(
        ChartCount(track.recording_id, track.recording_id, track.id, track.title, track.artist, 1000 - place)
        for place, track in enumerate(tracks)
    )
