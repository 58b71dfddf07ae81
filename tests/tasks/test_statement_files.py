"""The two forms of a statement, cell by cell; and how what a label gets is split over its lines."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.contract.labels import Label, Share
from apps.core.contract.reporting import Due, Sender, StatementOrder
from tasks import statement_csv, statement_dsr
from tasks.statement_lines import Line, Report, decimal, money
from tasks.usage import LINE, split_dues

LABEL, RELEASE, RECORDING, TRACK = ("0354A9Suv89oq3SaRYbz7J", "0354A9Suv89oq3SaRYbz7K", "0354A9Suv89oq3SaRYbz7L", "0354A9Suv89oq3SaRYbz7M")
CREATED = datetime(2026, 3, 13, 2, 5, 9, tzinfo=UTC)


def line(**changes: object) -> Line:
    told = {
        "territory": "GB", "currency": "GBP", "sale": "2026-03-06", "plan": "monthly", "release_id": RELEASE, "recording_id": RECORDING,
        "track_id": TRACK, "isrc": "GBAAA2600001", "title": "Blue", "artist": "The Lanterns", "duration_ms": 222_900, "release": "Garden",
        "release_artist": "The Lanterns", "upc": "0123456789012", "release_type": "album", "p_line": "2026 Moon", "plays": 5, "eligible": 4,
        "amount": 1234,
    }  # fmt: skip
    return Line(**{**told, **changes})


def report(*lines: Line, party_id: str | None = "PADPIDA2026R", label: str = "Moon", pool: int = 9_000, currency: str = "GBP") -> Report:
    due = Due("GB", currency, pool, 12, 5, 4, Share(2, 3), 1234)
    order = StatementOrder("2026-000123", Label(LABEL, label), party_id, CREATED, (due,))
    return Report("2026-03-06", Sender("Celesta Music", "PADPIDA2026S"), order, list(lines))


@pytest.fixture
def as_csv(tmp_path):
    def read(made: Report) -> list[dict[str, str]]:
        statement_csv.write(made, tmp_path / "csv")
        return list(csv.DictReader(io.StringIO((tmp_path / "csv").read_bytes().decode(), newline="")))

    return read


@pytest.fixture
def as_dsr(tmp_path):
    def read(made: Report) -> list[list[str]]:
        statement_dsr.write(made, tmp_path / "dsr")
        text = (tmp_path / "dsr").read_bytes().decode()
        assert text.endswith("\n")
        return [record.split("\t") for record in text[:-1].split("\n")]

    return read


class TestCsv:
    def test_tells_everything_of_a_line(self, as_csv):
        (row,) = as_csv(report(line()))
        assert row == {
            "statement": "2026-000123", "reporting_period_start": "2026-03-06", "reporting_period_end": "2026-03-12",
            "sale_period_start": "2026-03-06", "sale_period_end": "2026-03-12", "late": "", "store": "Celesta Music", "territory": "GB",
            "use_type": "OnDemandStream", "plan": "monthly", "upc": "0123456789012", "isrc": "GBAAA2600001", "catalogue_number": "",
            "label": "Moon", "artist": "The Lanterns", "track": "Blue", "version": "", "release": "Garden", "plays": "5", "units": "4",
            "gross": "30.0000000000", "deductions": "17.6600000000", "net": "12.34", "currency": "GBP", "exchange_rate": "1",
            "share_percent": "66.6666666667",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "written"),
        [("=1+1", "'=1+1"), ("+44", "'+44"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"),
         ("\n=1", "'\n=1"),
         ("a=1", "a=1"), ('say "hi", again', 'say "hi", again'), ("Sigur Rós 東京", "Sigur Rós 東京"), ("", "")],
    )  # fmt: skip
    def test_computes_nothing(self, as_csv, text, written):
        (row,) = as_csv(report(line(title=text, artist=text, release=text, isrc=text, upc=text, plan=text), label=text))
        assert {row[name] for name in ("track", "artist", "release", "isrc", "upc", "plan", "label")} == {written}

    def test_marks_what_came_late_and_what_earned_nothing(self, as_csv):
        late, nothing = as_csv(report(line(sale="2026-02-27"), line(territory="FR", currency=None, amount=None)))
        assert (late["late"], late["sale_period_start"], late["sale_period_end"]) == ("yes", "2026-02-27", "2026-03-05")
        assert {nothing[name] for name in ("gross", "deductions", "net", "currency", "exchange_rate", "share_percent")} == {""}

    @pytest.mark.parametrize(
        ("currency", "net", "gross"),
        [("JPY", "1234", "3000.0000000000"), ("KWD", "1.234", "3.0000000000"), ("EUR", "12.34", "30.0000000000")],
    )
    def test_writes_each_currency_in_its_own_digits(self, as_csv, currency, net, gross):
        (row,) = as_csv(report(line(currency=currency), currency=currency))
        assert (row["net"], row["gross"]) == (net, gross)


class TestDsr:
    def test_is_a_message_of_whole_records(self, as_dsr):
        head, summary, release, resource, earning, other, foot = as_dsr(report(line()))
        assert head == [
            *("HEAD", statement_dsr.MESSAGE_VERSION, "BasicAudioProfile", "1.3", "2026-000123", "2026-03-13T02:05:09Z", "1", "1"),
            *("2026-03-06", "2026-03-12", "PADPIDA2026S", "Celesta Music", "CelestaMusic", "PADPIDA2026R", "Moon", ""),
        ]
        assert summary == [
            *("SY01.02", "GB-GBP-monthly", "", "", "SubscriptionModel", "OnDemandStream", "GB", "CelestaMusic-monthly", "5", "", "GBP"),
            *("12.34", "", "", ""),
        ]
        assert release == [
            *("RE01.02", "B1", "R0", RELEASE, "", "", "0123456789012", "The Lanterns", "", "Garden", "", "Album", "Moon", "2026 Moon"),
            "Celesta Music",
        ]
        assert resource == [
            *("AS01.02", "B1", "A1", RECORDING, "GBAAA2600001", "Blue", "", "The Lanterns", "", "PT3M42S", "SoundRecording", ""),
        ]
        assert earning == ["SU02.02", "B1", "GB-GBP-monthly", "B1-1", "", "A1", "true", "4", "", ""]
        assert other == ["SU02.02", "B1", "GB-GBP-monthly", "B1-2", "", "A1", "false", "1", "", ""]
        assert foot == ["FOOT", "7", "7", "1", "1", "1"]

    def test_sums_up_what_its_usage_says(self, as_dsr):
        other = "0354A9Suv89oq3SaRYbz7N"
        lines = [
            line(), line(sale="2026-02-27"), line(territory="FR", currency=None, amount=None), line(recording_id=other, plan="none"),
            line(release_id=other, duration_ms=3_723_000),
        ]  # fmt: skip
        records = as_dsr(report(*lines))
        streams: dict[str, int] = {}
        for record in records:
            if record[0] == "SU02.02":
                streams[record[2]] = streams.get(record[2], 0) + int(record[7])
        assert streams == {record[1]: int(record[8]) for record in records if record[0] == "SY01.02"}
        assert {record[1]: (record[4], record[10], record[11]) for record in records if record[0] == "SY01.02"} == {
            "FR-XXX-monthly": ("SubscriptionModel", "XXX", "0.00"), "GB-GBP-monthly": ("SubscriptionModel", "GBP", "37.02"),
            "GB-GBP-none": ("FreeOfChargeModel", "GBP", "12.34"),
        }  # fmt: skip
        assert records[-1] == ["FOOT", str(len(records)), str(len(records)), "3", "2", "2"]
        assert [record[9] for record in records if record[0] == "AS01.02"] == ["PT3M42S", "PT3M42S", "PT1H2M3S"]

    def test_of_nothing_has_its_summary_nevertheless(self, as_dsr):
        _, summary, foot = as_dsr(report())
        assert summary[6:12] == ["Worldwide", "CelestaMusic-none", "0", "", "XXX", "0.00"]
        assert foot == ["FOOT", "3", "3", "1", "0", "0"]

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("a|b", r"a\|b"),
            ("a\\b", r"a\\b"),
            ("a\tb", "a b"),
            ("a\r\nb", "a b"),
            ("a\u2028b", "a b"),
            ("=1", "=1"),
            ("\\|", r"\\\|"),
            (None, ""),
        ],
    )
    def test_escapes_what_would_break_a_record(self, text, written):
        assert statement_dsr.cell(text) == written

    @pytest.mark.parametrize(
        ("party", "lines", "name"),
        [
            ("PADPIDA2026R", [line()], "DSR_PADPIDA2026R_PADPIDA2026S_CelestaMusic_2026-03-06--2026-03-12_GB_1of1_20260313T020509.tsv"),
            (None, [line(), line(territory="FR")], "DSR__PADPIDA2026S_CelestaMusic_2026-03-06--2026-03-12_multi_1of1_20260313T020509.tsv"),
            (None, [], "DSR__PADPIDA2026S_CelestaMusic_2026-03-06--2026-03-12_Worldwide_1of1_20260313T020509.tsv"),
        ],
    )
    def test_is_named_by_who_what_and_when(self, party, lines, name):
        assert statement_dsr.file_name(report(*lines, party_id=party)) == name


class TestNumbers:
    @pytest.mark.parametrize(
        ("amount", "currency", "written"),
        [
            (0, "GBP", "0.00"),
            (5, "GBP", "0.05"),
            (-105, "GBP", "-1.05"),
            (600, "JPY", "600"),
            (7, "KWD", "0.007"),
            (10**15, "EUR", "10000000000000.00"),
        ],
    )
    def test_of_money(self, amount, currency, written):
        assert money(amount, currency) == written

    def test_are_rounded_half_away_from_zero(self):
        assert [decimal(Fraction(n, 2), 0) for n in (-3, -1, 1, 3)] == ["-2", "-1", "1", "2"]
        assert decimal(Fraction(2, 3), 10) == "0.6666666667"


@pytest.fixture(scope="module")
def split():
    """Runs it over these lines (eligible plays, territory) and dues (territory, amount, eligible plays)."""
    with duckdb.connect() as connection:
        keys = "recording_id UUID, track_id UUID, release_id UUID, territory VARCHAR, plan VARCHAR, sale DATE"
        assert [key.split()[0] for key in keys.split(", ")] == LINE.split(", ")
        for table in (
            f"usage(label_id UUID, {keys}, plays BIGINT, eligible BIGINT)",
            "dues(label_id UUID, territory VARCHAR, currency VARCHAR, due BIGINT, counted BIGINT)",
            "recordings_0(recording_id UUID, isrc VARCHAR, artist VARCHAR, duration_ms INTEGER)",
            "tracks_0(track_id UUID, title VARCHAR)",
            "releases_0(release_id UUID, title VARCHAR, artist VARCHAR, upc VARCHAR, type VARCHAR, p_line VARCHAR)",
        ):  # fmt: skip
            connection.execute(f"CREATE TABLE {table}")

        def run(lines, due):
            connection.execute("DELETE FROM usage; DELETE FROM dues")
            label, one = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-{:012}"
            for number, (eligible, territory) in enumerate(lines):
                usage = [label, one.format(number), one.format(1), one.format(1), territory, "monthly", "2026-03-06"]
                connection.execute("INSERT INTO usage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [*usage, eligible, eligible])
            for territory, amount, counted in due:
                connection.execute("INSERT INTO dues VALUES (?, ?, 'GBP', ?, ?)", [label, territory, amount, counted])
            return connection.execute(f"SELECT territory, eligible, amount FROM ({split_dues(1)})").fetchall()

        yield run


class TestSplitting:
    """The statement itself, over tables in memory."""

    @settings(max_examples=30, derandomize=True, deadline=None, database=None)
    @given(
        st.lists(st.tuples(st.integers(0, 10**12), st.sampled_from(["GB", "JP", "KW"])), min_size=1, max_size=12),
        st.dictionaries(st.sampled_from(["GB", "JP"]), st.integers(0, 10**15), min_size=1),
    )
    def test_gives_out_exactly_what_is_due(self, split, lines, due):
        counted = {territory: sum(eligible for eligible, where in lines if where == territory) for territory in due}
        due = {territory: amount for territory, amount in due.items() if counted[territory]}
        rows = split(lines, [(territory, amount, counted[territory]) for territory, amount in due.items()])
        for territory, amount in due.items():
            mine = [(eligible, part) for where, eligible, part in rows if where == territory]
            assert sum(part for _, part in mine) == amount
            assert all(abs(part - Fraction(amount * eligible, counted[territory])) < 1 for eligible, part in mine)
        assert len(rows) == len(lines)
        assert all((part is None) == (where not in due) for where, _, part in rows)
