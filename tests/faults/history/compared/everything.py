"""The whole comparison: every Command of the contract is under a rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from apps.core.contract.actions import Command
from tests.faults.history.compared import (
    corrections,
    editorial,
    library,
    listening,
    money,
    people,
    pictures,
    playlists,
    results,
    scheduled,
    sharing,
    work,
)
from tests.faults.history.compared.rules import Finding, Rule, Scene

RULES: Sequence[Rule] = (
    *people.RULES, *library.RULES, *listening.RULES, *playlists.RULES, *pictures.RULES, *sharing.RULES, *editorial.RULES,
    *corrections.RULES, *money.RULES, *work.RULES, *results.RULES, *scheduled.RULES,
)  # fmt: skip


def leaves_something() -> frozenset[type[Command[Any]]]:
    """All but those of which there is nothing to find."""
    return frozenset(kind for rule in RULES if not rule.passing_because for kind in rule.kinds)


def compare(scene: Scene, kind: type[Command[Any]] = Command) -> list[Finding]:
    """What was lost, doubled, or is there by half, by all rules or those of one Command."""
    return [finding for rule in RULES if any(issubclass(one, kind) for one in rule.kinds) for finding in rule.find(scene)]
