"""Searching: everything there is to hear, by whatever is typed of its names."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, render_template, request, url_for

from apps.core.contract.catalogue import ReleaseType
from apps.core.contract.errors import Invalid
from apps.core.contract.search import SearchAddress, SearchKind, SearchResult
from apps.website.actor import core
from apps.website.favourites import favourites_among

views = Blueprint("search", __name__)

GROUP, ALONE = 12, 50
"""How many of each kind are shown beside others, and by themselves."""


class Asked(SearchAddress, frozen=True):
    """What the address says."""

    @property
    def filtered(self) -> bool:
        return self.playable or any((self.type, self.genre, self.label, self.first_year is not None, self.last_year is not None))

    def address(self, kind: SearchKind | None) -> str:
        """Of the same question about that kind."""
        values: dict[str, Any] = {**msgspec.structs.asdict(self), "kind": kind, "playable": self.playable or None}
        return url_for("search.show", **values)


@views.get("/search")
def show() -> str:
    asked = _asked()
    found = core().send(asked.query(ALONE if asked.kind else GROUP)) if asked.q.strip() else SearchResult(None)
    kept = favourites_among(tracks=(one.track.id for one in found.tracks))
    return render_template("search/show.html", asked=asked, found=found, kept=kept, kinds=SearchKind, types=ReleaseType)


def _asked() -> Asked:
    """A field that was left empty asks nothing."""
    try:
        return msgspec.convert({name: value for name, value in request.args.items() if value}, Asked, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(
            "The search cannot be narrowed like that: %(why)s.", "Remove the filter, or choose another.", why=str(error)
        ) from None
