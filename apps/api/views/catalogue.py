"""Releases and artists."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from apps.api.answers import public
from apps.api.reading import takes
from apps.core.contract.catalogue import GetArtist, GetRelease, ListReleases, ReleaseOrder
from apps.core.contract.ids import ArtistId, ReleaseId
from apps.core.contract.paging import Cursor, PageSize

views = Blueprint("catalogue", __name__)


class ReleaseParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order: ReleaseOrder = ReleaseOrder.NEWEST
    cursor: Cursor | None = None
    limit: PageSize = 50


@views.get("/releases")
@takes(ReleaseParameters)
def releases(asked: ReleaseParameters) -> Response:
    return public(ListReleases(asked.order, asked.cursor, asked.limit))


@views.get("/releases/<id:release_id>")
def release(release_id: ReleaseId) -> Response:
    return public(GetRelease(release_id))


@views.get("/artists/<id:artist_id>")
def artist(artist_id: ArtistId) -> Response:
    return public(GetArtist(artist_id))
