"""Tells Prometheus of each dispatch, and of what it did to the business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apps.core.bus import HANDLERS, Dispatch, Following
from apps.core.contract.actions import Action
from apps.core.contract.billing import ReceiveNotification, Shop, SubscriptionChanged
from apps.core.contract.errors import CelestaError, Defect, Forbidden, Unavailable
from apps.core.contract.listening import PlaysRecorded, RecordPlays
from apps.core.outbox import Events
from ports import metrics as telling

FINE = "ok"


def metrics(dispatch: Dispatch, following: Following) -> Any:
    if not telling.recording():
        return following(dispatch)
    dispatch.before_commit.append(lambda _session, result: dispatch.after_commit.append(lambda: _tell_changes(dispatch, result)))
    outcome = FINE
    try:
        return following(dispatch)
    except CelestaError as error:
        outcome = error.code
        raise
    finally:
        _tell(dispatch, outcome)


def _tell(dispatch: Dispatch, outcome: str) -> None:
    name, measure = dispatch.kind.__name__, dispatch.measure
    telling.count(telling.ACTIONS, name, outcome)
    telling.observe(telling.ACTION_SECONDS, name, seconds=measure.seconds)
    telling.count(telling.ACTION_STATEMENTS, name, by=measure.statements)
    telling.count(telling.ACTION_ROWS, name, by=measure.rows)
    telling.count(telling.ACTION_DATABASE, name, by=measure.database_seconds)
    if isinstance(dispatch.action, ReceiveNotification):
        telling.count(telling.NOTIFICATIONS, dispatch.action.shop, outcome)


def _tell_changes(dispatch: Dispatch, result: Any) -> None:
    """Of what was committed: an answer that is given again changes nothing."""
    if (tell := OF_RESULTS.get(dispatch.kind)) is not None:
        tell(result)
    for event in dispatch.provided[Events].emitted:
        if isinstance(event, SubscriptionChanged):
            telling.count(telling.SUBSCRIPTIONS, event.state)


def begin_failures_at_zero() -> None:
    """Those that somebody is told of, so that the first is seen too: to be called once the handlers are known."""
    for kind in HANDLERS:
        telling.begin_at_zero(telling.ACTIONS, kind.__name__, Defect.code)
    for shop in Shop:
        for refused in (Forbidden, Unavailable, Defect):
            telling.begin_at_zero(telling.NOTIFICATIONS, shop, refused.code)


def _plays(result: PlaysRecorded) -> None:
    telling.count(telling.PLAYS, "recorded", by=result.recorded)
    telling.count(telling.PLAYS, "known", by=result.known)
    telling.count(telling.PLAYS, "unknown", by=len(result.unknown))


OF_RESULTS: Mapping[type[Action[Any]], Callable[[Any], None]] = {RecordPlays: _plays}
