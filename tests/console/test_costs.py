"""`celesta actions --cost`: what burns the database, on the operators' own machine."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from apps.console.actions import actions
from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.catalogue import ListReleases
from apps.core.costs.keeping import CostKeeper


@pytest.fixture
def run(own_home):
    def run(*arguments: str) -> str:
        done = CliRunner().invoke(actions, ["--cost", *arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return run


@pytest.fixture
def some_cost(core_app, ana):
    for _ in range(3):
        ana.send(GetOwnAccount())
    ana.send(ListReleases())
    CostKeeper(core_app).turn()


class TestCosts:
    def test_are_ranked_with_what_they_were_before(self, some_cost, run):
        told, head, *lines = run("--by", "count").splitlines()
        assert told.startswith("Since 2026-03-02 11:01 UTC.")
        assert head.split()[:3] == ["Action", "database", "before"]
        name, *_ = lines[0].split()
        assert name == "GetOwnAccount"
        assert "(0)" in lines[0]
        assert any("#" * 20 in line for line in lines)

    def test_of_one_action_are_its_statements(self, some_cost, run):
        lines = run("--action", "GetOwnAccount", "--since", "5m").splitlines()
        assert lines[0].startswith("GetOwnAccount since 2026-03-02 11:56 UTC")
        assert lines[1].startswith("sent 3 times (0), ")
        assert any(line.startswith("    SELECT account.id, ") for line in lines)
        assert any(" 3 times (0), " in line and "slowest" in line for line in lines[2:])

    def test_are_told_to_machines_as_the_contract_has_them(self, some_cost, run):
        ranked = json.loads(run("--json"))["actions"]
        assert {one["action"]: one["now"]["count"] for one in ranked}["GetOwnAccount"] == 3
        assert all(one["text"] for one in json.loads(run("--json", "--action", "GetOwnAccount"))["statements"])

    def test_of_nothing_are_said_to_be_none(self, run):
        assert run() == "Nothing was asked of Core in this time.\n"

    @pytest.mark.parametrize("since", ["", "1", "soon", "1w", "-1h"])
    def test_no_time_is_one_clear_line(self, run, since):
        assert run("--since", since) == f"Error: --since {since!r} is no time: write 5m, 1h or 1d.\n"
