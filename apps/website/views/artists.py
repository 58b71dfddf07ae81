"""An artist's page."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.catalogue import GetArtist, GetArtistTracks
from apps.core.contract.corrections import GetEditableArtist
from apps.core.contract.ids import ArtistId
from apps.website.actor import actor, core
from apps.website.favourites import favourites_among

views = Blueprint("artists", __name__, url_prefix="/artists")


@views.get("/<id:artist_id>")
def show(artist_id: ArtistId) -> ResponseReturnValue:
    artist, tracks = core().send_many(GetArtist(artist_id), GetArtistTracks(artist_id))
    if artist.id != artist_id:
        return redirect(url_for("artists.show", artist_id=artist.id), 302)
    behind = (one for credited in tracks.behind for one in credited.tracks)
    kept, editable = (
        favourites_among(artists=(artist.id,), tracks=(one.track.id for one in (*tracks.top, *behind))),
        GetEditableArtist.permission.allows(actor()),
    )
    return render_template("artists/show.html", artist=artist, tracks=tracks, kept=kept, editable=editable)
