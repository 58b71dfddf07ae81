"""What fits a rule, for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy.engine import Connection

from apps.core.contract.actions import Actor
from apps.core.contract.smart import SmartRule
from apps.core.database import fetch
from apps.core.rights.offers import here_on
from apps.core.rights.plans import Plans
from apps.core.smart.compiling import Compiler
from ports.clock.interface import Clock

stored_rule = msgspec.json.Encoder()
rule_decoder = msgspec.json.Decoder(SmartRule)


def fitting(
    connection: Connection, rule: SmartRule, actor: Actor, clock: Clock, plans: Plans, *, first: int, most: int
) -> Sequence[Any]:  # fmt: skip
    """Rows of so many tracks from that number on, each with how many fit in all: one statement, however large the catalogue."""
    now = clock.now()
    place = here_on(plans.entitlement(actor.plan, actor.account_id), actor.territory, now)
    return fetch(connection, Compiler(actor.account_id, now).statement(rule, first, most), place)
