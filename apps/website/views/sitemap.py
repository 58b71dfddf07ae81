"""The sitemap: an index of parts, each a list of public pages (https://www.sitemaps.org/protocol.html)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request, url_for

from apps.core.contract.charts import ListCharts
from apps.core.contract.ids import Id
from apps.core.contract.sitemap import ListSitemapPages, ListSitemapParts, SitemapKind
from apps.website.actor import on_own_behalf

views = Blueprint("sitemap", __name__)

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
LASTS = 3600
"""Seconds for which a search engine need not ask again."""
FIXED = ("home.show", "releases.index", "series.index", "charts.index", "plans.index")
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
    parts = [url_for("sitemap.part", kind=part.kind, first=part.first, _external=True) for part in on_own_behalf(ListSitemapParts())]
    fixed = url_for("sitemap.fixed", _external=True)
    return _answer("sitemapindex", (f"<sitemap><loc>{escape(address)}</loc></sitemap>" for address in (fixed, *parts)))


@views.get("/sitemap/pages.xml")
def fixed() -> Response:
    charts = [url_for("charts.show", code=chart.code, _external=True) for chart in on_own_behalf(ListCharts()).items]
    return _answer("urlset", (_url(address) for address in (*(url_for(endpoint, _external=True) for endpoint in FIXED), *charts)))


@views.get("/sitemap/<any(release, track, artist, series, playlist):kind>/<id:first>.xml")
def part(kind: str, first: Id) -> Response:
    endpoint, name = PAGES[SitemapKind(kind)]
    before = url_for(endpoint, **{name: first}, _external=True).removesuffix(first)
    pages = on_own_behalf(ListSitemapPages(SitemapKind(kind), first))
    return _answer("urlset", (_url(before + page.id, page.changed_at) for page in pages))


def _url(address: str, changed_at: datetime | None = None) -> str:
    changed = f"<lastmod>{changed_at:%Y-%m-%d}</lastmod>" if changed_at else ""
    return f"<url><loc>{escape(address)}</loc>{changed}</url>"


def _answer(root: str, items: Iterable[str]) -> Response:
    """Kept by whoever asked alone: what is offered differs from place to place."""
    lines = ('<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="{NAMESPACE}">', *items, f"</{root}>", "")
    text = "\n".join(lines)
    response = Response(text, content_type="application/xml; charset=utf-8")
    response.cache_control.private, response.cache_control.max_age = True, LASTS
    response.add_etag()
    response.make_conditional(request)
    return response
