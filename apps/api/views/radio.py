"""Stations, and tracks that no station shall play."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from apps.api.answers import done, nothing, personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import body, idempotency_key, takes
from apps.core.contract.ids import StationId, TrackId
from apps.core.contract.paging import Cursor, PageSize
from apps.core.contract.radio import (
    FeedbackKind,
    GetStation,
    HideTrack,
    ListHiddenTracks,
    ListStations,
    NextTracks,
    SendStationFeedback,
    StartStation,
    UnhideTrack,
)

views = Blueprint("radio", __name__)


class Feedback(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    track_id: TrackId
    kind: FeedbackKind


class HiddenParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: PageSize = 20


@views.post("/stations")
@sends(StartStation, body=StartStation, status=201)
def start() -> Response:
    return done(core().send(body(StartStation)), status=201)


@views.get("/stations")
@sends(ListStations)
def stations() -> Response:
    return personal(core().send(ListStations()))


@views.get("/stations/<id:station_id>")
@sends(GetStation)
def station(station_id: StationId) -> Response:
    return personal(core().send(GetStation(station_id)))


@views.post("/stations/<id:station_id>/batches")
@sends(NextTracks, status=201, repeatable=True)
def next_tracks(station_id: StationId) -> Response:
    return done(core().send(NextTracks(station_id), idempotency_key()), status=201)


@views.post("/stations/<id:station_id>/feedback")
@sends(SendStationFeedback, body=Feedback)
def feedback(station_id: StationId) -> Response:
    told = body(Feedback)
    return done(core().send(SendStationFeedback(station_id, told.track_id, told.kind)))


@views.get("/hidden-tracks")
@sends(ListHiddenTracks)
@takes(HiddenParameters)
def hidden(asked: HiddenParameters) -> Response:
    return personal(core().send(ListHiddenTracks(asked.cursor, asked.limit)))


@views.put("/hidden-tracks/<id:track_id>")
@sends(HideTrack, status=204)
def hide(track_id: TrackId) -> Response:
    core().send(HideTrack(track_id))
    return nothing()


@views.delete("/hidden-tracks/<id:track_id>")
@sends(UnhideTrack, status=204)
def unhide(track_id: TrackId) -> Response:
    core().send(UnhideTrack(track_id))
    return nothing()
