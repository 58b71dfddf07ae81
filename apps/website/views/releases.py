"""Releases: the list, and one of them."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from apps.core.contract.catalogue import GetRelease, ListReleases, ReleaseOrder, ReleaseType
from apps.core.contract.charts import ListChartPlaces
from apps.core.contract.corrections import GetEditableRelease
from apps.core.contract.errors import Invalid
from apps.core.contract.ids import ReleaseId
from apps.core.contract.pictures import PutPicture
from apps.website.actor import actor, core
from apps.website.favourites import favourites_among

views = Blueprint("releases", __name__, url_prefix="/releases")

PAGE = 48


@views.get("")
def index() -> str:
    order = _order(request.args.get("order", ReleaseOrder.NEWEST))
    releases = core().send(ListReleases(order=order, cursor=request.args.get("cursor"), size=PAGE))
    return render_template("releases/index.html", releases=releases, order=order, orders=ReleaseOrder)


@views.get("/<id:release_id>")
def show(release_id: ReleaseId) -> str:
    release, places = core().send_many(GetRelease(release_id), ListChartPlaces(release_id))
    kept = favourites_among(tracks=(track.id for track in release.tracks), releases=(release.id,))
    return render_template(
        "releases/show.html", release=release, kept=kept, places={place.recording_id: place for place in places},
        may_cover=release.type == ReleaseType.COMPILATION and PutPicture.permission.allows(actor()),
        editable=GetEditableRelease.permission.allows(actor()),
    )  # fmt: skip


def _order(name: str) -> ReleaseOrder:
    try:
        return ReleaseOrder(name)
    except ValueError:
        raise Invalid("Releases cannot be sorted by %(order)s.", "Sort them by newest or by title.", order=name[:40]) from None
