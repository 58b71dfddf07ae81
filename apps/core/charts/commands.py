"""Having editions made, and publishing them."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from sqlalchemy import insert
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.charts.definitions import Charts
from apps.core.charts.models import EditionRow, EntryRow
from apps.core.charts.publishing import ask_for_next, edition_before, standings
from apps.core.charts.rules import histories
from apps.core.contract.actions import Done
from apps.core.contract.charts import AskForEditions, ChartCount, EditionPublished, RecordEdition
from apps.core.contract.codec import encoder
from apps.core.contract.errors import Invalid
from apps.core.contract.jobs import ChartWork
from apps.core.jobs.holding import finish, held_work
from apps.core.outbox import Events
from ports.clock.interface import Clock


@handles(AskForEditions)
def ask_for_editions(session: Session, events: Events, clock: Clock, charts: Charts) -> Done:
    for chart in charts:
        ask_for_next(session, events, chart, clock.now())
    return Done()


@handles(RecordEdition)
def record_edition(action: RecordEdition, session: Session, events: Events, clock: Clock, charts: Charts) -> Done:
    job, work = held_work(session, action.job_id, action.lease, ChartWork)
    _refuse_impossible(action.counts, work)
    _publish(session, work, action, clock.now())
    events.emit(EditionPublished(work.chart, work.first_day))
    finish(job)
    chart = charts.get(work.chart)
    if chart is not None:
        ask_for_next(session, events, chart, clock.now())
    return Done()


def _refuse_impossible(counts: tuple[ChartCount, ...], work: ChartWork) -> None:
    if len(counts) > work.places or len({count.key for count in counts}) < len(counts):
        raise Invalid(f"These are no counts of {work.chart}: there are more than it has places, or two of the same.", "Count them again.")
    if any(later.plays > earlier.plays for earlier, later in pairwise(counts)):
        raise Invalid(f"These counts of {work.chart} are not in order.", "Send those with the most plays first.")


def _publish(session: Session, work: ChartWork, action: RecordEdition, now: datetime) -> None:
    """The entries come first: once an edition is there, the database takes no more of them."""
    ranked = [(count.key, position) for position, count in enumerate(action.counts, 1)]
    past = standings(session, work.chart, [key for key, _ in ranked])
    told = histories(ranked, past, edition_before(session, work.chart, work.first_day))
    rows = [
        {
            "chart": work.chart, "first_day": work.first_day, "position": position, "key": count.key, "recording_id": count.recording_id,
            "track_id": count.track_id, "title": count.title, "artist": count.artist, "plays": count.plays,
            "last_position": one.last_position, "peak": one.peak, "weeks": one.weeks, "movement": one.movement,
        }
        for position, (count, one) in enumerate(zip(action.counts, told, strict=True), 1)
    ]  # fmt: skip
    if rows:
        session.execute(insert(EntryRow), rows)
    edition = {
        "chart": work.chart, "first_day": work.first_day, "last_day": work.last_day, "starts_at": work.midnights[0],
        "ends_at": work.midnights[-1], "rule_version": work.rules.version, "manifests": encoder.encode(action.manifests),
        "published_at": now,
    }  # fmt: skip
    session.execute(insert(EditionRow), edition)
