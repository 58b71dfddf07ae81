"""Plays on their way into the log, and the listener's own history."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from apps.api.answers import done, nothing, personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import body, idempotency_key, takes
from apps.core.contract.days import Day
from apps.core.contract.listening import ClearHistory, ListRecentlyPlayed, RecordPlays, Sought, SourceKind, Zone
from apps.core.contract.paging import Cursor, PageSize

views = Blueprint("listening", __name__)


class HistoryParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: PageSize = 20
    first: Day | None = None
    last: Day | None = None
    zone: Zone = "UTC"
    text: Sought = ""
    source: SourceKind | None = None


class ClearingParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    day: Day | None = None
    zone: Zone = "UTC"


@views.post("/plays")
@sends(RecordPlays, body=RecordPlays, repeatable=True)
def record_plays() -> Response:
    return done(core().send(body(RecordPlays), idempotency_key()))


@views.get("/history")
@sends(ListRecentlyPlayed)
@takes(HistoryParameters)
def history(asked: HistoryParameters) -> Response:
    days = asked.first, asked.last, asked.zone
    return personal(core().send(ListRecentlyPlayed(asked.cursor, asked.limit, *days, asked.text, asked.source)))


@views.delete("/history")
@sends(ClearHistory, status=204)
@takes(ClearingParameters)
def clear_history(asked: ClearingParameters) -> Response:
    core().send(ClearHistory(asked.day, asked.zone))
    return nothing()
