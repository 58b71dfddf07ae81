"""What each state of a subscription means: one table, and the moments that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Self

from apps.core.contract.billing import OVER
from ports.purchases import State

HOUR, DAY, WEEK, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=30)
RENEWAL_MARGIN = DAY
"""Shops charge a renewal within hours of its date and tell of it later still: nobody falls silent meanwhile."""


RENEWED = HOUR * 3
"""After a period's end: by then the shop has charged the renewal, or failed to."""


class Until(Enum):
    """How long a state gives access."""

    NEVER = "gives none"
    RENEWAL = "the end of the period, and a margin for the shop to renew it"
    PERIOD = "the end of the period"
    GRACE = "the end of the grace the shop gives"


@dataclass(frozen=True)
class Meaning:
    access: Until
    then: State
    """What it has become once that moment is past and nothing was heard."""
    look_after: timedelta
    """How long the shop need not be asked where it says nothing."""
    may_cancel: bool = False
    may_resume: bool = False
    must_pay: bool = False


MEANINGS: Mapping[State, Meaning] = {
    State.PENDING:    Meaning(Until.NEVER,   State.PENDING, HOUR, may_cancel=True, must_pay=True),
    State.TRIAL:      Meaning(Until.RENEWAL, State.ON_HOLD, WEEK, may_cancel=True),
    State.ACTIVE:     Meaning(Until.RENEWAL, State.ON_HOLD, WEEK, may_cancel=True),
    State.CANCELLING: Meaning(Until.PERIOD,  State.EXPIRED, WEEK, may_resume=True),
    State.GRACE:      Meaning(Until.GRACE,   State.ON_HOLD, HOUR * 6, may_cancel=True, must_pay=True),
    State.ON_HOLD:    Meaning(Until.NEVER,   State.ON_HOLD, DAY, may_cancel=True, must_pay=True),
    State.PAUSED:     Meaning(Until.NEVER,   State.PAUSED, DAY, may_cancel=True),
    State.EXPIRED:    Meaning(Until.NEVER,   State.EXPIRED, MONTH),
    State.REVOKED:    Meaning(Until.NEVER,   State.REVOKED, MONTH),
}  # fmt: skip
"""Access only in trial, active, cancelling and grace (Google Play, "Subscription lifecycle"; Stripe, "Subscription statuses")."""

AFTERMATH = timedelta(days=180)
"""How long after its end a purchase is looked at: money goes back late, and cardholders dispute for four months."""


@dataclass(frozen=True)
class Known:
    """What is known of a subscription."""

    state: State
    period_ends_at: datetime
    grace_ends_at: datetime | None

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(State(row.state), row.period_ends_at, row.grace_ends_at)


def boundary(known: Known) -> datetime | None:
    """The first moment it gives nothing any more; None where it gives nothing anyway."""
    match MEANINGS[known.state].access:
        case Until.NEVER:
            return None
        case Until.RENEWAL:
            return known.period_ends_at + RENEWAL_MARGIN
        case Until.PERIOD:
            return known.period_ends_at
        case _:
            return known.grace_ends_at or known.period_ends_at


def access_ends_at(known: Known, now: datetime) -> datetime | None:
    """The boundary where it still lies ahead."""
    moment = boundary(known)
    return moment if moment is not None and now < moment else None


def state_at(known: Known, now: datetime) -> State:
    """What it is at that moment if nothing was heard of it since."""
    moment = boundary(known)
    return MEANINGS[known.state].then if moment is not None and moment <= now else known.state


def look_again_at(known: Known, now: datetime) -> datetime | None:
    """When the shop is to be asked though it said nothing: after a while, and soon after anything that has a date."""
    look = now + MEANINGS[known.state].look_after
    if known.state in OVER:
        return look if now < known.period_ends_at + AFTERMATH else None
    dated = (known.period_ends_at + HOUR, known.period_ends_at + RENEWED, boundary(known))
    return min([look, *(moment for moment in dated if moment is not None and now < moment)])
