"""Genres: all of them, and one with its newest releases."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.genres import GetGenre, ListGenreReleases, ListGenres
from apps.website.actor import core
from apps.website.favourites import favourites_among

views = Blueprint("genres", __name__, url_prefix="/genres")

PAGE = 48


@views.get("")
def index() -> str:
    return render_template("genres/index.html", genres=core().send(ListGenres(request.args.get("cursor"), PAGE)))


@views.get("/<slug>")
def show(slug: str) -> ResponseReturnValue:
    genre, releases = core().send_many(GetGenre(slug), ListGenreReleases(slug, request.args.get("cursor"), PAGE))
    if genre.slug != slug:
        return redirect(url_for("genres.show", slug=genre.slug), 302)
    kept = favourites_among(tracks=(one.track.id for one in genre.tracks))
    return render_template("genres/show.html", genre=genre, releases=releases, kept=kept)
