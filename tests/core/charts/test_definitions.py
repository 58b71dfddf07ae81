"""The file of charts: what is counted, and what keeps Core from starting."""

from __future__ import annotations

import pytest

from apps.core.app import create_core
from apps.core.charts.definitions import Charts
from apps.core.contract.charts import Every
from apps.core.contract.listening import Evidence
from ports.environment import BootError, Environment
from tests.conftest import settings

GOOD = """
[[charts]]
code = "japan"
title = "Japan"
every = "week"
first_weekday = "monday"
zone = "Asia/Tokyo"
territory = "JP"
places = 50
rules = { version = 3, least_ms = 30000, most_per_listener_track_day = 10, most_per_lead_artist = 3, evidence = ["fetched"] }
"""


@pytest.fixture
def write(tmp_path):
    def to_file(text: str) -> Environment:
        (tmp_path / "charts.toml").write_text(text)
        return Environment({**settings(tmp_path), "CHARTS_PATH": str(tmp_path / "charts.toml")})

    return to_file


class TestTheShippedFile:
    def test_has_weekly_charts_and_a_daily_one_by_the_same_rules(self, tmp_path):
        charts = list(Charts.from_env(Environment(settings(tmp_path))))
        assert [(one.code, one.every, one.territory, one.zone, one.places) for one in charts] == [
            ("uk-singles", Every.WEEK, "GB", "Europe/London", 100),
            ("worldwide", Every.WEEK, "WW", "UTC", 100),
            ("uk-daily", Every.DAY, "GB", "Europe/London", 40),
        ]
        (rules,) = {one.rules for one in charts}
        assert (rules.version, rules.least_ms, rules.most_per_listener_track_day, rules.most_per_lead_artist) == (1, 30_000, 10, 3)
        assert rules.evidence == (Evidence.SESSION, Evidence.FETCHED)
        assert {one.first_weekday.number for one in charts if one.every is Every.WEEK} == {4}


class TestAFileOfOnesOwn:
    def test_is_what_is_counted(self, write):
        charts = Charts.from_env(write(GOOD))
        japan = charts.get("japan")
        assert japan is not None
        assert (japan.first_weekday.number, japan.rules.version, charts.get("uk-singles")) == (0, 3, None)

    @pytest.mark.parametrize(
        ("before", "after", "why"),
        [
            ("[[charts]]", "[[chart", "cannot be read"),
            ("[[charts]]", "[[chart]]", "cannot be read"),
            ('"japan"', '"Japan"', "cannot be read"),
            ('"monday"', '"someday"', "cannot be read"),
            ("places = 50", "places = 0", "cannot be read"),
            ("places = 50", "places = 50\ncolour = 1", "cannot be read"),
            ('["fetched"]', "[]", "cannot be read"),
            ('["fetched"]', '["rumoured"]', "cannot be read"),
            ('["fetched"]', '["fetched", "fetched"]', "japan names a grade of evidence twice"),
            ("Asia/Tokyo", "Asia/Atlantis", "japan is in the time zone 'Asia/Atlantis', which nobody knows"),
            ("Asia/Tokyo", "/etc/passwd", "which nobody knows"),
            (GOOD, GOOD + GOOD, "two have the same code"),
        ],
    )
    def test_is_refused_where_it_makes_no_sense(self, write, before, after, why):
        with pytest.raises(BootError, match=why):
            Charts.from_env(write(GOOD.replace(before, after)))

    def test_stops_the_boot_where_it_is_not_there(self, values, tmp_path):
        with pytest.raises(BootError, match="cannot be read"):
            create_core({**values, "CHARTS_PATH": str(tmp_path / "nowhere.toml")})
