"""A Command is done again where nothing is wrong with it: the database ended it for another that it waited for, or it was overtaken."""

from __future__ import annotations

import random
import time
from typing import Any

import structlog
from sqlalchemy.exc import OperationalError

from apps.core.bus import Dispatch, Following, Overtaken

ENDED_FOR_ANOTHER = {"40001", "40P01"}
"""PostgreSQL's serialization_failure and deadlock_detected."""
ATTEMPTS = 4
PAUSE_SECONDS = 0.05
"""At least as long, times the attempt: whoever was waited for gets its turn first."""

log = structlog.get_logger("core.bus")


def repeat(dispatch: Dispatch, following: Following) -> Any:
    for attempt in range(1, ATTEMPTS):
        planned = len(dispatch.after_commit)
        try:
            return following(dispatch)
        except Overtaken:
            log.info("done again after being overtaken")
            del dispatch.after_commit[planned:]
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in ENDED_FOR_ANOTHER:
                raise
            log.warning("done again after a deadlock")
            del dispatch.after_commit[planned:]
            time.sleep(PAUSE_SECONDS * attempt * (1 + random.random()))  # noqa: S311 - nobody gains by guessing it
    return following(dispatch)
