"""Searching: one question to everything there is to hear."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from apps.api.answers import personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import takes
from apps.core.contract.catalogue import ReleaseType
from apps.core.contract.search import Name, Results, Search, SearchKind, Year

views = Blueprint("search", __name__)


class SearchParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    q: str = ""
    kind: SearchKind | None = None
    type: ReleaseType | None = None
    genre: Name | None = None
    label: Name | None = None
    first_year: Year | None = None
    last_year: Year | None = None
    playable: bool = False
    limit: Results = 10


@views.get("/search")
@sends(Search)
@takes(SearchParameters)
def search(asked: SearchParameters) -> Response:
    kinds = (asked.kind,) if asked.kind else ()
    years = {"first_year": asked.first_year, "last_year": asked.last_year}
    wanted = Search(asked.q, kinds, asked.type, asked.genre, asked.label, **years, playable=asked.playable, size=asked.limit)
    return personal(core().send(wanted))
