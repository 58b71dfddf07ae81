"""Genres: what music is filed under, as labels name it, however each of them spells it."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import ANYONE, BACK_OFFICE, Command, Permission, Query, Scope
from apps.core.contract.catalogue import ReleaseSummary, TrackDetail
from apps.core.contract.paging import Cursor, Page, PageSize

MOST_TRACKS = 10
"""Tracks that are told of a genre."""

GenreSlug = Annotated[str, Meta(min_length=1, max_length=200)]
"""A genre's name as addresses have it: `Hip-Hop`, `hip hop` and `HIP HOP` are all `hip-hop`."""


class GenreSummary(msgspec.Struct, frozen=True):
    """A genre as lists show it."""

    slug: GenreSlug
    name: str
    """As it was first delivered."""
    newest: ReleaseSummary
    """The newest release of it that is offered here, a compilation only where there is nothing else."""


class GenreDetail(msgspec.Struct, frozen=True):
    slug: GenreSlug
    name: str
    tracks: tuple[TrackDetail, ...]
    """Those that are heard the most, each recording once, at most `MOST_TRACKS`; none for as long as a process that has just begun reads
    the catalogue."""


class ListGenres(Query[Page[GenreSummary]], frozen=True):
    """Genres with a release to play in the actor's territory, by name. Raises Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    cursor: Cursor | None = None
    size: PageSize = 50


class GetGenre(Query[GenreDetail], frozen=True):
    """A genre by its slug, or by its name in any spelling. Raises NotFound where no release of it is offered in the actor's territory."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    slug: GenreSlug


class ListGenreReleases(Query[Page[ReleaseSummary]], frozen=True):
    """Releases of a genre, or with a track of it, that are offered in the actor's territory, the newest first.

    Raises Invalid for a foreign cursor.
    """

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    slug: GenreSlug
    cursor: Cursor | None = None
    size: PageSize = 50


class FileUnfiledReleases(Command[bool], frozen=True):
    """File some of the releases that say of what genre they are and are filed under none, as a process that did not know of genres yet
    left them. True where more may be left, for another call."""

    permission: ClassVar[Permission] = BACK_OFFICE
