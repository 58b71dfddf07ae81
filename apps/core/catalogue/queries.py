"""Reading the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy.engine import Connection

from apps.core.bus import handles
from apps.core.catalogue import statements
from apps.core.catalogue.describing import TYPES, series_summaries, summaries, track_detail, track_summary, volumes
from apps.core.catalogue.rules import genre_slug
from apps.core.catalogue.works import MOST_OF_ARTIST, Works
from apps.core.contract.actions import Actor
from apps.core.contract.catalogue import (
    ArtistDetail,
    ArtistTracks,
    CatalogueState,
    Credit,
    CreditedTracks,
    CreditRole,
    GetArtist,
    GetArtistTracks,
    GetCatalogueState,
    GetLyrics,
    GetRelease,
    GetSeries,
    GetTrack,
    GetTrackInFull,
    ListReleases,
    ListSeries,
    LyricLine,
    Lyrics,
    ReleaseDetail,
    ReleaseOrder,
    ReleaseSummary,
    SeriesDetail,
    SeriesPlace,
    SeriesSummary,
    TrackDetail,
    TrackInFull,
)
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import Id
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.contract.playback import Audio
from apps.core.contract.words import marked
from apps.core.database import fetch
from apps.core.radio.keeping import RadioModels
from apps.core.rights.offers import here, here_on
from apps.core.rights.plans import Plans
from ports.clock.interface import Clock

NEWEST_KEY = tuple[Annotated[datetime, Meta(tz=True)], Id]
TITLE_KEY = tuple[Annotated[str, Meta(pattern=r"^[^\x00]*$")], Id]
NO_SUCH_TRACK = marked("There is no such track here."), marked("It may not be offered in your country, or no longer.")
SERIES_KEY = tuple[Annotated[str, Meta(pattern=r"^[^\x00]*$")]]

audio_decoder = msgspec.json.Decoder(Audio)


@handles(ListReleases)
def list_releases(action: ListReleases, actor: Actor, connection: Connection, clock: Clock) -> Page[ReleaseSummary]:
    parameters = {**here(actor.territory, clock.now()), "limit": action.size + 1}
    newest = action.order is ReleaseOrder.NEWEST
    statement: Any = statements.NEWEST if newest else statements.BY_TITLE
    if action.cursor:
        key, release_id = decode_cursor(action.cursor, NEWEST_KEY if newest else TITLE_KEY)
        statement, parameters = statements.OLDER if newest else statements.FURTHER, {**parameters, "key": key, "id": release_id}
    rows: Sequence[Any] = fetch(connection, statement, parameters)
    page = rows[: action.size]
    return Page(summaries(page), encode_cursor(page[-1].key, page[-1].id) if len(rows) > action.size else None)


@handles(GetRelease)
def get_release(action: GetRelease, actor: Actor, connection: Connection, clock: Clock, plans: Plans) -> ReleaseDetail:
    entitlement = plans.entitlement(actor.plan, actor.account_id)
    parameters = {**here_on(entitlement, actor.territory, clock.now()), "release_id": action.release_id}
    found = fetch(connection, statements.RELEASE, parameters)
    if not found:
        raise NotFound("There is no such release here.", "It may not be offered in your country, or no longer.")
    row = found[0]
    tracks = tuple(track_summary(row, actor) for row in fetch(connection, statements.TRACKS, parameters))
    credited = fetch(connection, statements.RELEASE_CREDITS, {"release_id": action.release_id})
    series = SeriesPlace(row.series_id, row.series_title, row.volume) if row.series_id else None
    return ReleaseDetail(
        id=row.id, title=row.title, artist=row.artist, type=TYPES[row.type], year=row.year, released_on=row.released_on,
        credits=_credits(credited),
        label=row.label, upc=row.upc, genre=row.genre, genre_slug=_slug(row.genre),
        p_line=row.p_line, c_line=row.c_line, cover=row.cover, colour=row.colour,
        series=series, tracks=tracks, duration_ms=sum(track.duration_ms for track in tracks),
    )  # fmt: skip


@handles(GetTrack)
def get_track(action: GetTrack, actor: Actor, connection: Connection, clock: Clock, plans: Plans) -> TrackDetail:
    entitlement = plans.entitlement(actor.plan, actor.account_id)
    found = fetch(connection, statements.TRACK, {**here_on(entitlement, actor.territory, clock.now()), "track_id": action.track_id})
    if not found:
        raise NotFound(*NO_SUCH_TRACK)
    return track_detail(found[0], actor)


@handles(GetTrackInFull)
def get_track_in_full(action: GetTrackInFull, actor: Actor, connection: Connection, clock: Clock, plans: Plans) -> TrackInFull:
    parameters = {**here_on(plans.entitlement(actor.plan, actor.account_id), actor.territory, clock.now()), "track_id": action.track_id}
    found = fetch(connection, statements.TRACK_IN_FULL, parameters)
    if not found:
        raise NotFound(*NO_SUCH_TRACK)
    row, detail = found[0], track_detail(found[0], actor)
    which = {**parameters, "recording_id": detail.track.recording_id, "release_id": detail.release.id}
    words = fetch(connection, statements.LYRICS, parameters) if actor.account_id else ()
    return TrackInFull(
        track=detail.track, release=detail.release, credits=_credits(fetch(connection, statements.RECORDING_CREDITS, which)),
        isrc=row.isrc, genre=row.genre, genre_slug=_slug(row.genre), label=row.label,
        released_on=row.released_on, p_line=row.p_line, c_line=row.c_line,
        also_on=tuple(track_detail(one, actor) for one in fetch(connection, statements.ALSO_ON, which)),
        words=words[0].text if words else None,
        waveform=audio_decoder.decode(row.audio).waveform if row.audio and detail.track.playable else b"",
    )  # fmt: skip


@handles(GetLyrics)
def get_lyrics(action: GetLyrics, actor: Actor, connection: Connection, clock: Clock) -> Lyrics:
    found = fetch(connection, statements.LYRICS, {**here(actor.territory, clock.now()), "track_id": action.track_id})
    if not found:
        raise NotFound("There are no words of such a track here.", "Nobody may have written them down, or nothing is sung.")
    return Lyrics(found[0].text, msgspec.json.decode(found[0].lines, type=tuple[LyricLine, ...]))


@handles(GetArtist)
def get_artist(action: GetArtist, actor: Actor, connection: Connection, clock: Clock) -> ArtistDetail:
    found = fetch(connection, statements.SURVIVOR, {"artist_id": action.artist_id})
    parameters = {**here(actor.territory, clock.now()), "artist_id": found[0].id if found else action.artist_id}
    own = summaries(fetch(connection, statements.OWN_RELEASES, parameters))
    elsewhere = summaries(fetch(connection, statements.APPEARS_ON, parameters))
    if not found or not (own or elsewhere):
        raise NotFound("There is no such artist here.", "Their music may not be offered in your country, or no longer.")
    return ArtistDetail(found[0].id, found[0].name, own, elsewhere)


@handles(GetArtistTracks)
def get_artist_tracks(
    action: GetArtistTracks, actor: Actor, connection: Connection, clock: Clock, plans: Plans, models: RadioModels
) -> ArtistTracks:
    works = Works.of(fetch(connection, statements.CREDITS_OF_ARTIST, {"artist_id": action.artist_id}), models.current(connection))
    parameters = here_on(plans.entitlement(actor.plan, actor.account_id), actor.territory, clock.now())
    here: dict[str, Any] = {}
    for row in fetch(connection, statements.OF_RECORDINGS, {**parameters, "recording_ids": works.candidates}):
        here.setdefault(row.recording_id, row)

    def tracks(recording_ids: Sequence[str]) -> tuple[TrackDetail, ...]:
        return tuple(track_detail(here[one], actor) for one in recording_ids if one in here)[:MOST_OF_ARTIST]

    behind = (CreditedTracks(role, tracks(done)) for role, done in works.behind.items())
    return ArtistTracks(works.heard, tracks(works.performed), tuple(one for one in behind if one.tracks))


@handles(ListSeries)
def list_series(action: ListSeries, actor: Actor, connection: Connection, clock: Clock) -> Page[SeriesSummary]:
    parameters = {**here(actor.territory, clock.now()), "limit": action.size + 1}
    statement: Any = statements.SPINES
    if action.cursor:
        statement = statements.FURTHER_SPINES
        (parameters["key"],) = decode_cursor(action.cursor, SERIES_KEY)
    rows = fetch(connection, statement, parameters)
    series = series_summaries(rows)
    page = series[: action.size]
    return Page(page, encode_cursor(_title_key(rows, page[-1])) if len(series) > action.size else None)


@handles(GetSeries)
def get_series(action: GetSeries, actor: Actor, connection: Connection, clock: Clock) -> SeriesDetail:
    rows = fetch(connection, statements.VOLUMES, {**here(actor.territory, clock.now()), "series_id": action.series_id})
    if not rows:
        raise NotFound("There is no such series here.", "It may not be offered in your country, or no longer.")
    return SeriesDetail(action.series_id, rows[0].series, rows[0].series_cover, volumes(rows))


@handles(GetCatalogueState)
def get_catalogue_state(connection: Connection, clock: Clock) -> CatalogueState:
    (row,) = fetch(connection, statements.STATE, {"now": clock.now()})
    boundaries = (row.starts, row.ends, row.shelf_starts, row.shelf_ends)
    return CatalogueState(row.version or 0, min((moment for moment in boundaries if moment), default=None))


def _credits(rows: Sequence[Any]) -> tuple[Credit, ...]:
    return tuple(Credit(row.artist_id, row.credited_as, CreditRole(row.role)) for row in rows)


def _slug(genre: str | None) -> str | None:
    return genre_slug(genre) if genre else None


def _title_key(rows: Sequence[Any], series: SeriesSummary) -> str:
    return next(row.title_key for row in rows if row.series_id == series.id)
