"""An artist's page."""

from __future__ import annotations

from flask import Blueprint, render_template

from apps.core.contract.catalogue import GetArtist
from apps.core.contract.ids import ArtistId
from apps.website.actor import core
from apps.website.favourites import favourites_among

views = Blueprint("artists", __name__, url_prefix="/artists")


@views.get("/<id:artist_id>")
def show(artist_id: ArtistId) -> str:
    artist = core().send(GetArtist(artist_id=artist_id))
    return render_template("artists/show.html", artist=artist, kept=favourites_among(artists=(artist.id,)))
