"""The listener's queue: the same one on every device."""

from __future__ import annotations

from flask import Blueprint, Response

from apps.api.answers import done, personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import body
from apps.core.contract.queue import GetQueue, SaveQueue, SaveQueuePosition

views = Blueprint("queue", __name__)


@views.get("/queue")
@sends(GetQueue)
def show() -> Response:
    return personal(core().send(GetQueue()))


@views.put("/queue")
@sends(SaveQueue, body=SaveQueue)
def save() -> Response:
    return done(core().send(body(SaveQueue)))


@views.put("/queue/position")
@sends(SaveQueuePosition, body=SaveQueuePosition)
def save_position() -> Response:
    return done(core().send(body(SaveQueuePosition)))
