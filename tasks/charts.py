"""Counting editions of charts from the exported play log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.charts import AskForEditions, ChartCount, RecordEdition
from apps.core.contract.exports import Table
from apps.core.contract.jobs import ChartWork
from tasks.app import celery
from tasks.exported import exported, exported_days
from tasks.leases import Lease, do_job
from tasks.office import Office, office
from tasks.schedule import ASK_FOR_EDITIONS, take_slot
from tasks.uuids import as_id, as_uuid

TABLES = (Table.PLAYS, Table.LATE, Table.RECORDINGS, Table.TRACKS)
ORDER = "plays DESC, past_position NULLS LAST, chart_key"
"""Of two that were played as often, the one that stood higher in the edition before; then by the key, which is as good as any."""


@celery.task
def ask_for_editions() -> None:
    if take_slot(office(), ASK_FOR_EDITIONS):
        office().core.send(AskForEditions())


@celery.task
def count(job_id: str) -> None:
    do_job(office(), job_id, ChartWork, count_edition)


def count_edition(office: Office, lease: Lease, work: ChartWork) -> None:
    """Raises `OSError` where a day is missing or damaged: then nothing is published, and the reason names it."""
    days = exported_days(office, work.first_export, work.last_export)
    with exported(office, work.first_export, work.last_export, TABLES) as tables:
        rows = office.analytics.query(statement(work), tables, parameters(work))
    office.core.send(RecordEdition(lease.job_id, lease.token, as_counts(rows), tuple(day.sha256 for day in days)))


def statement(work: ChartWork) -> str:
    """One row for each place, in the order of the chart. A listener's plays of one day are capped before anything is added up."""
    eligible = " AND ".join([
        "started_at >= $midnight_0", f"started_at < $midnight_{len(work.midnights) - 1}", "played_ms >= $least_ms", "NOT preview",
        f"evidence IN ({_names('evidence', work.rules.evidence)})", *([] if work.territory == WORLDWIDE else ["territory = $territory"]),
    ])  # fmt: skip
    day = " ".join(f"WHEN started_at < $midnight_{number} THEN {number}" for number in range(1, len(work.midnights)))
    before = ", ".join(f"($key_{at}, {one.position})" for at, one in enumerate(work.before)) or "(CAST(NULL AS VARCHAR), 0)"
    return f"""
        WITH heard AS (
            SELECT listener, recording_id, CASE {day} END AS day FROM plays WHERE {eligible}
            UNION ALL
            SELECT listener, recording_id, CASE {day} END AS day FROM late WHERE {eligible}
        ),
        known AS (SELECT recording_id, min(isrc) AS isrc, min(artist_id) AS artist_id FROM recordings GROUP BY recording_id),
        shared AS (SELECT isrc, min(recording_id) AS first_id FROM known GROUP BY isrc HAVING count(isrc) > 1),
        twins AS (
            SELECT recording_id, first_id FROM known JOIN shared ON shared.isrc = known.isrc WHERE recording_id <> first_id
        ),
        counted AS (
            SELECT coalesce(first_id, heard.recording_id) AS charted_id, least(count(*), $most_a_day) AS plays
            FROM heard LEFT JOIN twins ON twins.recording_id = heard.recording_id
            GROUP BY coalesce(first_id, heard.recording_id), listener, day
        ),
        totals AS (SELECT charted_id, sum(plays) AS plays FROM counted GROUP BY charted_id),
        past (past_key, past_position) AS (VALUES {before}),
        keyed AS (
            SELECT charted_id, plays, coalesce(artist_id, charted_id) AS lead_id, coalesce(isrc, CAST(charted_id AS VARCHAR)) AS chart_key
            FROM totals JOIN known ON known.recording_id = charted_id
        ),
        ranked AS (
            SELECT keyed.*, past_position, row_number() OVER (PARTITION BY lead_id ORDER BY {ORDER}) AS of_artist
            FROM keyed LEFT JOIN past ON past_key = chart_key
        ),
        placed AS (SELECT * FROM ranked WHERE of_artist <= $most_of_artist ORDER BY {ORDER} LIMIT {work.places}),
        named AS (
            SELECT recording_id, title, artist, row_number() OVER (PARTITION BY recording_id ORDER BY title, artist) AS copy
            FROM recordings WHERE recording_id IN (SELECT charted_id FROM placed)
        ),
        heard_on AS (SELECT recording_id, min(track_id) AS first_track FROM tracks GROUP BY recording_id)
        SELECT chart_key, charted_id, first_track, title, artist, CAST(plays AS BIGINT)
        FROM placed JOIN named ON named.recording_id = charted_id AND copy = 1 JOIN heard_on ON heard_on.recording_id = charted_id
        ORDER BY {ORDER}
    """  # noqa: S608 - nothing but numbers and parameters' names is put into it


def parameters(work: ChartWork) -> Mapping[str, Any]:
    return {
        **{f"midnight_{number}": moment.replace(tzinfo=None) for number, moment in enumerate(work.midnights)},
        **{f"evidence_{number}": str(grade) for number, grade in enumerate(work.rules.evidence)},
        **{f"key_{number}": _as_counted(one.key) for number, one in enumerate(work.before)},
        **({} if work.territory == WORLDWIDE else {"territory": work.territory}),
        "least_ms": work.rules.least_ms, "most_a_day": work.rules.most_per_listener_track_day,
        "most_of_artist": work.rules.most_per_lead_artist,
    }  # fmt: skip


def as_counts(rows: Iterable[tuple[Any, ...]]) -> tuple[ChartCount, ...]:
    """The statement's rows as Core takes them."""
    return tuple(
        ChartCount(
            key=as_id(recording) if key == str(recording) else key, recording_id=as_id(recording), track_id=as_id(track), title=title,
            artist=artist, plays=plays,
        )
        for key, recording, track, title, artist, plays in rows
    )  # fmt: skip


def _names(name: str, values: Sequence[object]) -> str:
    return ", ".join(f"${name}_{number}" for number in range(len(values)))


def _as_counted(key: str) -> str:
    """A key of an edition as the exported tables have it: there ids are UUIDs."""
    try:
        return as_uuid(key)
    except ValueError:
        return key
