"""The one question: may this be played here, now, on this plan? As a condition on releases and tracks, written once.

The condition has parameters instead of values, so that a statement is built once and only executed often: give it
`territory` and `now`, and `models` where it was asked for a plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, or_, select

from apps.core.database import Moment
from apps.core.rights.models import DealExclusionRow, DealRow
from apps.core.rights.plans import Entitlement
from apps.core.rights.terms import WORLDWIDE, UseType

TERRITORY = bindparam("territory")
NOW = bindparam("now", type_=Moment())
MODELS = bindparam("models", expanding=True)


def offered(release_id: Any, track_id: Any = None, *, on_plan: bool = False) -> ColumnElement[bool]:
    """True where a deal lets the release (any track of it, or the one of `track_id`) be streamed on demand in this territory now.

    With `on_plan` only deals of the plan's commercial models count; without, it says whether the music can be seen here at all.
    """
    excluded = exists().where(DealExclusionRow.deal_id == DealRow.id, DealExclusionRow.territory == TERRITORY)
    conditions = [
        DealRow.release_id == release_id,
        DealRow.use_type == UseType.ON_DEMAND_STREAM,
        DealRow.starts_at <= NOW,
        or_(DealRow.ends_at.is_(None), DealRow.ends_at > NOW),
        or_(DealRow.territory == TERRITORY, (DealRow.territory == WORLDWIDE) & ~excluded),
    ]
    if on_plan:
        conditions.append(DealRow.commercial_model.in_(MODELS))
    if track_id is not None:
        conditions.append(or_(DealRow.track_id.is_(None), DealRow.track_id == track_id))
    return exists(select(DealRow.id).where(*conditions))


def here(territory: str, now: datetime) -> dict[str, Any]:
    """The parameters of `offered`."""
    return {"territory": territory, "now": now}


def here_on(entitlement: Entitlement, territory: str, now: datetime) -> dict[str, Any]:
    """The parameters of `offered(on_plan=True)`."""
    return {**here(territory, now), "models": _models(entitlement.models)}


def _models(models: Iterable[str]) -> list[str]:
    return sorted(models)
