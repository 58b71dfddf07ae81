"""The whole comparison: every Command of the contract is under a rule."""

from __future__ import annotations

from collections.abc import Sequence

from tests.faults.history.compared import listening, money, people, work
from tests.faults.history.compared.rules import Finding, Rule, Scene

RULES: Sequence[Rule] = (*people.RULES, *listening.RULES, *money.RULES, *work.RULES)


def compare(scene: Scene) -> list[Finding]:
    """What was lost, doubled, or is there by half."""
    return [finding for rule in RULES for finding in rule.find(scene)]
