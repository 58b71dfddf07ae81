"""What the month has come to, and whether it is right."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from apps.console.demo.catalogue import LABELS
from apps.console.demo.month import WEEKS, Month
from apps.core.contract.charts import GetEdition, ListCharts
from apps.core.contract.reporting import GetRun, GetStatement, ListRuns, ListStatements, ReportFile, Status

CHART = "uk-singles"


@dataclass
class Audit:
    """Each check prints what it found; `faults` are what is not as it should be."""

    month: Month
    received: Path
    """The folder of the labels' server."""
    faults: int = 0

    def lines(self) -> Iterator[str]:
        yield from self._subscriptions()
        yield from self._charts()
        yield from self._stations()
        yield from self._money()
        yield from self._files()
        yield from self._partners()

    def _check(self, right: bool) -> str:
        self.faults += not right
        return "ok" if right else "WRONG"

    def _subscriptions(self) -> Iterator[str]:
        states = Counter(one.state.value for listener in self.month.listeners for one in listener.subscriptions())
        plays = sum(listener.plays for listener in self.month.listeners)
        told = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
        yield f"{len(self.month.listeners)} listeners played {plays:,} times; their subscriptions now: {told}."

    def _charts(self) -> Iterator[str]:
        listener = self.month.listeners[0].core
        (chart,) = (one for one in listener.send(ListCharts()).items if one.code == CHART)
        day, weeks = chart.latest, 0
        while day is not None:
            edition = listener.send(GetEdition(CHART, day))
            first = edition.entries[0]
            yield f"{chart.title}, week from {day}: 1. {first.title} by {first.artist} ({first.movement.value}, {first.plays} plays)"
            day, weeks = edition.previous, weeks + 1
        yield f"Weekly editions: {weeks} {self._check(weeks == WEEKS)}"

    def _stations(self) -> Iterator[str]:
        for first, following in self.month.batches:
            liked = first.tracks[2].title
            reasons = sum("you liked" in track.why for track in following.tracks)
            skipped = {track.recording_id for track in first.tracks[:2]}
            heeded = reasons > 0 and not skipped & {track.recording_id for track in following.tracks}
            yield f"A station after a like of {liked}: {reasons} of {len(following.tracks)} tracks because of it {self._check(heeded)}"

    def _money(self) -> Iterator[str]:
        staff = self.month.staff[0]
        runs = staff.send(ListRuns()).items
        for run in sorted(runs, key=lambda one: one.week):
            detail = staff.send(GetRun(run.week))
            told = [f"{one.currency} {one.revenue - one.unearned} earned, difference {one.difference}" for one in detail.reconciliation]
            right = all(one.difference == 0 for one in detail.reconciliation) and len(detail.statements) == len(LABELS)
            yield f"Week {run.week}: {len(detail.statements)} statements; {'; '.join(told)} {self._check(right)}"
        yield f"Weeks reported: {len(runs)} {self._check(len(runs) == WEEKS)}"

    def _files(self) -> Iterator[str]:
        """Whether the labels have, byte for byte, what is stored and was signed."""
        staff = self.month.staff[0]
        compared = sent = 0
        for statement in staff.send(ListStatements(size=100)).items:
            detail = staff.send(GetStatement(statement.number))
            sent += statement.status == Status.DISPATCHED
            for file, place in zip(detail.files, detail.places, strict=False):  # none of those that are not sent
                compared += self._same(file, place)
        expected = 2 * len(LABELS) * (WEEKS - self.month.leaves_last)
        verdict = self._check(compared == expected)
        yield f"{sent} statements sent; files at the labels' equal to the stored ones: {compared} of {expected} {verdict}"

    def _same(self, file: ReportFile, place: str) -> bool:
        with self.month.house.storage.open(file.key) as stored:
            ours = stored.read()
        theirs = (self.received / urlsplit(place).path.lstrip("/")).read_bytes()
        return ours == theirs and hashlib.sha256(ours).hexdigest() == file.sha256

    def _partners(self) -> Iterator[str]:
        for name, partner in self.month.partners.items():
            labels = {one.label.name for one in partner.send(ListStatements(size=100)).items}
            yield f"The partner of {name} sees statements of: {', '.join(labels)} {self._check(labels == {name})}"
