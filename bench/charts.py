"""Charts: a published table's history recomputed (--data FILE), or a week of 10 million plays counted beside a bare query."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import click

from apps.core.charts.rules import History, Standing, histories
from apps.core.contract.charts import Movement
from bench import charts_count

Row = Mapping[str, str]
Name = tuple[str, str]
"""Artist and title."""

REISSUE = re.compile(r"\s*\{(?P<year>[0-9]{4})[^}]*\}$")
"""`{1990}` or `{1990 RE-RELEASE}` behind a title: the record came out again in that year."""
REISSUES_JOIN_FROM = 1990
"""Re-issues up to the year before count anew in the published table, later ones go on from the record they are of (docs/charts.md)."""
BRACES = re.compile(r"\{[^}]*\}")
FILLERS = frozenset({"the", "and"})
PRINTED = {Movement.NEW: "NEW", Movement.RE_ENTRY: "RE"}


@click.command()
@click.option("--data", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A published table, as CSV or CSV.gz.")
@click.option("--misses", type=click.IntRange(min=0), default=0, help="Show so many rows that come out otherwise.")
@click.option("--plays", type=click.IntRange(min=1), default=10_000_000, help="How many plays to count, without --data.")
def main(data: Path | None, misses: int, plays: int) -> None:
    """Recompute the history of the published table in DATA from its positions alone, and compare; or count PLAYS synthetic plays."""
    if data is None:
        charts_count.compare(plays)
        return
    table = read(data)
    right = 0
    for row, told in zip(table, recomputed(table), strict=True):
        if agrees(row, told):
            right += 1
        elif misses:
            misses -= 1
            found = f"{told.last_position or PRINTED.get(told.movement)} {told.peak} {told.weeks}"
            wanted = f"{row['last_week'] or '-'} {row['peak']} {row['weeks']}"
            click.echo(f"{row['chart_date']} {row['position']:>3} {row['title']} / {row['artist']}: {wanted} is printed, {found} comes out")
    click.echo(f"rows_right {right / len(table):.4f}")


def read(path: Path) -> list[Row]:
    """The rows of a table with the columns chart_date, position, title, artist, last_week, peak and weeks, in order."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return sorted(rows, key=lambda row: (row["chart_date"], int(row["position"])))


def recomputed(table: Sequence[Row]) -> Iterator[History]:
    """The history of each row, from dates, positions and names alone."""
    identities = Identities()
    standings: dict[Name, Standing[str]] = {}
    before: str | None = None
    for date, rows in groupby(table, itemgetter("chart_date")):
        week = list(rows)
        names = identities.of_week([(row["artist"], row["title"]) for row in week])
        ranked = [(name, int(row["position"])) for name, row in zip(names, week, strict=True)]
        told = histories(ranked, standings, before)
        yield from told
        standings |= {
            name: Standing(date, position, one.peak, one.weeks) for (name, position), one in zip(ranked, told, strict=True)
        }  # fmt: skip
        before = date


def agrees(row: Row, told: History) -> bool:
    """As a whole; one table prints NEW and RE in place of last week's position, another leaves it empty."""
    printed = row["last_week"]
    entry = PRINTED.get(told.movement, "")
    last = "" if told.last_position is None else str(told.last_position)
    right = entry == printed if printed in PRINTED.values() else last == printed
    return right and (str(told.peak), str(told.weeks)) == (row["peak"], row["weeks"])


class Identities:
    """Which printed names mean the same record: a published table names it otherwise at times, and has no ISRC."""

    def __init__(self) -> None:
        self._known: dict[Name, Name] = {}
        """What each name that was ever printed is the name of."""
        self._last_week: Mapping[Name, None] = {}

    def of_week(self, printed: Iterable[Name]) -> list[Name]:
        """What stands in a week's chart, in its order."""
        names = [_of_record(name) for name in printed]
        here = dict.fromkeys(names)
        gone = [name for name in self._last_week if name not in here]
        for name in here:
            if name not in self._known:
                before = [one for one in gone if _renamed(one, name)]
                self._known[name] = self._known[before[0]] if len(before) == 1 else name
        self._last_week = here
        return [self._known[name] for name in names]


def _of_record(name: Name) -> Name:
    artist, title = name
    reissue = REISSUE.search(title)
    return (artist, title[: reissue.start()]) if reissue and int(reissue["year"]) >= REISSUES_JOIN_FROM else name


def _renamed(before: Name, now: Name) -> bool:
    """Whether what stood there last week and is gone is what is new this week: the same sides, by the same act spelled otherwise."""
    if _sides(before[1]) != _sides(now[1]):
        return False
    one, other = _words(before[0]) - FILLERS, _words(now[0]) - FILLERS
    return one <= other or other <= one


def _sides(title: str) -> frozenset[frozenset[str]]:
    return frozenset(_words(side) for side in BRACES.sub("", title).split("/"))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold().replace("'", "")))
