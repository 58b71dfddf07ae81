"""What every analytics engine does alike."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from ports.analytics.duckdb import DuckdbAnalytics
from ports.analytics.interface import Analytics, AnalyticsUnavailable

COLUMNS = {"play": "UUID", "title": "VARCHAR", "isrc": "VARCHAR", "played_ms": "INTEGER", "preview": "BOOLEAN", "started_at": "TIMESTAMP"}
LINES = """\
0192c0c0c0c070008000000000000001,"A ""quoted"", longer
title",\\N,30000,f,2026-03-02 12:00:00.000001
0192C0C0C0C070008000000000000002,=1+1,GBAYE6800011,29999,1,2026-03-02 12:00:01
0192c0c0c0c070008000000000000003,,GBAYE6800011,1,True,2026-03-02 12:00:01.5
"""


@pytest.fixture(params=["duckdb"])
def analytics(settings, environment) -> Analytics:
    settings["ANALYTICS_MEMORY"] = "200"
    return DuckdbAnalytics.from_env(environment)


@pytest.fixture
def plays(analytics, tmp_path) -> Path:
    """Three plays as a Parquet file."""
    lines, packed = tmp_path / "it's lines.csv", tmp_path / "it's plays.parquet"
    lines.write_text(LINES)
    assert analytics.pack(lines, COLUMNS, packed) == 3
    return packed


class TestPacking:
    def test_keeps_every_value_and_the_order(self, analytics, plays):
        noon, first = datetime.fromisoformat("2026-03-02T12:00:00"), 0x0192C0C0C0C070008000000000000001
        assert analytics.query("SELECT * FROM plays", {"plays": [plays]}) == [
            (UUID(int=first), 'A "quoted", longer\ntitle', None, 30_000, False, noon + timedelta(microseconds=1)),
            (UUID(int=first + 1), "=1+1", "GBAYE6800011", 29_999, True, noon + timedelta(seconds=1)),
            (UUID(int=first + 2), "", "GBAYE6800011", 1, True, noon + timedelta(seconds=1.5)),
        ]

    def test_makes_the_same_bytes_again(self, analytics, plays, tmp_path):
        again = tmp_path / "again.parquet"
        analytics.pack(tmp_path / "it's lines.csv", COLUMNS, again)
        assert again.read_bytes() == plays.read_bytes()

    def test_no_line_makes_a_table_without_rows(self, analytics, tmp_path):
        (tmp_path / "none.csv").touch()
        assert analytics.pack(tmp_path / "none.csv", COLUMNS, tmp_path / "none.parquet") == 0
        assert analytics.query("SELECT title FROM plays", {"plays": [tmp_path / "none.parquet"]}) == []

    def test_takes_the_sign_for_nothing_as_a_text_where_it_stands_in_quotes(self, analytics, tmp_path):
        (tmp_path / "nothing.csv").write_text('0192c0c0c0c070008000000000000001,"\\N",\\N,1,f,2026-03-02\n')
        analytics.pack(tmp_path / "nothing.csv", COLUMNS, tmp_path / "nothing.parquet")
        assert analytics.query("SELECT title, isrc FROM plays", {"plays": [tmp_path / "nothing.parquet"]}) == [("\\N", None)]

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("0192c0c0c0c070008000000000000001,,,many,f,2026-03-02\n", "Line: 1"),
            ("no id,,,1,f,2026-03-02\n", "hex digit: n"),
            ("0192c0c0-c0c0-7000-8000-000000000001,,,1,f,2026-03-02\n", "hex digit: -"),
        ],
    )
    def test_refuses_lines_that_do_not_fit(self, analytics, tmp_path, line, said):
        (tmp_path / "wrong.csv").write_text(line)
        with pytest.raises(ValueError, match=said):
            analytics.pack(tmp_path / "wrong.csv", COLUMNS, tmp_path / "wrong.parquet")


class TestReplacing:
    """A file that is there already."""

    def test_packs_over_it(self, analytics, plays, tmp_path):
        (tmp_path / "one.csv").write_text(LINES.splitlines(keepends=True)[-1])
        assert analytics.pack(tmp_path / "one.csv", COLUMNS, plays) == 1
        assert analytics.query("SELECT played_ms FROM plays", {"plays": [plays]}) == [(1,)]

    def test_writes_over_it_and_may_read_it_meanwhile(self, analytics, plays):
        assert analytics.write("SELECT played_ms FROM plays ORDER BY played_ms LIMIT 2", {"plays": [plays]}, plays) == 2
        assert analytics.query("SELECT played_ms FROM plays", {"plays": [plays]}) == [(1,), (29_999,)]

    def test_says_that_there_is_no_folder_for_it(self, analytics, plays, tmp_path):
        with pytest.raises(AnalyticsUnavailable, match="nowhere"):
            analytics.write("SELECT 1 AS one", {}, tmp_path / "nowhere" / "one.parquet")

    def test_leaves_it_as_it_was_where_that_fails(self, analytics, plays, tmp_path):
        (tmp_path / "wrong.csv").write_text("no id,,,1,f,2026-03-02\n")
        before = sorted(tmp_path.iterdir())
        with pytest.raises(ValueError, match="hex digit"):
            analytics.pack(tmp_path / "wrong.csv", COLUMNS, plays)
        with pytest.raises(ValueError, match="Could not convert"):
            analytics.write("SELECT CAST(title AS INTEGER) FROM plays", {"plays": [plays]}, plays)
        assert analytics.query("SELECT count(*) FROM plays", {"plays": [plays]}) == [(3,)]
        assert sorted(tmp_path.iterdir()) == before


class TestAQuery:
    def test_sees_many_files_as_one_table_and_takes_parameters(self, analytics, plays):
        statement = "SELECT title, count(*) FROM plays WHERE played_ms >= $least GROUP BY title ORDER BY title"
        assert analytics.query(statement, {"plays": [plays, plays]}, {"least": 29_999}) == [("=1+1", 2), ('A "quoted", longer\ntitle', 2)]

    def test_joins_tables(self, analytics, plays):
        statement = "SELECT count(*) FROM plays JOIN again USING (play)"
        assert analytics.query(statement, {"plays": [plays], "again": [plays]}) == [(3,)]

    def test_of_a_file_that_is_damaged_is_refused(self, analytics, plays):
        plays.write_bytes(plays.read_bytes()[:-40])
        with pytest.raises(ValueError, match="parquet"):
            analytics.query("SELECT * FROM plays", {"plays": [plays]})

    def test_of_a_file_that_is_missing_can_be_tried_again(self, analytics, tmp_path):
        with pytest.raises(AnalyticsUnavailable):
            analytics.query("SELECT * FROM plays", {"plays": [tmp_path / "nowhere.parquet"]})

    def test_reaches_no_other_file(self, analytics, plays, tmp_path):
        (tmp_path / "secret.csv").write_text("secret\n")
        for statement in (f"SELECT * FROM read_csv('{tmp_path}/secret.csv')", f"COPY plays TO '{tmp_path}/out.csv'"):
            with pytest.raises(Exception, match="Permission"):
                analytics.query(statement, {"plays": [plays]})
        assert not (tmp_path / "out.csv").exists()

    def test_that_needs_more_memory_than_there_is_can_be_tried_again(self, settings, environment):
        settings["ANALYTICS_MEMORY"] = "100"
        small = DuckdbAnalytics.from_env(environment)
        with pytest.raises(AnalyticsUnavailable, match="emory"):
            small.query("SELECT length(string_agg(repeat('x', 1000000), '')) FROM range(400)", {})

    def test_answers_a_ping(self, analytics):
        analytics.ping()


class TestWriting:
    def test_keeps_the_statements_order_and_tells_the_rows(self, analytics, plays, tmp_path):
        target = tmp_path / "out.parquet"
        statement = "SELECT play, played_ms * $times AS ms FROM plays ORDER BY played_ms"
        assert analytics.write(statement, {"plays": [plays]}, target, {"times": 2}) == 3
        assert [row[0] for row in analytics.query("SELECT ms FROM made", {"made": [target]})] == [2, 59_998, 60_000]
        again = tmp_path / "again.parquet"
        analytics.write(statement, {"plays": [plays]}, again, {"times": 2})
        assert again.read_bytes() == target.read_bytes()
