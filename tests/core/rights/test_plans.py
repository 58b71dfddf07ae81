"""The file of plans: what is sold, and what keeps Core from starting."""

from __future__ import annotations

import pytest

from apps.core.app import create_core
from apps.core.rights.plans import VISITOR, WITHOUT_PLAN, Plans
from ports.environment import BootError, Environment

GOOD = """
[[plans]]
code = "trial"
title = "Try"
days = 7
becomes = "gold"
streams = 1
devices = 0

[[plans]]
code = "gold"
title = "Gold"
every = "month"
prices = { SEK = 9900 }
streams = 4
devices = 9
"""


@pytest.fixture
def write(tmp_path, values):
    def to_file(text: str) -> dict[str, str]:
        (tmp_path / "plans.toml").write_text(text)
        return {**values, "PLANS_PATH": str(tmp_path / "plans.toml")}

    return to_file


class TestTheShippedFile:
    def test_sells_by_the_month_and_the_year_in_two_currencies_after_a_trial(self, values):
        plans = Plans.from_env(Environment(values))
        assert [(plan.code, plan.every, set(plan.prices)) for plan in plans] == [
            ("trial", None, set()),
            ("monthly", "month", {"GBP", "EUR"}),
            ("yearly", "year", {"GBP", "EUR"}),
        ]
        assert plans.trial and plans.trial.becomes == "monthly"

    def test_gives_each_plan_its_limits_and_a_visitor_nothing(self, values):
        plans = Plans.from_env(Environment(values))
        trial, yearly = plans.entitlement("trial", "an account"), plans.entitlement("yearly", "an account")
        assert (trial.streams, trial.devices, yearly.streams, yearly.devices) == (1, 1, 2, 5)
        assert plans.entitlement("none", "an account") == plans.entitlement("unheard of", "an account") == WITHOUT_PLAN
        assert plans.entitlement("yearly", None) == VISITOR
        assert not VISITOR.models and not VISITOR.streams


class TestAFileOfOnesOwn:
    def test_is_what_is_sold(self, write):
        plans = Plans.from_env(Environment(write(GOOD)))
        gold = plans.get("gold")
        assert gold is not None
        assert (gold.prices["SEK"], plans.entitlement("gold", "an account").devices) == (9900, 9)

    @pytest.mark.parametrize(
        ("before", "after", "why"),
        [
            ("[[plans]]", "[[plan", "cannot be read"),
            ('code = "gold"', 'code = "Gold"', "cannot be read"),
            ("9900", "0", "cannot be read"),
            ("9900", "99.00", "cannot be read"),
            ("devices = 9", "devices = 9\ncolour = 1", "cannot be read"),
            ("days = 7", "days = 7\nprices = { SEK = 1 }", "the trial trial has prices"),
            ('code = "trial"', 'code = "gold"', "two have the same code"),
            ('code = "trial"', 'code = "none"', "none is what accounts without a plan have"),
            ('becomes = "gold"', 'becomes = "silver"', "becomes 'silver', which is not sold"),
            ("days = 7", "days = 0", "trial needs either"),
            ('every = "month"', 'every = "month"\ndays = 3', "more than one trial"),
            ("devices = 9", 'devices = 9\n[[plans]]\ncode="b"\ntitle="B"\nevery="year"\nstreams=1\ndevices=1\nprices={GBP=1}', "same curr"),
        ],
    )
    def test_stops_the_boot_where_it_makes_no_sense(self, write, before, after, why):
        with pytest.raises(BootError, match=why):
            create_core(write(GOOD.replace(before, after)))

    def test_stops_the_boot_where_it_is_not_there(self, values, tmp_path):
        with pytest.raises(BootError, match="cannot be read"):
            create_core({**values, "PLANS_PATH": str(tmp_path / "nowhere.toml")})
