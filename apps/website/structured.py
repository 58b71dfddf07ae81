"""What search engines are told of a page: schema.org data, as JSON-LD has it. Every address in it is absolute.

https://schema.org/MusicAlbum and its neighbours say what each property means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urljoin

from flask import current_app, url_for

from apps.core.contract.catalogue import ArtistDetail, Credit, ReleaseDetail, ReleaseSummary, ReleaseType, SeriesDetail, TrackInFull
from apps.core.contract.charts import Edition
from apps.core.contract.genres import GenreDetail
from apps.core.contract.playlists import PlaylistEntry, PlaylistSummary
from apps.website.covers import in_size
from apps.website.languages import translated

Thing = dict[str, Any]

MOST_LISTED = 100
"""Members of one list: of a long one, search engines read the beginning."""
PICTURE_SIDE = 1280
KINDS = {ReleaseType.SINGLE: "SingleRelease", ReleaseType.EP: "EPRelease"}


def site() -> Thing:
    """The site itself, with its search."""
    target = f"{_page('search.show')}?q={{search_term_string}}"
    search = {"@type": "SearchAction", "target": target, "query-input": "required name=search_term_string"}
    return _thing("WebSite", name=current_app.config["BRAND_NAME"], url=_page("home.show"), potentialAction=search)


def album(release: ReleaseDetail) -> Thing:
    tracks = [_recording(one.title, one.artist, _page("tracks.show", track_id=one.id), one.duration_ms) for one in release.tracks]
    return _thing(
        "MusicAlbum", name=release.title, url=_page("releases.show", release_id=release.id), image=absolute(release.cover),
        byArtist=_artists(release.credits, release.artist), datePublished=release.released_on, genre=release.genre, gtin12=release.upc,
        albumReleaseType=f"https://schema.org/{KINDS.get(release.type, 'AlbumRelease')}",
        albumProductionType="https://schema.org/CompilationAlbum" if release.type is ReleaseType.COMPILATION else None,
        numTracks=len(release.tracks), track=_list(tracks),
    )  # fmt: skip


def recording(detail: TrackInFull) -> Thing:
    address = _page("tracks.show", track_id=detail.track.id)
    return {
        **_recording(detail.track.title, detail.track.artist, address, detail.track.duration_ms),
        **_thing(
            "MusicRecording", image=absolute(detail.release.cover), byArtist=_artists(detail.credits, detail.track.artist),
            inAlbum=_album(detail.release), isrcCode=detail.isrc, genre=detail.genre, datePublished=detail.released_on,
        ),
    }  # fmt: skip


def group(artist: ArtistDetail) -> Thing:
    albums = [_album(release) for release in artist.releases[:MOST_LISTED]]
    return _thing("MusicGroup", name=artist.name, url=_page("artists.show", artist_id=artist.id), album=albums or None)


def series(told: SeriesDetail) -> Thing:
    volumes = _list([_album(volume.release) for volume in told.volumes])
    return _thing("ItemList", name=told.title, url=_page("series.show", series_id=told.id), image=absolute(told.cover), **volumes)


def genre(told: GenreDetail, releases: Sequence[ReleaseSummary]) -> Thing:
    return _thing("ItemList", name=told.name, url=_page("genres.show", slug=told.slug), **_list([_album(one) for one in releases]))


def chart(edition: Edition) -> Thing:
    tracks = [
        _recording(one.title, one.artist, _page("tracks.show", track_id=one.track.id), one.track.duration_ms)
        if one.track
        else _recording(one.title, one.artist)
        for one in edition.entries
    ]
    address = _page("charts.show", code=edition.chart.code, day=edition.first_day)
    published = edition.published_at.date().isoformat()
    return _thing(
        "MusicPlaylist",
        name=translated(edition.chart.title),
        url=address,
        datePublished=published,
        numTracks=len(tracks),
        track=_list(tracks),
    )


def playlist(told: PlaylistSummary, entries: Iterable[PlaylistEntry]) -> Thing:
    tracks = [
        _recording(one.track.title, one.track.artist, _page("tracks.show", track_id=one.track.track_id), one.track.duration_ms)
        for one in entries
    ]
    return _thing(
        "MusicPlaylist", name=told.title, description=told.description or None, url=_page("playlists.show", playlist_id=told.id),
        image=absolute(told.cover), numTracks=told.tracks, track=_list(tracks),
    )  # fmt: skip


def trail(*steps: tuple[str, str]) -> Thing:
    """The way to a page from the first one: each step's name and its path."""
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": urljoin(_page("home.show"), path)}
        for number, (name, path) in enumerate(steps, start=1)
    ]
    return _thing("BreadcrumbList", itemListElement=items)


def absolute(cover: str | None) -> str | None:
    """The address of a cover for those who are not on the site, large enough for a shared link."""
    return urljoin(_page("home.show"), in_size(cover, PICTURE_SIDE)) if cover else None


def _page(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **values, _external=True)


def _thing(kind: str, **properties: Any) -> Thing:
    """What nobody knows is left out."""
    return {"@context": "https://schema.org", "@type": kind, **{name: value for name, value in properties.items() if value is not None}}


def _artists(credits_given: Sequence[Credit], displayed: str) -> list[Thing]:
    """The leading ones with their pages; the name as displayed where nobody is credited so."""
    leads = [one for one in credits_given if one.role == "main"]
    pages = [{"@type": "MusicGroup", "name": one.name, "url": _page("artists.show", artist_id=one.artist_id)} for one in leads]
    return pages or [{"@type": "MusicGroup", "name": displayed}]


def _album(release: ReleaseSummary) -> Thing:
    return {
        "@type": "MusicAlbum", "name": release.title, "url": _page("releases.show", release_id=release.id),
        "byArtist": {"@type": "MusicGroup", "name": release.artist},
    }  # fmt: skip


def _recording(title: str, artist: str, address: str | None = None, duration_ms: int = 0) -> Thing:
    told: Thing = {"@type": "MusicRecording", "name": title, "byArtist": {"@type": "MusicGroup", "name": artist}}
    if address:
        told["url"] = address
    if duration_ms:
        minutes, seconds = divmod(duration_ms // 1000, 60)
        told["duration"] = f"PT{minutes}M{seconds}S"
    return told


def _list(items: Sequence[Thing]) -> Thing:
    members = [{"@type": "ListItem", "position": number, "item": item} for number, item in enumerate(items[:MOST_LISTED], start=1)]
    return {"@type": "ItemList", "numberOfItems": len(items), "itemListElement": members}
