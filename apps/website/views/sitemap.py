"""The sitemap: an index of parts, each a list of public pages (https://www.sitemaps.org/protocol.html)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request, url_for

from apps.core.client.kept import KeptPage
from apps.core.contract.actions import Query
from apps.core.contract.charts import ChartList, ListCharts
from apps.core.contract.errors import NotFound
from apps.core.contract.genres import ListGenres
from apps.core.contract.ids import Id
from apps.core.contract.sitemap import ListSitemapPages, ListSitemapParts, SitemapKind, SitemapPage, SitemapPart
from apps.website.actor import on_own_behalf, stranger
from apps.website.kept_parts import kept_pages

R = TypeVar("R")

views = Blueprint("sitemap", __name__)

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
LASTS = 3600
"""Seconds for which a search engine need not ask again."""
NOBODY = "0" * 22
"""An id, in whose place others are written."""
FIXED = ("home.show", "releases.index", "series.index", "genres.index", "charts.index", "plans.index")
PAGES: Mapping[SitemapKind, tuple[str, str]] = {
    SitemapKind.RELEASE: ("releases.show", "release_id"),
    SitemapKind.TRACK: ("tracks.show", "track_id"),
    SitemapKind.ARTIST: ("artists.show", "artist_id"),
    SitemapKind.SERIES: ("series.show", "series_id"),
    SitemapKind.PLAYLIST: ("playlists.show", "playlist_id"),
}
"""Where each is shown, and what its address has in it."""


@views.get("/sitemap.xml")
def index() -> Response:
    return _answer(_kept(ListSitemapParts(), _index))


@views.get("/sitemap/pages.xml")
def fixed() -> Response:
    return _answer(_kept(ListCharts(), _fixed))


@views.get("/sitemap/<any(release, track, artist, series, playlist):kind>/<id:first>.xml")
def part(kind: str, first: Id) -> Response:
    """Only of what the index names: each part is a great deal of work."""
    if f"/sitemap/{kind}/{first}.xml<".encode() not in _kept(ListSitemapParts(), _index).body:
        raise NotFound("There is no such part of the sitemap.", "Take those that /sitemap.xml names.")
    return _answer(_kept(ListSitemapPages(SitemapKind(kind), first), WRITERS[SitemapKind(kind)]))


def _genres() -> Iterator[str]:
    cursor = None
    while True:
        page = on_own_behalf(ListGenres(cursor, 100))
        yield from (genre.slug for genre in page.items)
        if (cursor := page.next) is None:
            return


def _kept(query: Query[R], write: Callable[[R], bytes]) -> KeptPage:
    return kept_pages().get(query, stranger(), write, request.host_url, lasting=LASTS)


def _fixed(charts: ChartList) -> bytes:
    fixed = [url_for(endpoint, _external=True) for endpoint in FIXED]
    of_charts = [url_for("charts.show", code=chart.code, _external=True) for chart in charts.items]
    genres = [url_for("genres.show", slug=slug, _external=True) for slug in _genres()]
    return _list("urlset", (_url(address) for address in (*fixed, *of_charts, *genres)))


def _index(parts: tuple[SitemapPart, ...]) -> bytes:
    addresses = [url_for("sitemap.part", kind=part.kind, first=part.first, _external=True) for part in parts]
    fixed = url_for("sitemap.fixed", _external=True)
    return _list("sitemapindex", (f"<sitemap><loc>{escape(address)}</loc></sitemap>" for address in (fixed, *addresses)))


def _part(kind: SitemapKind, pages: tuple[SitemapPage, ...]) -> bytes:
    endpoint, name = PAGES[kind]
    before = url_for(endpoint, **{name: NOBODY}, _external=True).removesuffix(NOBODY)
    return _list("urlset", (_url(before + page.id, page.changed_at) for page in pages))


WRITERS: Mapping[SitemapKind, Callable[[tuple[SitemapPage, ...]], bytes]] = {kind: partial(_part, kind) for kind in SitemapKind}


def _url(address: str, changed_at: datetime | None = None) -> str:
    changed = f"<lastmod>{changed_at:%Y-%m-%d}</lastmod>" if changed_at else ""
    return f"<url><loc>{escape(address)}</loc>{changed}</url>"


def _list(root: str, items: Iterable[str]) -> bytes:
    lines = ('<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="{NAMESPACE}">', *items, f"</{root}>", "")
    return "\n".join(lines).encode()


def _answer(page: KeptPage) -> Response:
    """Kept by whoever asked alone: what is offered differs from place to place."""
    response = Response(page.body, content_type="application/xml; charset=utf-8")
    response.cache_control.private, response.cache_control.max_age = True, LASTS
    response.headers["ETag"] = page.etag
    response.make_conditional(request)
    return response
