"""Telling which public pages there are."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.contract.actions import Actor
from apps.core.contract.sitemap import MOST_ON_A_PART, ListSitemapPages, ListSitemapParts, SitemapKind, SitemapPage, SitemapPart
from apps.core.database import fetch
from apps.core.rights.offers import here
from apps.core.sitemap import statements
from ports.clock.interface import Clock

MOST = {"limit": MOST_ON_A_PART}


@handles(ListSitemapParts)
def list_sitemap_parts(connection: Connection) -> tuple[SitemapPart, ...]:
    return tuple(SitemapPart(kind, row.id) for kind in SitemapKind for row in fetch(connection, statements.FIRSTS[kind], MOST))


@handles(ListSitemapPages)
def list_sitemap_pages(action: ListSitemapPages, actor: Actor, connection: Connection, clock: Clock) -> tuple[SitemapPage, ...]:
    parameters = {**here(actor.territory, clock.now()), **MOST, "first": action.first}
    return tuple(SitemapPage(*row) for row in fetch(connection, statements.PAGES[action.kind], parameters))
