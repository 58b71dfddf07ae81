"""A track's page."""

from __future__ import annotations

from flask import Blueprint, render_template

from apps.core.contract.catalogue import GetTrackInFull
from apps.core.contract.charts import ListChartPlaces
from apps.core.contract.ids import TrackId
from apps.core.contract.library import FindFavourites
from apps.website.actor import core, viewer

views = Blueprint("tracks", __name__, url_prefix="/tracks")


@views.get("/<id:track_id>")
def show(track_id: TrackId) -> str:
    detail = core().send(GetTrackInFull(track_id))
    charted = ListChartPlaces(detail.release.id)
    if viewer():
        places, kept = core().send_many(charted, FindFavourites(track_ids=(track_id,)))
    else:
        places, kept = core().send(charted), None
    return render_template(
        "tracks/show.html", detail=detail, kept=kept is not None and track_id in kept.track_ids,
        place=next((place for place in places if place.recording_id == detail.track.recording_id), None),
    )  # fmt: skip
