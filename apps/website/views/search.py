"""Searching: everything there is to hear, by whatever is typed of its names."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, render_template, request, url_for

from apps.core.contract.catalogue import ReleaseType
from apps.core.contract.errors import Invalid
from apps.core.contract.search import Name, Search, SearchKind, SearchResult, Year
from apps.website.actor import core

views = Blueprint("search", __name__)

GROUP, ALONE = 12, 50
"""How many of each kind are shown beside others, and by themselves."""


class Asked(msgspec.Struct, frozen=True):
    """What the address says."""

    q: str = ""
    kind: SearchKind | None = None
    type: ReleaseType | None = None
    genre: Name | None = None
    label: Name | None = None
    first_year: Year | None = None
    last_year: Year | None = None
    playable: bool = False

    @property
    def filtered(self) -> bool:
        return self.playable or any((self.type, self.genre, self.label, self.first_year is not None, self.last_year is not None))

    def address(self, kind: SearchKind | None) -> str:
        """Of the same question about that kind."""
        values: dict[str, Any] = {**msgspec.structs.asdict(self), "kind": kind, "playable": self.playable or None}
        return url_for("search.show", **values)

    @property
    def query(self) -> Search:
        kinds = (self.kind,) if self.kind else ()
        years = {"first_year": self.first_year, "last_year": self.last_year}
        size = ALONE if self.kind else GROUP
        return Search(self.q, kinds, self.type, self.genre, self.label, **years, playable=self.playable, size=size)


@views.get("/search")
def show() -> str:
    asked = _asked()
    found = core().send(asked.query) if asked.q.strip() else SearchResult(None)
    return render_template("search/show.html", asked=asked, found=found, kinds=SearchKind, types=ReleaseType)


def _asked() -> Asked:
    """A field that was left empty asks nothing."""
    try:
        return msgspec.convert({name: value for name, value in request.args.items() if value}, Asked, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(f"The search cannot be narrowed like that: {error}.", "Take the filter out, or choose another.") from None
