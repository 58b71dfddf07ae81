"""Sitemap: the public pages there are, for search engines."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from apps.core.contract.actions import ANYONE, Permission, Query
from apps.core.contract.ids import Id

MOST_ON_A_PART = 50_000
"""Addresses that one sitemap may have (sitemaps.org protocol)."""


class SitemapKind(StrEnum):
    RELEASE = "release"
    TRACK = "track"
    ARTIST = "artist"
    SERIES = "series"
    PLAYLIST = "playlist"


class SitemapPart(msgspec.Struct, frozen=True):
    """Up to `MOST_ON_A_PART` things of one kind, by their ids."""

    kind: SitemapKind
    first: Id
    """The lowest id in it, whether or not anybody may see that one."""


class SitemapPage(msgspec.Struct, frozen=True, array_like=True):
    """What has a public page."""

    id: Id
    changed_at: datetime
    """Of a playlist when it was changed, of all others when the newest release that belongs to them was published."""


class ListSitemapParts(Query[tuple[SitemapPart, ...]], frozen=True):
    """All parts. What comes anew goes to the last of its kind, or begins the next."""

    permission: ClassVar[Permission] = ANYONE


class ListSitemapPages(Query[tuple[SitemapPage, ...]], frozen=True):
    """Of a part, what a visitor in the actor's territory may see, by id."""

    permission: ClassVar[Permission] = ANYONE

    kind: SitemapKind
    first: Id
