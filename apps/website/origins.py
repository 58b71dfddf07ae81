"""What a play was started from, as a page says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from flask import url_for

from apps.core.contract.listening import HistoryEntry, ReleaseSource, SourceKind
from apps.core.contract.radio import MIX_TITLE
from apps.website.languages import marked, translated

KINDS: Mapping[SourceKind, str] = {
    SourceKind.RELEASE: marked("Releases"),
    SourceKind.PLAYLIST: marked("Playlists"),
    SourceKind.STATION: marked("Stations"),
    SourceKind.CHART: marked("Charts"),
    SourceKind.ARTIST: marked("Artists"),
    SourceKind.FAVOURITES: marked("Favourites"),
    SourceKind.SEARCH: marked("Search"),
    SourceKind.HISTORY: marked("History"),
    SourceKind.TRACK: marked("Single tracks"),
    SourceKind.APP: marked("Something in an app"),
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
    SourceKind.RELEASE: marked("From a release"),
    SourceKind.PLAYLIST: marked("From a playlist"),
    SourceKind.STATION: marked("From a station"),
    SourceKind.CHART: marked("From a chart"),
    SourceKind.ARTIST: marked("From an artist"),
    SourceKind.FAVOURITES: marked("From your favourites"),
    SourceKind.SEARCH: marked("From a search"),
    SourceKind.HISTORY: marked("From your history"),
}

NAMED: Mapping[SourceKind, str] = {
    SourceKind.RELEASE: marked("From the release %(title)s"),
    SourceKind.PLAYLIST: marked("From the playlist %(title)s"),
    SourceKind.STATION: marked("From the station %(title)s"),
    SourceKind.CHART: marked("From the chart %(title)s"),
    SourceKind.ARTIST: marked("From the artist %(title)s"),
}
IN_APP = marked("From %(title)s")


class Origin(NamedTuple):
    words: str
    """Marked for translation; its title stands in them, where there is one."""
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
        return Origin(IN_APP, value)
    return (
        Origin(
            NAMED[kind],
            translated(title) if kind is SourceKind.CHART or (kind is SourceKind.STATION and title == MIX_TITLE) else title,
            _address(kind, value),
        )
        if title
        else Origin(NAMELESS[kind])
    )


def _address(kind: SourceKind, value: Any) -> str:
    endpoint, name = PAGES[kind]
    return url_for(endpoint, **{name: value})
