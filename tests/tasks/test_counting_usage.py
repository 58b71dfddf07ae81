"""A week's usage and its money, over any log: counted like play by play, and given out to the last unit of every currency."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.exports import COLUMNS, Table
from apps.core.contract.labels import Eligibility, Label, Share, Terms
from apps.core.contract.listening import Evidence
from apps.core.contract.reporting import Due, StatementOrder, UsageTotal
from apps.core.reporting.rules import HELD, HOUSE, Allocation, Claim, allocate
from apps.core.reporting.settling import Counted, by_territory
from apps.core.reporting.terms import Agreed
from ports.analytics.interface import NULL
from tasks.usage import DUES, TABLES, TERMS, TOTALS, count_usage, dues_as_lines, kinds_of, numbered, split_dues, terms_as_lines
from tasks.uuids import as_id

WEEK, DAYS = "2026-03-06", 3
ALL, EVER = tuple(range(DAYS)), -9999
MIDNIGHT = datetime(2026, 3, 6)  # noqa: DTZ001 - as the log has it: in UTC, without a zone
GRADES = [Evidence.CLAIMED, Evidence.SESSION, Evidence.FETCHED]
USUAL = Eligibility()


def uuid(number: int) -> UUID:
    return UUID(int=number)


def label_id(number: int) -> str:
    return as_id(uuid(number))


@dataclass(frozen=True)
class Play:
    day: int
    """Whose export it is in."""
    days_late: int
    hour: int
    recording: int
    territory: str
    plan: str
    played_ms: int
    evidence: Evidence
    preview: bool = False

    @property
    def moment(self) -> datetime:
        return MIDNIGHT + timedelta(days=self.day - self.days_late, hours=self.hour)


@dataclass(frozen=True)
class Owner:
    """A claim."""

    recording: int
    territory: str
    label: int
    hours: tuple[int, int | None]
    """From when until when, from the week's beginning on."""
    known_on: tuple[int, ...]
    """The days whose exports tell of it: the catalogue is corrected now and then."""

    @property
    def moments(self) -> tuple[datetime, datetime | None]:
        starts, ends = self.hours
        return MIDNIGHT + timedelta(hours=starts), None if ends is None else MIDNIGHT + timedelta(hours=ends)


Contracts = Mapping[tuple[int, str], tuple[Eligibility, int]]
"""By label and territory: what counts, and the share in per cent."""


def owner_of(play: Play, owners: Sequence[Owner]) -> int | None:
    """The latest claim decides, the very territory's before the world's."""
    for territory in (play.territory, WORLDWIDE):
        claims = [
            (one.moments, number, one.label)
            for number, one in enumerate(owners)
            if (one.recording, one.territory) == (play.recording, territory) and play.day in one.known_on
        ]
        begun = [claim for claim in claims if claim[0][0] <= play.moment]
        if begun:
            (_, ends), _, label = max(begun, key=lambda claim: (claim[0][0], claim[1]))
            if ends is None or play.moment < ends:
                return label
    return None


def earns(play: Play, label: int | None, contracts: Contracts) -> bool:
    here, world = contracts.get((label or 0, play.territory)), contracts.get((label or 0, WORLDWIDE))
    by = (here or world or (USUAL, 0))[0]
    return play.played_ms >= by.least_ms and GRADES.index(play.evidence) >= GRADES.index(by.least_evidence)


def counted(plays: Iterable[Play], owners: Sequence[Owner], contracts: Contracts) -> set[UsageTotal]:
    """Play by play."""
    found: dict[tuple[str | None, str], list[int]] = {}
    for play in plays:
        if not play.preview:
            label = owner_of(play, owners)
            sums = found.setdefault((label_id(label) if label else None, play.territory), [0, 0, 0])
            sums[0] += 1
            sums[1] += earns(play, label, contracts)
            sums[2] += play.moment < MIDNIGHT
    return {UsageTotal(*key, *sums) for key, sums in found.items()}


class Office:
    """An engine that sees exported files as the service's own does; one for all, as connecting takes longer than counting."""

    def __init__(self, folder: Path, engine: duckdb.DuckDBPyConnection) -> None:
        self.folder, self.engine = folder, engine

    def export(self, plays: Sequence[Play], owners: Sequence[Owner]) -> None:
        days = {f"day {day}": self._day(day, [one for one in plays if one.day == day], owners) for day in range(DAYS)}
        for name, paths in numbered(days).items():
            self.engine.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet({[str(path) for path in paths]})")

    def count(self, terms: Sequence[Terms]) -> list[UsageTotal]:
        kinds = kinds_of(terms, USUAL)
        statement, parameters = count_usage(DAYS, kinds)
        self.have("terms", self.told(terms_as_lines(terms, USUAL, kinds), TERMS))
        self.have("usage", statement, {**parameters, "week": WEEK})
        rows = self.engine.execute(TOTALS, {"week": WEEK}).fetchall()
        return [UsageTotal(as_id(label) if label else None, *counts) for label, *counts in rows]

    def split(self, orders: Sequence[StatementOrder]) -> Mapping[tuple[str, str, str], int]:
        """What the lines of each territory, currency and label come to, where anything is due."""
        self.have("dues", self.told(dues_as_lines(orders), DUES))
        sums: Counter[tuple[str, str, str]] = Counter()
        for label, territory, currency, *_, amount in self.engine.execute(split_dues(DAYS)).fetchall():
            if amount is not None:
                sums[territory, currency, as_id(label)] += amount
        return sums

    def have(self, name: str, statement: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Let a table be what the statement says."""
        self.engine.execute(f"CREATE OR REPLACE TABLE {name} AS {statement}", parameters)

    def told(self, lines: str, columns: Mapping[str, str]) -> str:
        """A statement that reads these lines of CSV."""
        path = self.folder / "lines.csv"
        path.write_text(lines)
        return f"SELECT * FROM read_csv('{path}', header = false, auto_detect = false, nullstr = '{NULL}', columns = {dict(columns)})"

    def _day(self, day: int, plays: Sequence[Play], owners: Sequence[Owner]) -> dict[Table, list[Path]]:
        heard = sorted({one.recording for one in plays})
        in_time, late = ([one for one in plays if bool(one.days_late) is kind] for kind in (False, True))
        owned = [
            {"ownership_id": uuid(number), "recording_id": uuid(one.recording), "territory": one.territory, "label_id": uuid(one.label),
             "starts_at": one.moments[0], "ends_at": one.moments[1]}
            for number, one in reversed([*enumerate(owners)]) if one.recording in heard and day in one.known_on
        ]  # fmt: skip
        known = [{"recording_id": uuid(one), "track_id": uuid(one), "release_id": uuid(one), "title": f"Song {one}"} for one in heard]
        rows = {Table.OWNERSHIP: owned, Table.LATE: map(_exported, late), Table.PLAYS: map(_exported, in_time[1:])}
        files = {table: [self._file(table, day, rows.get(table, known))] for table in TABLES}
        files[Table.PLAYS].append(self._file(Table.PLAYS, day, map(_exported, in_time[:1]), 1))
        return files

    def _file(self, table: Table, day: int, rows: Iterable[Mapping[str, Any]], part: int = 0) -> Path:
        path, columns = self.folder / f"{table}-{day}-{part}.parquet", COLUMNS[table]
        lines = "".join(",".join(str(NULL if row.get(name) is None else row[name]) for name in columns) + "\n" for row in rows)
        self.engine.execute(f"COPY ({self.told(lines, columns)}) TO '{path}' (FORMAT parquet)")
        return path


def _exported(play: Play) -> Mapping[str, Any]:
    of = dict.fromkeys(("recording_id", "track_id", "release_id"), uuid(play.recording))
    how = {"territory": play.territory, "plan": play.plan, "played_ms": play.played_ms, "evidence": play.evidence}
    return {**of, **how, "started_at": play.moment, "preview": play.preview}


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Iterator[Office]:
    with duckdb.connect(config={"threads": 1}) as engine:
        yield Office(tmp_path_factory.mktemp("exported"), engine)


# Few of each, so that what has to meet does: a play and the moment its owner changes, a label and a contract for the very territory.
RECORDINGS, LABELS = st.integers(1, 2), st.integers(11, 12)
TERRITORIES, OWNED_IN = st.sampled_from(["GB", "GB", "JP", "FR"]), st.sampled_from([WORLDWIDE, WORLDWIDE, "GB", "JP"])
PLAYS = st.builds(
    Play, st.integers(0, DAYS - 1), st.sampled_from([0, 0, 0, 1, 8]), st.sampled_from([0, 8, 16]), RECORDINGS, TERRITORIES,
    st.sampled_from(["none", "monthly"]), st.sampled_from([29_999, 30_000, 60_000]), st.sampled_from([*GRADES, Evidence.FETCHED]),
    st.sampled_from([False, False, False, True]),
)  # fmt: skip
PERIODS = st.sampled_from([(EVER, None)] * 4 + [(EVER, 24), (EVER, 48), (-8, None), (0, 16), (16, None), (24, 48), (40, None)])
OWNERS = st.builds(Owner, RECORDINGS, OWNED_IN, LABELS, PERIODS, st.sampled_from([ALL, ALL, ALL, ALL[:1], ALL[1:]]))
ELIGIBILITIES = st.builds(Eligibility, st.sampled_from([0, 30_000, 60_000]), st.sampled_from(GRADES))
CONTRACTS = st.dictionaries(st.tuples(LABELS, OWNED_IN), st.tuples(ELIGIBILITIES, st.integers(0, 100)), min_size=3)
POOLS = st.fixed_dictionaries({key: st.integers(-10, 10**6) for key in (("GB", "GBP"), ("GB", "EUR"), ("JP", "JPY"), ("FR", "KWD"))})


EACH_DAY = [Play(day, 0, 8, recording, "GB", "monthly", 60_000, Evidence.FETCHED) for day in ALL for recording in (1, 2, 3)]
CORRECTED = [
    Owner(1, WORLDWIDE, 11, (EVER, None), ALL[:1]), Owner(1, WORLDWIDE, 12, (EVER, None), ALL[1:]),
    Owner(2, WORLDWIDE, 11, (EVER, None), ALL[1:]), Owner(3, "GB", 11, (EVER, None), ALL), Owner(3, "GB", 12, (EVER, None), ALL),
]  # fmt: skip
"""From the second day on another owner, or the first that is known of; and two who claim the same from the same moment on."""
SIMPLE = {(label, WORLDWIDE): (USUAL, 60) for label in (11, 12)}


class TestAnyWeek:
    @settings(max_examples=24, derandomize=True, deadline=None, database=None)
    @given(st.lists(PLAYS, min_size=10, max_size=40), st.lists(OWNERS, min_size=2, max_size=8), CONTRACTS, POOLS)
    @example(EACH_DAY, CORRECTED, SIMPLE, {("GB", "GBP"): 1000})
    def test_is_counted_play_by_play_and_given_out_to_the_last_unit(self, office, plays, owners, contracts, pools):
        terms = [Terms(label_id(label), where, Share(share, 100), of) for (label, where), (of, share) in contracts.items()]
        office.export(plays, owners)
        totals = office.count(terms)
        assert len(totals) == len(set(totals))
        assert set(totals) == counted(plays, owners, contracts)
        claims = by_territory(totals, Agreed(terms))
        given = {key: _allocated(amount, claims.get(key[0], {})) for key, amount in pools.items()}
        paid = office.split(_orders(given, claims))
        assert paid == {
            (*key, payee): amount for key, one in given.items() for payee, amount in one.payees.items() if payee not in {HELD, HOUSE}
        }
        everything: Counter[str] = Counter()
        for (_, currency, _), amount in paid.items():
            everything[currency] += amount
        for (_, currency), one in given.items():
            everything[currency] += one.payees.get(HELD, 0) + one.payees.get(HOUSE, 0) + one.carried
        assert all(everything[currency] == sum(amount for (_, of), amount in pools.items() if of == currency) for _, currency in pools)


def _allocated(amount: int, claims: Mapping[str, Counted]) -> Allocation:
    return allocate(amount, [Claim(payee, one.eligible, one.share) for payee, one in claims.items()])


def _orders(given: Mapping[tuple[str, str], Allocation], claims: Mapping[str, Mapping[str, Counted]]) -> list[StatementOrder]:
    """As Core would tell them; of their dues, what lines are made by."""
    dues: defaultdict[str, tuple[Due, ...]] = defaultdict(tuple)
    for (territory, currency), one in given.items():
        for payee in one.payees.keys() - {HELD, HOUSE}:
            counts = claims[territory][payee]
            dues[payee] += (Due(territory, currency, 0, 0, counts.plays, counts.eligible, Share(1, 1), one.payees[payee]),)
    return [StatementOrder("2026-000001", Label(label, ""), None, MIDNIGHT, due) for label, due in dues.items()]
