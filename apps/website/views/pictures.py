"""Covers that people upload: listeners for their playlists, staff for what is the house's own."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.ids import Id, PlaylistId
from apps.core.contract.pictures import (
    LARGEST_UPLOAD,
    GetPicture,
    GetPlaylistPicture,
    Picture,
    PictureSubject,
    PutPicture,
    PutPlaylistPicture,
    RemovePlaylistPicture,
    TakeDownPicture,
    too_large,
)
from apps.website.actor import core
from apps.website.forms.pictures import PictureForm
from apps.website.uploads import takes_file

views = Blueprint("pictures", __name__)

OF_PLAYLIST = "/playlists/<id:playlist_id>/picture"
OF_HOUSE = "/editorial/pictures/<any(release,series,playlist):of>/<id:subject_id>"


@views.get(OF_PLAYLIST)
def show(playlist_id: PlaylistId) -> str:
    return _of_playlist(playlist_id, PictureForm())


@views.post(OF_PLAYLIST)
@takes_file(LARGEST_UPLOAD, too_large)
def put(playlist_id: PlaylistId) -> ResponseReturnValue:
    form = PictureForm()
    if form.validate_on_submit() and form.attempt(PutPlaylistPicture(playlist_id, form.content)):
        return redirect(url_for("pictures.show", playlist_id=playlist_id), 303)
    return _of_playlist(playlist_id, form), form.status


@views.post(f"{OF_PLAYLIST}/remove")
def remove(playlist_id: PlaylistId) -> ResponseReturnValue:
    core().send(RemovePlaylistPicture(playlist_id))
    return redirect(url_for("pictures.show", playlist_id=playlist_id), 303)


@views.get(OF_HOUSE)
def show_house(of: str, subject_id: Id) -> str:
    return _of_house(PictureSubject(of), subject_id, PictureForm())


@views.post(OF_HOUSE)
@takes_file(LARGEST_UPLOAD, too_large)
def put_house(of: str, subject_id: Id) -> ResponseReturnValue:
    form = PictureForm()
    if form.validate_on_submit() and form.attempt(PutPicture(PictureSubject(of), subject_id, form.content)):
        return redirect(url_for("pictures.show_house", of=of, subject_id=subject_id), 303)
    return _of_house(PictureSubject(of), subject_id, form), form.status


@views.post(f"{OF_HOUSE}/take-down")
def take_down(of: str, subject_id: Id) -> ResponseReturnValue:
    core().send(TakeDownPicture(PictureSubject(of), subject_id))
    return redirect(url_for("pictures.show_house", of=of, subject_id=subject_id), 303)


def _of_playlist(playlist_id: PlaylistId, form: PictureForm) -> str:
    picture = core().send(GetPlaylistPicture(playlist_id))
    addresses = {
        "back": url_for("playlists.show", playlist_id=playlist_id),
        "put": url_for("pictures.put", playlist_id=playlist_id),
        "remove": url_for("pictures.remove", playlist_id=playlist_id),
    }
    return _page(playlist_id, picture, form, addresses)


def _of_house(of: PictureSubject, subject_id: Id, form: PictureForm) -> str:
    picture = core().send(GetPicture(of, subject_id))
    pages = {
        PictureSubject.RELEASE: url_for("releases.show", release_id=subject_id),
        PictureSubject.SERIES: url_for("series.show", series_id=subject_id),
        PictureSubject.PLAYLIST: url_for("playlists.show", playlist_id=subject_id),
    }
    addresses = {
        "back": pages[of],
        "put": url_for("pictures.put_house", of=of, subject_id=subject_id),
        "remove": url_for("pictures.take_down", of=of, subject_id=subject_id),
    }
    return _page(subject_id, picture, form, addresses)


def _page(subject_id: Id, picture: Picture, form: PictureForm, addresses: dict[str, str]) -> str:
    return render_template("pictures/show.html", subject_id=subject_id, picture=picture, form=form, addresses=addresses)
