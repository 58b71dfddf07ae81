"""Nothing is lost and nothing happens twice, whatever is killed: what was acknowledged is compared with what is there."""

from __future__ import annotations

from collections import Counter

import pytest

from apps.core.contract.actions import Command
from apps.core.contract.codec import ACTIONS
from tests.faults.history.compared.everything import compare
from tests.faults.history.compared.rules import Scene
from tests.faults.history.record import Outcome
from tests.faults.history.season import Season
from tests.faults.history.servers import large_house

pytestmark = pytest.mark.faults

ACKNOWLEDGED = 2_000
"""In each season, at least."""
RECOVERED_WITHIN = 30
"""Seconds after any single fault, as promised."""
COMMANDS = frozenset(name for name, kind in ACTIONS.items() if issubclass(kind, Command))


def told(season: Season) -> str:
    outcomes = Counter(one.outcome for one in season.history.operations.values())
    slowest = max(season.recoveries, key=lambda one: one.seconds)
    return (
        f"seed {season.seed}: {outcomes[Outcome.DONE]} acknowledged, {outcomes[Outcome.REFUSED]} refused, "
        f"{outcomes[Outcome.UNKNOWN]} unknown; "
        f"{len(season.recoveries)} faults, {sum(one.in_flight > 0 for one in season.recoveries)} of them in mid-request; "
        f"slowest recovery {slowest.seconds:.1f} s ({slowest.fault})"
    )


class TestEverySeed:
    def test_loses_nothing_and_does_nothing_twice(self, tmp_path, capsys, pytestconfig):
        with large_house(tmp_path) as house:
            Season(house, 0, acknowledged=200).live(faults=())  # of its week the next has something to export, count and pay
            for seed in range(1, pytestconfig.getoption("seeds") + 1):
                season = Season(house, seed, ACKNOWLEDGED, COMMANDS)
                season.live()
                found = compare(Scene(season.history, house, season.town.name))
                with capsys.disabled():
                    print(f"\n{told(season)}; lost or twice: {len(found)}", end="")
                assert not found, "\n".join(map(str, found))
                assert {one.fault: one.seconds for one in season.recoveries if one.seconds > RECOVERED_WITHIN} == {}
                assert not [one for one in season.history.operations.values() if one.answer and one.answer.error == "defect"]


class TestASabotage:
    @pytest.mark.parametrize(
        ("name", "command"), [("publish_before_commit", "ClaimJob"), ("no_lease_check", "FailJob"), ("no_unique_key", "TakeSlot")]
    )
    def test_is_found(self, tmp_path, name, command):
        with large_house(tmp_path, name) as house:
            season = Season(house, 0, acknowledged=200)
            season.live(faults=())
            assert command in {finding.of for finding in compare(Scene(season.history, house, season.town.name))}
