"""The listener's library: what they keep."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.ids import Id
from apps.core.contract.library import (
    AddFavourite,
    ArtistSubject,
    ListFavouriteArtists,
    ListFavouriteReleases,
    ListFavouriteTracks,
    ReleaseSubject,
    RemoveFavourite,
    TrackSubject,
)
from apps.core.contract.playlists import ListPlaylists
from apps.website.actor import core
from apps.website.addresses import safe_path

views = Blueprint("library", __name__, url_prefix="/library")

SUBJECTS = {"track": TrackSubject, "release": ReleaseSubject, "artist": ArtistSubject}
FEW = 6
"""Of each kind, on the first page."""


@views.get("")
def show() -> str:
    playlists, tracks, releases, artists = core().send_many(
        ListPlaylists(size=FEW), ListFavouriteTracks(size=FEW), ListFavouriteReleases(size=FEW), ListFavouriteArtists(size=FEW)
    )
    return render_template("library/show.html", playlists=playlists, tracks=tracks, releases=releases, artists=artists)


@views.get("/tracks")
def tracks() -> str:
    return render_template("library/tracks.html", tracks=core().send(ListFavouriteTracks(cursor=request.args.get("cursor"))))


@views.get("/releases")
def releases() -> str:
    return render_template("library/releases.html", releases=core().send(ListFavouriteReleases(cursor=request.args.get("cursor"))))


@views.get("/artists")
def artists() -> str:
    return render_template("library/artists.html", artists=core().send(ListFavouriteArtists(cursor=request.args.get("cursor"))))


@views.post("/favourites/<any(track, release, artist):kind>/<id:subject_id>")
def favour(kind: str, subject_id: Id) -> ResponseReturnValue:
    """`keep` says whether it is to be one. Scripts are given the button as it is now, everybody else the page they came from."""
    keep, subject = request.form.get("keep") == "yes", SUBJECTS[kind](subject_id)
    core().send(AddFavourite(subject) if keep else RemoveFavourite(subject))
    if "HX-Request" in request.headers:
        return render_template("library/_heart.html", kind=kind, id=subject_id, name=request.form.get("of", ""), kept=keep)
    page = safe_path(request.form.get("next", "")) or url_for("library.show")
    return redirect(f"{page}#heart-{kind}-{subject_id}", 303)
