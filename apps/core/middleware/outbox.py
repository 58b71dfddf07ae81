"""What the handler emits is stored in its transaction and published right after the commit."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from apps.core.bus import Dispatch, Following
from apps.core.outbox import Events, Publisher, store
from ports.clock.interface import Clock


def outbox(dispatch: Dispatch, following: Following) -> Any:
    if not dispatch.is_command:
        return following(dispatch)
    events = dispatch.provided[Events] = Events()
    result = following(dispatch)
    if events.emitted:
        container = dispatch.container
        rows = store(dispatch.provided[Session](), events.emitted, container.get(Clock).now(), dispatch.actor.request_id)
        dispatch.after_commit.append(lambda: container.get(Publisher).publish_at_once(rows))
    return result
