"""Counting a week's usage, and splitting what a label gets over its lines: SQL over the exported play log.

The log's tables are seen once for each day, as `plays_0` to `plays_6`: what a day's plays are of is told by that day's dimensions.
"""

# ruff: noqa: S608 - the statements are made of our own texts and of numbers; values come as parameters

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.days import Day
from apps.core.contract.exports import Table
from apps.core.contract.labels import Eligibility, Terms
from apps.core.contract.listening import Evidence
from apps.core.contract.reporting import StatementOrder
from tasks.uuids import as_digits

TABLES = (Table.PLAYS, Table.LATE, Table.RECORDINGS, Table.TRACKS, Table.RELEASES, Table.OWNERSHIP)
PROOF = {Evidence.CLAIMED: 0, Evidence.SESSION: 1, Evidence.FETCHED: 2}
"""Grades in the order of what they prove."""
FOREVER = "TIMESTAMP '9999-12-31 00:00:00'"
SALE_WEEK = "CAST(date_trunc('week', started_at - INTERVAL 4 DAY) AS DATE) + 4"
"""The Friday that a moment's week begins with: `date_trunc` knows weeks from Monday on."""
LINE = "recording_id, track_id, release_id, territory, plan, sale"
TERMS = {"label_id": "UUID", "territory": "VARCHAR", "kind": "INTEGER"}
DUES = {"label_id": "UUID", "territory": "VARCHAR", "currency": "VARCHAR", "due": "BIGINT", "counted": "BIGINT"}
HOLDS = "({0}.day IS NULL OR ({0}.day = grouped.day AND {0}.starts_at <= grouped.moment AND grouped.moment < {0}.ends_at))"

OWNERS = f"""
    owned AS (
        SELECT day, recording_id, territory, label_id, starts_at, LEAST(
            COALESCE(ends_at, {FOREVER}),
            COALESCE(LEAD(starts_at) OVER (PARTITION BY day, recording_id, territory ORDER BY starts_at, ownership_id), {FOREVER})
        ) AS ends_at
        FROM told
    ),
    changed AS (
        SELECT DISTINCT recording_id FROM (
            SELECT owned.recording_id FROM owned JOIN known ON known.recording_id = owned.recording_id CROSS JOIN span
            GROUP BY owned.recording_id, owned.territory, known.days, span.first, span.last
            HAVING COUNT(*) <> known.days OR COUNT(DISTINCT label_id) > 1 OR MAX(starts_at) > span.first OR MIN(ends_at) <= span.last
        )
    ),
    owners AS (
        SELECT DISTINCT owned.recording_id, territory, label_id, NULL AS day, NULL AS starts_at, NULL AS ends_at
        FROM owned LEFT JOIN changed ON changed.recording_id = owned.recording_id WHERE changed.recording_id IS NULL
        UNION ALL
        SELECT owned.recording_id, territory, label_id, day, starts_at, ends_at
        FROM owned JOIN changed ON changed.recording_id = owned.recording_id
    )"""
"""Who owns what: of two that claim it at once, the later one does. What was the same on all days, for all plays, has no moments."""

CLAIMED = f"""
    claimed AS (
        SELECT COALESCE(here.label_id, world.label_id) AS label_id, grouped.*
        FROM grouped
        LEFT JOIN owners AS here
            ON here.recording_id = grouped.recording_id AND here.territory = grouped.territory AND {HOLDS.format("here")}
        LEFT JOIN owners AS world
            ON world.recording_id = grouped.recording_id AND world.territory = '{WORLDWIDE}' AND {HOLDS.format("world")}
    ),
    judged AS (
        SELECT claimed.*, COALESCE(here.kind, world.kind, usual.kind) AS kind
        FROM claimed
        LEFT JOIN terms AS here ON here.label_id = claimed.label_id AND here.territory = claimed.territory
        LEFT JOIN terms AS world ON world.label_id = claimed.label_id AND world.territory = '{WORLDWIDE}'
        CROSS JOIN (SELECT kind FROM terms WHERE label_id IS NULL) AS usual
    )"""
"""Whose they are, and by which terms they are judged: what holds in the very territory goes before what holds everywhere."""


def numbered(exported: Mapping[Day, Mapping[Table, Sequence[Path]]]) -> dict[str, Sequence[Path]]:
    """Each day's files as tables of their own, however many files they are."""
    return {f"{table}_{number}": paths for number, day in enumerate(exported.values()) for table, paths in day.items()}


def kinds_of(terms: Iterable[Terms], usual: Eligibility) -> list[Eligibility]:
    """Every way there is to say which plays earn."""
    return sorted({usual, *(one.eligibility for one in terms)}, key=lambda one: (one.least_ms, PROOF[one.least_evidence]))


def terms_as_lines(terms: Iterable[Terms], usual: Eligibility, kinds: Sequence[Eligibility]) -> str:
    """For `TERMS`; the usual ones are nobody's and of no territory."""
    told = [(as_digits(one.label_id), one.territory, one.eligibility) for one in terms] + [(r"\N", r"\N", usual)]
    return "".join(f"{label},{territory},{kinds.index(of)}\n" for label, territory, of in told)


def dues_as_lines(orders: Iterable[StatementOrder]) -> str:
    """For `DUES`."""
    told = ((as_digits(order.label.id), due) for order in orders for due in order.dues)
    return "".join(f"{label},{due.territory},{due.currency},{due.amount},{due.eligible}\n" for label, due in told)


def count_usage(days: int, kinds: Sequence[Eligibility]) -> tuple[str, dict[str, int]]:
    """Every label's lines: how often a track was played in a territory on a plan in a week, and how many of these plays earn.

    A play belongs to who owned its recording then and there. Recordings of which that changed are looked up play by play, all others
    once: the grouping, which is what takes time, is the same as if nobody had asked for owners. `$week` is the run's.
    """
    counts = ", ".join(f"COUNT(CASE WHEN {_earns(number, kind)} THEN 1 END) AS earning_{number}" for number, kind in enumerate(kinds))
    earning = " ".join(f"WHEN {number} THEN earning_{number}" for number in range(len(kinds)))
    played, is_changed = _played(days), "SELECT recording_id FROM changed"
    statement = f"""
    WITH span AS (SELECT MIN(started_at) AS first, MAX(started_at) AS last FROM ({_moments(days)})),
    told AS ({_each_day(days, "recording_id, territory, label_id, starts_at, ends_at, ownership_id", Table.OWNERSHIP)}),
    known AS (SELECT recording_id, COUNT(*) AS days FROM ({_each_day(days, "recording_id", Table.RECORDINGS)}) GROUP BY recording_id),
    {OWNERS},
    grouped AS (
        SELECT {LINE}, NULL AS day, NULL AS moment, COUNT(*) AS plays, {counts}
        FROM ({played}) WHERE recording_id NOT IN ({is_changed}) GROUP BY {LINE}
        UNION ALL
        SELECT {LINE}, day, started_at AS moment, COUNT(*) AS plays, {counts}
        FROM ({played}) WHERE recording_id IN ({is_changed}) GROUP BY {LINE}, day, started_at
    ),
    {CLAIMED}
    SELECT label_id, {LINE}, CAST(SUM(plays) AS BIGINT) AS plays, CAST(SUM(CASE kind {earning} END) AS BIGINT) AS eligible
    FROM judged GROUP BY label_id, {LINE} ORDER BY label_id, {LINE}
    """
    return statement, {f"least_{number}": kind.least_ms for number, kind in enumerate(kinds)}


TOTALS = """
SELECT label_id, territory, CAST(SUM(plays) AS BIGINT), CAST(SUM(eligible) AS BIGINT),
    CAST(SUM(CASE WHEN sale < CAST($week AS DATE) THEN plays ELSE 0 END) AS BIGINT)
FROM usage GROUP BY label_id, territory ORDER BY label_id NULLS FIRST, territory
"""


def split_dues(days: int) -> str:
    """What each line of each label gets: whole minor units by largest remainder, ties in the order of the line's ids."""
    same = "label_id, territory, currency"
    return f"""
    WITH exact AS (
        SELECT usage.*, dues.currency, dues.due, dues.counted, CAST(dues.due AS HUGEINT) * usage.eligible AS owed
        FROM usage LEFT JOIN dues ON dues.label_id = usage.label_id AND dues.territory = usage.territory
        WHERE usage.label_id IS NOT NULL
    ),
    whole AS (SELECT *, owed // counted AS part, owed % counted AS rest FROM exact),
    ranked AS (
        SELECT *, due - SUM(part) OVER (PARTITION BY {same}) AS missing,
            ROW_NUMBER() OVER (PARTITION BY {same} ORDER BY rest DESC, {LINE}) AS place
        FROM whole
    )
    SELECT ranked.label_id, ranked.territory, currency, CAST(sale AS VARCHAR) AS sale, plan, ranked.release_id, ranked.recording_id,
        ranked.track_id, isrc, tracks.title, recordings.artist, duration_ms, releases.title AS release, releases.artist AS release_artist,
        upc, type, p_line, plays, eligible, CAST(part + CASE WHEN place <= missing THEN 1 ELSE 0 END AS BIGINT) AS amount
    FROM ranked
    LEFT JOIN ({_latest(days, Table.RECORDINGS, "recording_id")}) AS recordings ON recordings.recording_id = ranked.recording_id
    LEFT JOIN ({_latest(days, Table.TRACKS, "track_id")}) AS tracks ON tracks.track_id = ranked.track_id
    LEFT JOIN ({_latest(days, Table.RELEASES, "release_id")}) AS releases ON releases.release_id = ranked.release_id
    ORDER BY ranked.label_id, ranked.release_id, ranked.recording_id, ranked.track_id, ranked.territory, currency, plan, sale
    """


LINES_OF = """
SELECT territory, currency, sale, plan, release_id, recording_id, track_id, isrc, title, artist, duration_ms, release, release_artist,
    upc, type, p_line, plays, eligible, amount
FROM lines WHERE label_id = CAST($label AS UUID)
ORDER BY release_id, recording_id, track_id, territory, currency, plan, sale
"""


def _earns(number: int, kind: Eligibility) -> str:
    grades = ", ".join(f"'{grade}'" for grade, proof in PROOF.items() if proof >= PROOF[kind.least_evidence])
    return f"played_ms >= $least_{number} AND evidence IN ({grades})"


def _played(days: int) -> str:
    """Everything but previews. What began on a day of the week is of this week; of what came late it has to be found out."""
    columns = "recording_id, track_id, release_id, territory, plan, started_at, played_ms, evidence"
    in_time = _each_day(days, f"{columns}, CAST($week AS DATE) AS sale", Table.PLAYS, "WHERE NOT preview")
    return f"{in_time} UNION ALL {_each_day(days, f'{columns}, {SALE_WEEK} AS sale', Table.LATE, 'WHERE NOT preview')}"


def _moments(days: int) -> str:
    return f"{_each_day(days, 'started_at', Table.PLAYS)} UNION ALL {_each_day(days, 'started_at', Table.LATE)}"


def _each_day(days: int, columns: str, table: Table, condition: str = "") -> str:
    return " UNION ALL ".join(f"SELECT {day} AS day, {columns} FROM {table}_{day} {condition}" for day in range(days))


def _latest(days: int, table: Table, key: str) -> str:
    """What the last day says of each that was played."""
    told = _each_day(days, "*", table)
    ranked = f"SELECT *, ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY day DESC) AS age FROM ({told})"
    return f"SELECT * FROM ({ranked}) WHERE age = 1"
