"""The statement that counts a chart, over small exports: who counts, how often, and in which order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.contract.charts import ChartCount, ChartRules
from apps.core.contract.exports import COLUMNS, Table
from apps.core.contract.ids import id_from_bytes
from apps.core.contract.jobs import ChartWork, PastPosition
from apps.core.contract.listening import Evidence
from tasks.charts import TABLES, as_counts, parameters, statement

DAYS = tuple(datetime(2026, 7, 2, 23, tzinfo=UTC) + timedelta(days=number) for number in range(8))
"""The midnights of a summer week in London."""
NOON = datetime(2026, 7, 3, 11, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
RULES = ChartRules(1, 30_000, 10, 3, (Evidence.SESSION, Evidence.FETCHED))
WORK = ChartWork("uk-singles", "2026-07-03", "2026-07-09", DAYS, "2026-07-02", "2026-07-09", "GB", 100, RULES, ())


def uuid(number: int) -> UUID:
    return UUID(int=number)


def key_of(number: int) -> str:
    return id_from_bytes(uuid(number).bytes)


@dataclass
class Log:
    """What was exported. A recording's number is also its track's and, where nothing else is said, its lead artist's."""

    engine: duckdb.DuckDBPyConnection
    rows: dict[Table, list[dict[str, Any]]] = field(default_factory=lambda: {table: [] for table in TABLES})

    def recording(self, number: int, isrc: str | None = None, title: str = "", artist: int | None = -1) -> None:
        named = {"isrc": isrc, "title": title or f"Song {number}", "artist": f"Artist {artist}", "duration_ms": 60_000}
        lead = number if artist == -1 else artist
        self.rows[Table.RECORDINGS].append({"recording_id": uuid(number), "artist_id": None if lead is None else uuid(lead), **named})
        self.rows[Table.TRACKS].append({"track_id": uuid(1000 + number), "recording_id": uuid(number), "title": title})

    def plays(self, recording: int, times: int = 1, listener: int = 1, at: datetime = NOON, *, late: bool = False, **more: Any) -> None:
        row = {"listener": uuid(listener), "started_at": at.replace(tzinfo=None), "played_ms": 30_000, "recording_id": uuid(recording)}
        row |= {"territory": "GB", "preview": 0, "evidence": "session", **more}
        self.rows[Table.LATE if late else Table.PLAYS] += [row] * times

    def chart(self, **changes: Any) -> list[tuple[str, int]]:
        """Title and plays of each place."""
        return [(count.title, count.plays) for count in self.counted(**changes)]

    def counted(self, **changes: Any) -> tuple[ChartCount, ...]:
        work = msgspec.structs.replace(WORK, **changes)
        for table, rows in self.rows.items():
            columns = COLUMNS[table]
            named = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            self.engine.execute(f"CREATE OR REPLACE TABLE {table} ({named})")
            if rows:
                values = [[row.get(name) for name in columns] for row in rows]
                self.engine.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", values)
        return as_counts(self.engine.execute(statement(work), parameters(work)).fetchall())


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """One for all: what is tested is the statement, and tables in memory are made quickly."""
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


@pytest.fixture
def log(engine) -> Log:
    return Log(engine)


def rules(**changes: Any) -> ChartRules:
    return msgspec.structs.replace(RULES, **changes)


class TestWhatCounts:
    @pytest.fixture
    def count(self, log) -> Callable[..., int]:
        """How many of these plays count."""
        log.recording(1)

        def of(**play: Any) -> int:
            log.plays(1, **play)
            return dict(log.chart()).get("Song 1", 0)

        return of

    @pytest.mark.parametrize(("played_ms", "counts"), [(29_999, 0), (30_000, 1)])
    def test_is_heard_for_thirty_seconds(self, count, played_ms, counts):
        assert count(played_ms=played_ms) == counts

    @pytest.mark.parametrize(("times", "counts"), [(9, 9), (10, 10), (11, 10), (200, 10)])
    def test_is_ten_plays_of_a_listener_a_day(self, count, times, counts):
        assert count(times=times) == counts

    @pytest.mark.parametrize(("evidence", "counts"), [("claimed", 0), ("session", 1), ("fetched", 1)])
    def test_is_proved(self, count, evidence, counts):
        assert count(evidence=evidence) == counts

    @pytest.mark.parametrize(("preview", "counts"), [(1, 0), (0, 1)])
    def test_is_no_preview(self, count, preview, counts):
        assert count(preview=preview) == counts

    @pytest.mark.parametrize(
        ("at", "counts"), [(DAYS[0] - MICROSECOND, 0), (DAYS[0], 1), (DAYS[7] - MICROSECOND, 1), (DAYS[7], 0)], ids=str
    )
    def test_began_in_the_week_of_the_zone(self, count, at, counts):
        assert count(at=at) == counts

    def test_is_heard_in_the_territory(self, log, count):
        assert count(territory="IE") == 0
        assert log.chart(territory="WW") == [("Song 1", 1)]

    def test_may_have_come_late(self, log, count):
        log.plays(1, 3)
        assert count(late=True, times=8) == 10

    def test_is_capped_for_each_listener_and_each_day_of_the_zone(self, log):
        log.recording(1)
        log.plays(1, 11, at=DAYS[1] - MICROSECOND)
        log.plays(1, 11, at=DAYS[1])
        log.plays(1, 11, listener=2)
        assert log.chart() == [("Song 1", 30)]

    def test_is_capped_for_each_track(self, log):
        for number in (1, 2):
            log.recording(number)
            log.plays(number, 11)
        assert log.chart() == [("Song 1", 10), ("Song 2", 10)]

    def test_is_as_the_rules_say(self, log):
        log.recording(1)
        log.plays(1, 5, played_ms=1, evidence="claimed")
        loose = rules(least_ms=0, most_per_listener_track_day=4, evidence=tuple(Evidence))
        assert (log.chart(), log.chart(rules=loose)) == ([], [("Song 1", 4)])


class TestRecordingsOfOneIsrc:
    def test_are_one_and_capped_together(self, log):
        log.recording(7, "GBAAA2600001", "Seven")
        log.recording(3, "GBAAA2600001", "Three")
        log.recording(5)
        log.plays(7, 6)
        log.plays(3, 6)
        log.plays(7, 2, listener=2)
        log.plays(5, 11)
        (first, second) = log.counted()
        assert (first.key, first.recording_id, first.track_id, first.title, first.plays) == (
            "GBAAA2600001", key_of(3), key_of(1003), "Three", 12,
        )  # fmt: skip
        assert (second.key, second.recording_id, second.plays) == (key_of(5), key_of(5), 10)

    def test_described_otherwise_on_another_day_are_described_as_a_whole(self, log):
        log.recording(1, None, "Before", artist=8)
        log.recording(1, "GBAAA2600001", "After", artist=9)
        log.plays(1)
        (one,) = log.counted()
        assert (one.key, one.title, one.artist) == ("GBAAA2600001", "After", "Artist 9")


class TestTheOrder:
    def test_is_by_plays_then_by_the_position_before_then_by_a_fixed_key(self, log):
        isrcs = {1: "GBAAA2600009", 2: "GBAAA2600001", 3: None, 4: None, 5: "GBAAA2600005"}
        for number, isrc in isrcs.items():
            log.recording(number, isrc)
            log.plays(number, 2 if number == 5 else 1)
        assert [title for title, _ in log.chart()] == ["Song 5", "Song 3", "Song 4", "Song 2", "Song 1"]
        before = (PastPosition("GBAAA2600009", 1), PastPosition(key_of(4), 2), PastPosition("GBAAA2600005", 3))
        assert [title for title, _ in log.chart(before=before)] == ["Song 5", "Song 1", "Song 4", "Song 3", "Song 2"]

    def test_gives_a_lead_artist_three_places_at_most(self, log):
        for number in range(1, 6):
            log.recording(number, artist=77)
            log.plays(number, number)
        log.recording(6, artist=78)
        log.plays(6)
        assert log.chart() == [("Song 5", 5), ("Song 4", 4), ("Song 3", 3), ("Song 6", 1)]
        assert [title for title, _ in log.chart(rules=rules(most_per_lead_artist=1))] == ["Song 5", "Song 6"]

    def test_takes_the_position_before_where_an_artists_tracks_tie_for_the_last_of_three(self, log):
        for number in range(1, 5):
            log.recording(number, artist=77)
            log.plays(number)
        before = (PastPosition(key_of(4), 9),)
        assert [title for title, _ in log.chart(before=before)] == ["Song 4", "Song 1", "Song 2"]

    def test_limits_nobody_whose_lead_artist_is_not_known(self, log):
        for number in range(1, 6):
            log.recording(number, artist=None)
            log.plays(number)
        assert len(log.chart()) == 5

    def test_ends_with_the_last_place(self, log):
        for number in range(1, 6):
            log.recording(number)
            log.plays(number, number)
        assert log.chart(places=2) == [("Song 5", 5), ("Song 4", 4)]

    def test_of_nothing_is_no_chart(self, log):
        assert log.chart() == []
        log.recording(1)
        assert log.chart() == []


PLAYS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 2), st.integers(-30, 200), st.sampled_from([29_999, 30_000]), st.integers(1, 7)),
    max_size=12,
)


class TestAnyLog:
    @given(PLAYS, st.randoms(use_true_random=False))
    @settings(max_examples=20, deadline=None)
    def test_comes_to_what_counting_play_by_play_does_in_any_order(self, engine, plays, shuffled):
        log = Log(engine)
        for number in range(1, 5):
            log.recording(number)
        days: Counter[tuple[int, int, int]] = Counter()
        for recording, listener, hours, played_ms, times in plays:
            at = DAYS[0] + timedelta(hours=hours)
            log.plays(recording, times, listener, at, played_ms=played_ms, late=listener == 2)
            if DAYS[0] <= at < DAYS[7] and played_ms == 30_000:
                days[recording, listener, hours // 24] += times
        totals: defaultdict[int, int] = defaultdict(int)
        for (recording, _, _), times in days.items():
            totals[recording] += min(times, 10)
        expected = [(f"Song {number}", total) for number, total in sorted(totals.items(), key=lambda one: (-one[1], one[0]))]
        for rows in log.rows.values():
            shuffled.shuffle(rows)
        assert log.chart() == expected
