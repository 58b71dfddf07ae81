"""Nothing is lost and nothing happens twice, whatever is killed: what was acknowledged is compared with what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from apps.core.contract.actions import Command
from apps.core.contract.billing import ConfirmCheckout
from apps.core.contract.charts import RecordEdition
from apps.core.contract.codec import ACTIONS
from apps.core.contract.jobs import ClaimJob
from apps.core.contract.playback import RecordTranscode
from apps.core.contract.reporting import RecordDispatch, RecordUsage
from tests.faults.history.compared.everything import compare, leaves_something
from tests.faults.history.compared.rules import Finding, Scene, Wrong
from tests.faults.history.forged import ONCE, Emptied, Kind, with_everything_twice, with_something_missing
from tests.faults.history.record import Outcome
from tests.faults.history.season import Season
from tests.faults.history.servers import LargeHouse, large_house

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


@dataclass
class Run:
    """All seeds, one season after the other in one house."""

    house: LargeHouse
    seasons: list[Season] = field(default_factory=list[Season])
    found: list[Finding] = field(default_factory=list[Finding])

    def live(self, seed: int) -> str:
        season = Season(self.house, seed, ACKNOWLEDGED, COMMANDS)
        season.live()
        found = compare(Scene(season.history, self.house, season.town.name))
        self.seasons.append(season)
        self.found += found
        return f"{told(season)}; lost or twice: {len(found)}"

    @property
    def last(self) -> Scene:
        return Scene(self.seasons[-1].history, self.house, self.seasons[-1].town.name)


@pytest.fixture(scope="class")
def run(tmp_path_factory, pytestconfig):
    with large_house(tmp_path_factory.mktemp("house")) as house:
        Season(house, 0, acknowledged=200).live(faults=())  # of its week the next has something to export, count and pay
        run = Run(house)
        for seed in range(1, pytestconfig.getoption("seeds") + 1):
            line = run.live(seed)
            with pytestconfig.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
                print(f"\n{line}", end="")
        yield run


class TestEverySeed:
    def test_loses_nothing_and_does_nothing_twice(self, run):
        assert not run.found, "\n".join(map(str, run.found))

    def test_recovers_from_each_fault(self, run):
        slow = [one for season in run.seasons for one in season.recoveries if one.seconds > RECOVERED_WITHIN]
        assert not slow

    def test_makes_no_mistake(self, run):
        operations = [one for season in run.seasons for one in season.history.operations.values()]
        assert not [one for one in operations if one.answer and one.answer.error == "defect"]

    def test_would_miss_what_each_command_leaves(self, run):
        assert leaves_something() == found(run.last, with_something_missing, Wrong.LOST, leaves_something())

    def test_would_see_what_each_command_adds_if_it_were_there_twice(self, run):
        assert found(run.last, with_everything_twice, Wrong.TWICE, ONCE) == ONCE

    @pytest.mark.parametrize(
        ("table", "wrong", "kind"),
        [
            ("payment", Wrong.LOST, ConfirmCheckout),
            ("allocation", Wrong.HALF, RecordUsage),
            ("chart_entry", Wrong.LOST, RecordEdition),
        ],
    )
    def test_would_miss_what_is_counted(self, run, table, wrong, kind):
        emptied = Emptied(run.last.history, run.house, run.last.season, table)
        assert (wrong, kind.__name__) in wrongs(emptied, kind)

    @pytest.mark.parametrize(("folder", "kind"), [("storage/audio", RecordTranscode), ("reports", RecordDispatch)])
    def test_would_miss_a_file(self, run, folder, kind):
        file = next(path for path in (run.house.folder / "home" / folder).rglob("*") if path.is_file())
        file.unlink()
        assert (Wrong.LOST, kind.__name__) in wrongs(run.last, kind)


def found(scene: Scene, forge: Callable[[Scene, Kind], Scene], wrong: Wrong, kinds: frozenset[Kind]) -> frozenset[Kind]:
    """Of which of these kinds the comparison finds that, where the history or the house is forged so."""
    return frozenset(kind for kind in kinds if (wrong, kind.__name__) in wrongs(forge(scene, kind), kind))


def wrongs(scene: Scene, kind: Kind = Command) -> set[tuple[Wrong, str]]:
    return {(one.wrong, one.of) for one in compare(scene, kind)}


class TestASabotage:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("publish_before_commit", {(Wrong.HALF, "ClaimJob")}),
            ("no_lease_check", {(Wrong.TWICE, "FailJob")}),
            ("no_unique_key", {(Wrong.TWICE, "TakeSlot"), (Wrong.TWICE, "ReceiveNotification")}),
        ],
    )
    def test_is_found(self, tmp_path: Path, name: str, expected: set[tuple[Wrong, str]]):
        with large_house(tmp_path, name) as house:
            season = Season(house, 0, acknowledged=200, commands=frozenset(of for _, of in expected))
            season.live(faults=())
            assert expected <= wrongs(Scene(season.history, house, season.town.name))

    def test_of_claims_is_found_before_it_becomes_quiet(self, tmp_path):
        """It never does: of two that hold one attempt, the first to end takes away what the other works on."""
        with large_house(tmp_path, "no_claim_lock") as house:
            season = Season(house, 0, acknowledged=200)
            season.ask()
            assert (Wrong.TWICE, "ClaimJob") in wrongs(Scene(season.history, house, season.town.name), ClaimJob)
