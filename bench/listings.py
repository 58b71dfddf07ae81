"""Listings at 100,000 tracks beside the same at 2,000: CPU of one request and statements, on each database."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, NamedTuple

import click
import msgspec
from flask import Flask

from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.accounts import RegisterAccount
from apps.core.contract.actions import Actor, Query, Service
from apps.core.contract.catalogue import (
    GetArtist,
    GetCatalogueState,
    GetRelease,
    GetSeries,
    GetTrack,
    ListReleases,
    ListSeries,
    ReleaseOrder,
)
from apps.core.contract.charts import GetEdition, ListChartPlaces, ListCharts
from apps.core.contract.editorial import GetHome
from apps.core.contract.library import FindFavourites, ListFavouriteArtists, ListFavouriteReleases, ListFavouriteTracks
from apps.core.contract.listening import ListRecentlyPlayed
from apps.core.contract.paging import Page
from apps.core.contract.playlists import GetPlaylistTracks, ListPlaylists, ListRecentPlaylists
from apps.core.contract.radio import ListHiddenTracks, ListStations
from apps.core.database import close_engines
from apps.core.meter import Meter
from bench.growing import BUSIEST, CHART, VARIOUS, Catalogue
from bench.measure import BenchError, cpu_seconds, end_cleanly, show
from bench.servers import EMAIL, PASSWORD, home, migrate, postgresql, postgresql_binary

FEW, MANY = 2_000, 100_000
MOST = 1.5
ROUNDS, SECONDS = 9, 0.1
"""Each listing is asked for in so many turns, each of about so long: a process is told its CPU in hundredths of a second."""


@dataclass
class Place:
    """A service whose catalogue has so many tracks, and a listener of GB in it."""

    core: Flask
    catalogue: Catalogue
    listener: Sender
    servers: Sequence[int]
    """Processes that work for it beside this one."""

    def cpu(self) -> float:
        return time.process_time() + cpu_seconds(self.servers)

    def cost(self, query: Query[Any], times: int) -> float:
        began = self.cpu()
        for _ in range(times):
            self.listener.send(query)
        return (self.cpu() - began) / times

    def counted(self, query: Query[Any]) -> tuple[int, int]:
        """Statements, and rows that they gave, where it is remembered who asks."""
        meter = self.core.extensions["container"].get(Meter)
        counts: list[tuple[int, int]] = []
        for _ in range(3):
            meter.costs.clear()
            self.listener.send(query)
            counts.append((sum(cost.statements for cost in meter.costs.values()), sum(cost.rows for cost in meter.costs.values())))
        return min(counts)


Question = Callable[[Catalogue], Query[Any]]


class Asked(NamedTuple):
    name: str
    question: Question
    deep: bool = False
    """The last page but one, in place of the first."""


def _both(name: str, question: Question) -> tuple[Asked, Asked]:
    return Asked(name, question), Asked(f"{name}, deep", question, deep=True)


def _whole(query: Query[Any]) -> Question:
    """The same at every size."""
    return lambda _: query


def _of(question: Question) -> Question:
    """Gives it a type: a bare function in the table has none."""
    return question


def _artist(name: str) -> Question:
    return lambda catalogue: GetArtist(catalogue.books.artist(name))


def _kept(catalogue: Catalogue) -> FindFavourites:
    tracks = tuple(track_id for _, track_id in catalogue.places[:100])
    return FindFavourites(tracks, tuple(catalogue.compilations[:50]), tuple(catalogue.artists[:50]))


LISTINGS = (
    *_both("newest releases", _whole(ListReleases())),
    *_both("releases by title", _whole(ListReleases(ReleaseOrder.TITLE))),
    Asked("an album", _of(lambda one: GetRelease(one.albums[0]))),
    Asked("a compilation", _of(lambda one: GetRelease(one.compilations[0]))),
    Asked("a track", _of(lambda one: GetTrack(one.places[0][1]))),
    Asked("an artist", _artist("Artist 0")),
    Asked("the busiest artist", _artist(BUSIEST)),
    Asked("Various Artists", _artist(VARIOUS)),
    *_both("series, their latest volumes", _whole(ListSeries(size=2))),
    Asked("a series", _of(lambda one: GetSeries(one.series[1]))),
    Asked("the longest series", _of(lambda one: GetSeries(one.series[0]))),
    Asked("the home page", _whole(GetHome())),
    Asked("what lists depend on", _whole(GetCatalogueState())),
    *_both("favourite tracks", _whole(ListFavouriteTracks())),
    *_both("favourite releases", _whole(ListFavouriteReleases())),
    *_both("favourite artists", _whole(ListFavouriteArtists(size=20))),
    Asked("which of 200 are favourites", _of(_kept)),
    *_both("playlists", _whole(ListPlaylists())),
    Asked("playlists changed last", _whole(ListRecentPlaylists())),
    *_both("the longest playlist", _of(lambda one: GetPlaylistTracks(one.longest_playlist))),
    *_both("history", _whole(ListRecentlyPlayed(size=50))),
    *_both("hidden tracks", _whole(ListHiddenTracks(size=50))),
    Asked("stations", _whole(ListStations())),
    Asked("charts", _whole(ListCharts())),
    Asked("the latest edition", _whole(GetEdition(CHART))),
    Asked("an album's places in charts", _of(lambda one: ListChartPlaces(one.albums[0]))),
)
"""Whatever lists music belongs here, in one statement or several; what is told must be as much at both sizes, give or take a tenth."""


@click.command
@click.option("--only", default="", metavar="WORDS", help="those alone whose line has these words, such as `PostgreSQL: newest`")
def main(only: str) -> None:
    """Fill a small and a large catalogue on each database, and ask a listener's questions of both in turns."""
    end_cleanly()
    _on("SQLite", only)
    if postgresql_binary("initdb"):
        _on("PostgreSQL", only)
    else:
        show("PostgreSQL", "not measured", "no initdb was found: install postgresql")


def _on(database: str, only: str) -> None:
    asked = {name: one for one in LISTINGS if only in (name := f"{database}: {one.name}")}
    if not asked:
        return
    with ExitStack() as stack:
        servers = [stack.enter_context(postgresql()) if database == "PostgreSQL" else None for _ in (FEW, MANY)]
        few, many = (_place(stack, tracks, server) for tracks, server in zip((FEW, MANY), servers, strict=True))
        for name, one in asked.items():
            _compare(name, one, few, many)


def _place(stack: ExitStack, tracks: int, server: tuple[str, int] | None) -> Place:
    environment = stack.enter_context(home())
    if server:
        environment |= {"DATABASE_URL": server[0]}
        migrate(environment)
    core = create_core(environment)
    stack.callback(_close, core)
    client = InProcessClient(core, Service.WEBSITE)
    account = client.send(RegisterAccount(EMAIL, "Bench", PASSWORD), Actor(Service.WEBSITE))
    catalogue = Catalogue(tracks)
    catalogue.keep(account.id)
    catalogue.books.write(core)
    actor = Actor(Service.WEBSITE, "GB", account.id, account.roles, "monthly")
    return Place(core, catalogue, Sender(client, actor), server[1:] if server else ())


def _close(core: Flask) -> None:
    with core.app_context():
        close_engines()


def _compare(name: str, asked: Asked, few: Place, many: Place) -> None:
    queries = [(place, _query(place, asked)) for place in (few, many)]
    (statements, rows), (statements_of_many, rows_of_many) = (place.counted(query) for place, query in queries)
    if not 0.9 <= rows / max(rows_of_many, 1) <= 1.1:
        raise BenchError(f"{name}: {rows} rows at {FEW:,} tracks and {rows_of_many} at {MANY:,}, so it is not the same listing.")
    times = [max(int(SECONDS / max(place.cost(query, 3), 1e-6)), 3) for place, query in queries]
    rounds = [[place.cost(query, number) for (place, query), number in zip(queries, times, strict=True)] for _ in range(ROUNDS)]
    ratio = statistics.median(large / small for small, large in rounds)
    small, large = (statistics.median(column) * 1e6 for column in zip(*rounds, strict=True))
    value = f"{ratio:.2f} ({small:,.0f} → {large:,.0f} µs)"
    broken = ratio > MOST or statements != statements_of_many
    show(name, value, f"at most {MOST}; {statements} → {statements_of_many} statements{' BROKEN' if broken else ''}")


def _query(place: Place, asked: Asked) -> Query[Any]:
    query: Any = asked.question(place.catalogue)
    if not asked.deep:
        return query
    pages = [query]
    while following := _next(place.listener.send(pages[-1])):
        pages.append(msgspec.structs.replace(query, cursor=following))
    return pages[-2]


def _next(result: Any) -> str | None:
    return result.next if isinstance(result, Page) else result.entries.next
