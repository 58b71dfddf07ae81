"""Series of compilations: their shelves, and one of them, volume after volume."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from apps.core.contract.catalogue import GetSeries, ListSeries
from apps.core.contract.ids import SeriesId
from apps.core.contract.pictures import PutPicture
from apps.website.actor import actor, core

views = Blueprint("series", __name__, url_prefix="/series")


@views.get("")
def index() -> str:
    return render_template("series/index.html", shelves=core().send(ListSeries(cursor=request.args.get("cursor"))))


@views.get("/<id:series_id>")
def show(series_id: SeriesId) -> str:
    may_cover = PutPicture.permission.allows(actor())
    return render_template("series/show.html", series=core().send(GetSeries(series_id)), may_cover=may_cover)
