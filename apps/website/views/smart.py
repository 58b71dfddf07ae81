"""Smart playlists: building a rule row by row, with a count of what fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from apps.core.contract.errors import Invalid
from apps.core.contract.ids import PlaylistId
from apps.core.contract.playlists import ListRecentPlaylists, PlaylistSummary
from apps.core.contract.smart import ChangeSmartRule, CreateSmartPlaylist, GetSmartPlaylist, PreviewSmartRule, SmartPreview
from apps.website.actor import core
from apps.website.rule_forms import FIELDS, Row, as_form, rows_of, rule_of

views = Blueprint("smart", __name__, url_prefix="/library/smart")


@views.get("")
def new() -> str:
    return _page({}, [Row()], _playlists())


@views.post("")
def create() -> ResponseReturnValue:
    """Without `do=save` the form comes back with a row more or less, and with what fits so far."""
    rows = rows_of(request.form)
    if request.form.get("do") != "save":
        return _page(request.form, rows, _playlists())
    made = core().send(CreateSmartPlaylist(request.form.get("title", "").strip(), rule_of(request.form, rows)))
    return redirect(url_for("playlists.show", playlist_id=made.id), 303)


@views.get("/<id:playlist_id>")
def edit(playlist_id: PlaylistId) -> str:
    smart, playlists = core().send_many(GetSmartPlaylist(playlist_id), ListRecentPlaylists())
    known = as_form(smart.rule)
    if known is None:
        return render_template("playlists/nested.html", playlist=smart.playlist)
    return _page(known[0] | {"title": smart.playlist.title}, known[1], playlists, playlist_id)


@views.post("/<id:playlist_id>")
def change(playlist_id: PlaylistId) -> ResponseReturnValue:
    rows = rows_of(request.form)
    if request.form.get("do") != "save":
        return _page(request.form, rows, _playlists(), playlist_id)
    core().send(ChangeSmartRule(playlist_id, rule_of(request.form, rows)))
    return redirect(url_for("playlists.show", playlist_id=playlist_id), 303)


@views.post("/count")
def count() -> str:
    """What scripts ask for while the form is filled in."""
    return render_template("playlists/_fitting.html", preview=_preview(request.form, rows_of(request.form)))


def _playlists() -> Sequence[PlaylistSummary]:
    return core().send(ListRecentPlaylists())


def _page(form: Mapping[str, str], rows: Sequence[Row], playlists: Sequence[PlaylistSummary], playlist_id: PlaylistId | None = None) -> str:
    address = url_for("smart.change", playlist_id=playlist_id) if playlist_id else url_for("smart.create")
    return render_template(
        "playlists/smart.html", form=form, rows=rows, fields=FIELDS, address=address, preview=_preview(form, rows),
        playlist_id=playlist_id, playlists=playlists,
    )  # fmt: skip


def _preview(form: Mapping[str, str], rows: Sequence[Row]) -> SmartPreview | None:
    """None while the rule is not filled in."""
    try:
        return core().send(PreviewSmartRule(rule_of(form, rows)))
    except Invalid:
        return None
