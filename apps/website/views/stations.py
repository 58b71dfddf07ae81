"""Stations: the list, one of them, and what no station shall play. The player asks here for what comes next."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from apps.core.contract.codec import decode_action
from apps.core.contract.errors import Invalid
from apps.core.contract.genres import ListGenres
from apps.core.contract.ids import StationId, TrackId
from apps.core.contract.library import ListFavouriteArtists
from apps.core.contract.listening import HistoryEntry, ListRecentlyPlayed
from apps.core.contract.radio import (
    FeedbackKind,
    GetStation,
    HideTrack,
    ListHiddenTracks,
    ListStations,
    NextTracks,
    SendStationFeedback,
    StartStation,
    StationBatch,
    UnhideTrack,
)
from apps.website.actor import core
from apps.website.answers import in_json
from apps.website.favourites import favourites_among
from apps.website.languages import said

views = Blueprint("stations", __name__)

GENRES, ARTISTS = 12, 12
LOOKED_BACK = 20


@views.get("/stations")
def index() -> str:
    """With what one may begin from."""
    stations, genres, artists, history = core().send_many(
        ListStations(), ListGenres(size=GENRES), ListFavouriteArtists(size=ARTISTS), ListRecentlyPlayed(size=LOOKED_BACK)
    )
    return render_template(
        "stations/index.html", stations=stations, genres=genres.items, artists=[one for one in artists.items if one.offered],
        played=_covers_of(history.items), mixes=bool(history.items),
    )  # fmt: skip


def _covers_of(played: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """One of each of the latest releases that have a cover, for a picture of four."""
    latest: dict[str, HistoryEntry] = {}
    for one in played:
        if one.cover:
            latest.setdefault(one.release_id, one)
    return list(latest.values())[:4]


@views.post("/stations")
def start() -> ResponseReturnValue:
    """`seed` is the kind and what it names, such as `track:…`; of a mix the kind alone."""
    station = core().send(_wanted(request.form.get("seed", "")))
    return redirect(url_for("stations.show", station_id=station.id), 303)


@views.get("/stations/<id:station_id>")
def show(station_id: StationId) -> str:
    detail = core().send(GetStation(station_id))
    return render_template("stations/show.html", detail=detail, kept=_kept(detail.batch))


@views.post("/stations/<id:station_id>/next")
def go_on(station_id: StationId) -> ResponseReturnValue:
    core().send(NextTracks(station_id))
    return redirect(url_for("stations.show", station_id=station_id), 303)


@views.post("/stations/<id:station_id>/tracks/<id:track_id>/<any(skip, like, hide):what>")
def say(station_id: StationId, track_id: TrackId, what: str) -> ResponseReturnValue:
    if what == "hide":
        core().send(HideTrack(track_id))
    else:
        core().send(SendStationFeedback(station_id, track_id, FeedbackKind(what)))
    return redirect(url_for("stations.show", station_id=station_id), 303)


@views.get("/stations/hidden")
def hidden() -> str:
    tracks = core().send(ListHiddenTracks(cursor=request.args.get("cursor"), size=50))
    return render_template("stations/hidden.html", tracks=tracks)


@views.post("/stations/hidden/<id:track_id>/show")
def unhide(track_id: TrackId) -> ResponseReturnValue:
    core().send(UnhideTrack(track_id))
    return redirect(url_for("stations.hidden"), 303)


@views.get("/player/stations/<id:station_id>/batch")
def last_batch(station_id: StationId) -> Response:
    """What the station gave last, and when, in milliseconds: it goes on where somebody comes back to it."""
    detail = core().send(GetStation(station_id))
    return in_json({"rows": _rows(detail.batch) if detail.batch else "", "given": detail.station.played_at.timestamp() * 1000})


@views.post("/player/stations/<id:station_id>/next")
def next_tracks(station_id: StationId) -> Response:
    batch = core().send(NextTracks(station_id), request.headers.get("Idempotency-Key"))
    return in_json({"fewer": batch.fewer_wording and said(batch.fewer_wording), "rows": _rows(batch)})


@views.post("/player/stations/feedback")
def feedback() -> Response:
    return in_json(core().send(decode_action(SendStationFeedback, request.get_data())))


@views.post("/player/hidden-tracks")
def hide() -> Response:
    return in_json(core().send(decode_action(HideTrack, request.get_data())))


def _kept(batch: StationBatch | None) -> frozenset[str]:
    return favourites_among(tracks=(track.track_id for track in batch.tracks)) if batch else frozenset()


def _rows(batch: StationBatch) -> str:
    return render_template("stations/_batch.html", batch=batch, kept=_kept(batch))


def _wanted(seed: str) -> StartStation:
    kind, _, subject = seed.partition(":")
    named = {"genre": "genre", "mix": None}.get(kind, f"{kind}_id")
    fields = {"type": kind, **({named: subject} if named else {})}
    try:
        return msgspec.convert({"seed": fields}, StartStation)
    except msgspec.ValidationError:
        raise Invalid("A station cannot be started from that.", "Start one from a track, an artist or a release.") from None
