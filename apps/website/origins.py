"""What a play was started from, as a page says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from flask import url_for

from apps.core.contract.listening import HistoryEntry, ReleaseSource, SourceKind

KINDS: Mapping[SourceKind, str] = {
    SourceKind.RELEASE: "Releases",
    SourceKind.PLAYLIST: "Playlists",
    SourceKind.STATION: "Stations",
    SourceKind.CHART: "Charts",
    SourceKind.ARTIST: "Artists",
    SourceKind.FAVOURITES: "Favourites",
    SourceKind.SEARCH: "Search",
    SourceKind.HISTORY: "History",
    SourceKind.TRACK: "Single tracks",
    SourceKind.APP: "Something in an app",
}
"""What somebody can ask for, in the order of the page."""

PAGES: Mapping[SourceKind, tuple[str, str]] = {
    SourceKind.RELEASE: ("releases.show", "release_id"),
    SourceKind.PLAYLIST: ("playlists.show", "playlist_id"),
    SourceKind.STATION: ("stations.show", "station_id"),
    SourceKind.CHART: ("charts.show", "code"),
    SourceKind.ARTIST: ("artists.show", "artist_id"),
}
"""Where each is shown, and what its address has in it."""

NAMELESS: Mapping[SourceKind, str] = {
    SourceKind.RELEASE: "a release",
    SourceKind.PLAYLIST: "a playlist",
    SourceKind.STATION: "a station",
    SourceKind.CHART: "a chart",
    SourceKind.ARTIST: "an artist",
    SourceKind.FAVOURITES: "your favourites",
    SourceKind.SEARCH: "a search",
    SourceKind.HISTORY: "your history",
}


class Origin(NamedTuple):
    words: str
    """Before its title, or instead of one."""
    title: str | None = None
    address: str | None = None


def origin_of(entry: HistoryEntry) -> Origin | None:
    """None where there is nothing to say that the entry does not say anyway."""
    if entry.played_from is None:
        return None
    source, title = entry.played_from.source, entry.played_from.title
    kind, value = SourceKind(source.__struct_config__.tag), next(iter(msgspec.structs.astuple(source)), None)
    if kind is SourceKind.TRACK or source == ReleaseSource(entry.release_id):
        return None
    if kind is SourceKind.APP:
        return Origin("", value)
    return Origin(f"the {kind}", title, _address(kind, value)) if title else Origin(NAMELESS[kind])


def _address(kind: SourceKind, value: Any) -> str:
    endpoint, name = PAGES[kind]
    return url_for(endpoint, **{name: value})
