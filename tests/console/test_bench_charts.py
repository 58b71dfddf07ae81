"""`celesta bench charts --data FILE`: a published table's history, recomputed from its positions and names alone."""

from __future__ import annotations

import csv
import gzip

import pytest
from click.testing import CliRunner

from apps.console.bench import bench
from bench.charts import Identities

HEADER = "chart_date", "position", "title", "artist", "last_week", "peak", "weeks"
WITH_MARKS = """
1952-11-14,1,DAWN,ANA,NEW,1,1
1952-11-14,2,DUSK,BEN,NEW,2,1
1952-11-21,1,DUSK,BEN,2,1,2
1952-11-28,1,DAWN,ANA,RE,1,2
1952-11-28,2,DUSK,BEN,1,1,3
"""
WITHOUT_MARKS = WITH_MARKS.replace("NEW", "").replace("RE,", ",")


@pytest.fixture
def told(tmp_path):
    """What the command says of a table."""

    def run(rows: str, *options: str, packed: bool = False) -> list[str]:
        path = tmp_path / ("table.csv.gz" if packed else "table.csv")
        with (gzip.open if packed else open)(path, "wt", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *csv.reader(rows.strip().splitlines())])
        answer = CliRunner().invoke(bench, ["charts", "--data", str(path), *options], catch_exceptions=False)
        return answer.output.splitlines()

    return run


class TestATable:
    @pytest.mark.parametrize("rows", [WITH_MARKS, WITHOUT_MARKS], ids=["with marks", "without marks"])
    @pytest.mark.parametrize("packed", [False, True])
    def test_that_adds_up_is_right_to_the_last_row(self, told, rows, packed):
        assert told(rows, packed=packed)[-1] == "rows_right 1.0000"

    @pytest.mark.parametrize(
        ("before", "after"),
        [("2,1,2", "3,1,2"), ("RE,1,2", "2,1,2"), ("RE,1,2", "NEW,1,2"), ("1,1,3", "1,2,3"), ("1,1,3", "1,1,4"), ("NEW,2,1", "1,2,1")],
    )
    def test_is_compared_row_by_row(self, told, before, after):
        *_, miss, last = told(WITH_MARKS.replace(before, after, 1), "--misses", "9")
        assert last == "rows_right 0.8000"
        assert after.replace(",", " ").removeprefix("NEW ") in miss

    def test_is_read_in_order_whatever_its_own(self, told):
        assert told("\n".join(reversed(WITH_MARKS.strip().splitlines())))[-1] == "rows_right 1.0000"


class TestNames:
    @pytest.mark.parametrize(
        ("last_week", "this_week", "same"),
        [
            pytest.param(("THE KINKS", "PLASTIC MAN"), ("KINKS", "PLASTIC MAN"), True, id="an article"),
            pytest.param(("BLOOD SWEAT & TEARS", "YOU"), ("BLOOD SWEAT AND TEARS", "YOU"), True, id="an ampersand"),
            pytest.param(("ANA", "DAWN/DUSK"), ("ANA", "DUSK/DAWN"), True, id="its sides the other way round"),
            pytest.param(("ANA", "DAWN"), ("ANA", "DAWN {1963}"), True, id="a year"),
            pytest.param(("ANA", "DAWN"), ("BEN", "DAWN"), False, id="somebody else's"),
            pytest.param(("ANA", "DAWN"), ("ANA", "DUSK"), False, id="another of hers"),
            pytest.param(("ANA", "DAWN/DUSK"), ("ANA", "DUSK"), False, id="one of its sides"),
        ],
    )
    def test_printed_otherwise_the_week_after_are_the_same_record(self, last_week, this_week, same):
        identities = Identities()
        (before,) = identities.of_week([last_week])
        assert (identities.of_week([this_week]) == [before]) is same
        assert (identities.of_week([this_week]) == [before]) is same

    def test_printed_side_by_side_are_two(self):
        identities = Identities()
        names = [("THE KINKS", "PLASTIC MAN"), ("KINKS", "PLASTIC MAN")]
        identities.of_week(names[:1])
        assert identities.of_week(names) == names

    def test_that_fit_two_that_are_gone_are_new(self):
        identities = Identities()
        identities.of_week([("KINKS", "X"), ("THE KINKS", "X")])
        assert identities.of_week([("KINKS AND THE KINKS", "X")]) == [("KINKS AND THE KINKS", "X")]

    @pytest.mark.parametrize(("title", "same"), [("DAWN {1989}", False), ("DAWN {1990}", True), ("DAWN {2007 RE-RELEASE}", True)])
    def test_of_re_issues_are_joined_from_1990_on(self, title, same):
        identities = Identities()
        (before,) = identities.of_week([("ANA", "DAWN")])
        identities.of_week([])
        assert (identities.of_week([("ANA", title)]) == [before]) is same
