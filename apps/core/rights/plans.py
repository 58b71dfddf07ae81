"""Plans: which commercial models a listener's plan gives access to, and how many streams at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apps.core.rights.terms import CommercialModel


@dataclass(frozen=True)
class Plan:
    models: frozenset[CommercialModel]
    streams: int
    """How many devices may play at the same time."""


FIRST_PLAN = "none"
"""What a new account has: no subscription, so only music that needs none."""

PLANS: Mapping[str, Plan] = {
    "none": Plan(frozenset({CommercialModel.OWN_MUSIC}), streams=1),
    "full": Plan(frozenset({CommercialModel.OWN_MUSIC, CommercialModel.SUBSCRIPTION}), streams=1),
}

VISITOR_PLAN = Plan(frozenset(), streams=0)
"""Whoever has no account may look, not listen."""


def plan_of(code: str, account_id: str | None) -> Plan:
    """What an actor may use; a plan that is no longer sold counts as the first one."""
    return VISITOR_PLAN if account_id is None else PLANS.get(code, PLANS[FIRST_PLAN])
