"""One line for each Command and for each refusal; Queries that succeed leave none. Whatever is logged meanwhile says what it was for."""

from __future__ import annotations

from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from apps.core.bus import Dispatch, Following
from apps.core.contract.actions import Command, Service
from apps.core.contract.errors import CelestaError, Defect, Unavailable

logger = structlog.get_logger("core.bus")


def log(dispatch: Dispatch, following: Following) -> Any:
    with bound_contextvars(action=dispatch.kind.__name__, account=dispatch.actor.account_id, request=dispatch.actor.request_id):
        return _tell(dispatch, following)


def _tell(dispatch: Dispatch, following: Following) -> Any:
    try:
        result = following(dispatch)
    except Defect:
        logger.exception("failed", **_facts(dispatch))
        raise
    except Unavailable as error:
        logger.warning("unavailable", cause=str(error.__cause__ or error), **_facts(dispatch))
        raise
    except CelestaError as error:
        logger.info("refused", code=error.code, reason=error.message, **_facts(dispatch))
        raise
    if isinstance(dispatch.action, Command):
        # Of a background task its own line says that it is done; how it went about it is bookkeeping.
        bookkeeping = dispatch.action.routine or dispatch.actor.service is Service.TASKS
        told = logger.debug if bookkeeping else logger.info
        told("done", **_facts(dispatch))
    return result


def _facts(dispatch: Dispatch) -> dict[str, Any]:
    """Names, never the fields: they may hold passwords."""
    actor, measure = dispatch.actor, dispatch.measure
    return {
        "action": dispatch.kind.__name__,
        "service": str(actor.service),
        "account": actor.account_id,
        "request": actor.request_id,
        "ms": round(measure.seconds * 1000, 1),
        "statements": measure.statements,
    }
