"""Searching: one question to everything there is to hear."""

from __future__ import annotations

from flask import Blueprint, Response

from apps.api.answers import personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import takes
from apps.core.contract.search import Results, Search, SearchAddress

views = Blueprint("search", __name__)


class SearchParameters(SearchAddress, frozen=True, forbid_unknown_fields=True):
    limit: Results = 10


@views.get("/search")
@sends(Search)
@takes(SearchParameters)
def search(asked: SearchParameters) -> Response:
    return personal(core().send(asked.query(asked.limit)))
