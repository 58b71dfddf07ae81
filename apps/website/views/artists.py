"""An artist's page."""

from __future__ import annotations

from flask import Blueprint, render_template

from apps.core.contract.catalogue import GetArtist
from apps.core.contract.ids import ArtistId
from apps.website.actor import core

views = Blueprint("artists", __name__, url_prefix="/artists")


@views.get("/<id:artist_id>")
def show(artist_id: ArtistId) -> str:
    return render_template("artists/show.html", artist=core().send(GetArtist(artist_id=artist_id)))
