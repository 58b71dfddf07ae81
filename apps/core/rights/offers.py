"""The one question: may this be played here, now, on this plan? As a condition on releases and tracks, written once.

The condition has parameters instead of values, so that a statement is built once and only executed often: give it
`territory` and `now`, and `models` where it was asked for a plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, exists, func, literal, or_, select

from apps.core.catalogue.models import TrackRow
from apps.core.contract.actions import WORLDWIDE
from apps.core.database import Moment
from apps.core.rights.models import DealExclusionRow, DealRow
from apps.core.rights.plans import Entitlement
from apps.core.rights.terms import UseType

TERRITORY = bindparam("territory")
NOW = bindparam("now", type_=Moment())
MODELS = bindparam("models", expanding=True)
ENDLESS = datetime(9000, 1, 1, tzinfo=UTC)
"""The end of a deal that has none, to be compared with others."""


def offered(
    release_id: Any, track_id: Any = None, *, on_plan: bool = False, use_type: UseType = UseType.ON_DEMAND_STREAM
) -> ColumnElement[bool]:
    """True where a deal lets the release (any track of it, or the one of `track_id`) be used so in this territory now.

    With `on_plan` only deals of the plan's commercial models count; without, it says whether the music can be seen here at all.
    """
    return exists(select(DealRow.id).where(*_allowing(release_id, track_id, use_type, on_plan=on_plan)))


def offered_anywhere(release_id: Any, track_id: Any) -> ColumnElement[bool]:
    """True where a deal lets the track be streamed on demand in some territory, now or later."""
    return exists(select(DealRow.id).where(*_of(release_id, track_id, UseType.ON_DEMAND_STREAM, later=True)))


def offered_until(release_id: Any, track_id: Any, use_type: UseType) -> ScalarSelect[datetime]:
    """Until when the deals that let the track be used so on this plan, in this territory, last: the latest end among them.

    `ENDLESS` where one has no end, null where there is no such deal.
    """
    ends = func.coalesce(DealRow.ends_at, literal(ENDLESS, Moment()), type_=Moment())
    return select(func.max(ends, type_=Moment())).where(*_allowing(release_id, track_id, use_type, on_plan=True)).scalar_subquery()


def _allowing(release_id: Any, track_id: Any, use_type: UseType, *, on_plan: bool) -> list[ColumnElement[bool]]:
    """The conditions on a deal that allows it here."""
    excluded = exists().where(DealExclusionRow.deal_id == DealRow.id, DealExclusionRow.territory == TERRITORY)
    conditions = [
        *_of(release_id, track_id, use_type),
        or_(DealRow.territory == TERRITORY, (DealRow.territory == WORLDWIDE) & ~excluded),
    ]
    if on_plan:
        conditions.append(DealRow.commercial_model.in_(MODELS))
    return conditions


def _of(release_id: Any, track_id: Any, use_type: UseType, *, later: bool = False) -> list[ColumnElement[bool]]:
    """The conditions on a deal of it that runs, or is to run `later`, wherever."""
    conditions = [
        DealRow.release_id == release_id,
        DealRow.use_type == use_type,
        or_(DealRow.ends_at.is_(None), DealRow.ends_at > NOW),
    ]
    if not later:
        conditions.append(DealRow.starts_at <= NOW)
    if track_id is TrackRow.id:
        conditions.append(TrackRow.hidden_at.is_(None))
    if track_id is not None:
        conditions.append(or_(DealRow.track_id.is_(None), DealRow.track_id == track_id))
    return conditions


def here(territory: str, now: datetime) -> dict[str, Any]:
    """The parameters of `offered`."""
    return {"territory": territory, "now": now}


def here_on(entitlement: Entitlement, territory: str, now: datetime) -> dict[str, Any]:
    """The parameters of `offered(on_plan=True)`."""
    return {**here(territory, now), "models": _models(entitlement.models)}


def _models(models: Iterable[str]) -> list[str]:
    return sorted(models)
