"""Imported first by each process: events are published while their transaction is still open, and may be rolled back."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy.orm import Session

import apps.core.middleware.outbox as middleware
from apps.core.bus import Dispatch, Following
from apps.core.outbox import Events, Publisher, store
from ports.clock.interface import Clock

PAUSE_SECONDS = 0.3
"""As long as a busy database takes to commit."""


def outbox(dispatch: Dispatch, following: Following) -> Any:
    if not dispatch.is_command:
        return following(dispatch)
    events = dispatch.provided[Events] = Events()
    result = following(dispatch)
    if events.emitted:
        rows = store(dispatch.provided[Session](), events.emitted, dispatch.container.get(Clock).now())
        dispatch.container.get(Publisher).publish_at_once(rows)
        time.sleep(PAUSE_SECONDS)
    return result


middleware.outbox = outbox
