"""Plans: what each gives access to, and what it costs. They are data, read once when Core starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Self

import msgspec
from msgspec import Meta

from apps.core.rights.terms import CommercialModel
from ports.environment import BootError, Environment
from ports.payments.interface import Interval

DEFAULT_FILE = Path(__file__).with_name("plans.toml")
FIRST_PLAN = "none"
"""What every account has: no subscription, so only music that needs none."""

Minor = Annotated[int, Meta(gt=0)]
CurrencyCode = Annotated[str, Meta(pattern=r"^[A-Z]{3}(?!\n)$")]


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One that is sold, or a trial of one."""

    code: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,29}(?!\n)$")]
    title: Annotated[str, Meta(min_length=1, max_length=60)]
    streams: Annotated[int, Meta(ge=1)]
    """How many devices may play at the same time."""
    devices: Annotated[int, Meta(ge=0)]
    """How many devices may keep music offline."""
    every: Interval | None = None
    """How often it is paid; None for a trial."""
    prices: Mapping[CurrencyCode, Minor] = {}
    """By currency (ISO 4217), in minor units, tax included; none where it is no longer sold."""
    days: Annotated[int, Meta(ge=0)] = 0
    """How long a trial lasts."""
    becomes: str = ""
    """The plan that a trial is of."""


@dataclass(frozen=True)
class Entitlement:
    """What somebody may use, now."""

    models: frozenset[CommercialModel]
    streams: int
    devices: int


VISITOR = Entitlement(frozenset(), streams=0, devices=0)
"""Whoever has no account may look, not listen."""
WITHOUT_PLAN = Entitlement(frozenset({CommercialModel.OWN_MUSIC}), streams=1, devices=1)
SUBSCRIBED = frozenset({CommercialModel.OWN_MUSIC, CommercialModel.SUBSCRIPTION})


class Plans:
    """Every plan by its code, in the order of the file."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self._plans = plans

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        """`PLANS_PATH` names the file; raises `BootError` where it cannot be read or makes no sense."""
        path = environment.path("PLANS_PATH", DEFAULT_FILE)
        try:
            plans = msgspec.toml.decode(path.read_bytes(), type=dict[str, list[Plan]])["plans"]
        except (OSError, KeyError, UnicodeDecodeError, msgspec.MsgspecError) as error:
            raise BootError(f"The plans in {path} cannot be read ({error}): correct the file, or set PLANS_PATH to another.") from None
        if wrong := next(_mistakes(plans), None):
            raise BootError(f"The plans in {path} make no sense: {wrong}. Correct the file.")
        return cls({plan.code: plan for plan in plans})

    def __iter__(self) -> Iterator[Plan]:
        return iter(self._plans.values())

    def get(self, code: str) -> Plan | None:
        return self._plans.get(code)

    @property
    def trial(self) -> Plan | None:
        return next((plan for plan in self if plan.days), None)

    def entitlement(self, code: str, account_id: str | None) -> Entitlement:
        """What an account on that plan may use; a plan that nobody knows gives what every account has."""
        if account_id is None:
            return VISITOR
        plan = self._plans.get(code)
        return Entitlement(SUBSCRIBED, plan.streams, plan.devices) if plan else WITHOUT_PLAN


def plan_at(now: datetime, plan: str, ends_at: datetime | None) -> str:
    """The plan that an account has at that moment, of what is stored with it."""
    return plan if ends_at is None or now < ends_at else FIRST_PLAN


def _mistakes(plans: list[Plan]) -> Iterator[str]:
    by_code = {plan.code: plan for plan in plans}
    if len(by_code) < len(plans):
        yield "two have the same code"
    if FIRST_PLAN in by_code:
        yield f"{FIRST_PLAN} is what accounts without a plan have, and cannot be sold"
    if sum(plan.days > 0 for plan in plans) > 1:
        yield "there is more than one trial"
    for plan in plans:
        yield from _mistakes_of(plan, by_code)
    if len({frozenset(plan.prices) for plan in plans if plan.prices}) > 1:
        yield "not all are sold in the same currencies"


def _mistakes_of(plan: Plan, by_code: Mapping[str, Plan]) -> Iterator[str]:
    if (plan.every is None) == (plan.days == 0):
        yield f"{plan.code} needs either `every`, or `days` for a trial"
    if plan.days and plan.prices:
        yield f"the trial {plan.code} has prices, and nothing is paid for it"
    if plan.days and not (plan.becomes in by_code and by_code[plan.becomes].prices):
        yield f"the trial {plan.code} becomes {plan.becomes!r}, which is not sold"
