"""Smart playlists: rules instead of tracks. What fits is looked up whenever the playlist is, for whoever looks."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import LISTENER, Command, Permission, Query, Scope
from apps.core.contract.ids import FolderId, PlaylistId
from apps.core.contract.library import ListedTrack
from apps.core.contract.playlists import Description, PlaylistSummary, Title, Visibility

DEEPEST_RULE = 3
"""Groups within one another, the outermost counted."""
WIDEST_RULE = 20
"""Rules in one group."""
MOST_RULES = 50
"""Comparisons in all."""
MOST_FITTING = 1_000
"""Tracks that a smart playlist has."""

HINT = f"Groups of rules lie at most {DEEPEST_RULE} deep in one another, with at most {WIDEST_RULE} rules each: correct what is named."

RuleText = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+(?!\n)$")]


class TextField(StrEnum):
    TITLE = "title"
    ARTIST = "artist"
    """As credited."""
    RELEASE = "release"
    GENRE = "genre"
    LABEL = "label"


class TextTest(StrEnum):
    """Upper and lower case are the same."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    BEGINS_WITH = "begins_with"


class NumberField(StrEnum):
    YEAR = "year"
    DURATION = "duration"
    """Seconds."""
    PLAYS = "plays"
    """How often the listener has heard the recording, by their own history."""


class NumberTest(StrEnum):
    IS = "is"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class DayField(StrEnum):
    ADDED = "added"
    """When its release could first be played here."""
    LAST_PLAYED = "last_played"
    """By the listener; what they never heard was not played within any days."""


class TextRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="text"):
    field: TextField
    test: TextTest
    text: RuleText


class NumberRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="number"):
    field: NumberField
    test: NumberTest
    number: Annotated[int, Meta(ge=0, le=1_000_000)]


class DaysRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="days"):
    """Within so many days before now, or not."""

    field: DayField
    within: bool
    days: Annotated[int, Meta(ge=1, le=36_500)]


class ExplicitRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="explicit"):
    is_so: bool


class FavouriteRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="favourite"):
    is_so: bool
    """Whether the listener keeps it among their favourites."""


class PlaylistRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="playlist"):
    """Whether the recording is in a playlist that the listener may see; in a smart one nothing is."""

    playlist_id: PlaylistId
    is_so: bool


Comparison = TextRule | NumberRule | DaysRule | ExplicitRule | FavouriteRule | PlaylistRule


class Match(StrEnum):
    ALL = "all"
    ANY = "any"
    NONE = "none"


class InnermostGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="group"):
    match: Match
    rules: Annotated[tuple[Comparison, ...], Meta(min_length=1, max_length=WIDEST_RULE)]


class InnerGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="group"):
    match: Match
    rules: Annotated[tuple[Comparison | InnermostGroup, ...], Meta(min_length=1, max_length=WIDEST_RULE)]


class RuleGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="group"):
    """The outermost group. How deep groups lie is part of their types, so nothing deeper is ever read."""

    match: Match
    rules: Annotated[tuple[Comparison | InnerGroup, ...], Meta(min_length=1, max_length=WIDEST_RULE)]


class SmartOrder(StrEnum):
    TITLE = "title"
    ARTIST = "artist"
    NEWEST = "newest"
    """By when its release could first be played here."""
    LATEST = "latest"
    """By the year of its release, the latest first."""
    MOST_PLAYED = "most_played"
    """By the listener."""
    LEAST_RECENTLY_PLAYED = "least_recently_played"
    """By the listener; what they never heard comes first."""


class SmartRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hint: ClassVar[str] = HINT

    group: RuleGroup
    order: SmartOrder = SmartOrder.NEWEST
    limit: Annotated[int, Meta(ge=1, le=MOST_FITTING)] = 100


class SmartPreview(msgspec.Struct, frozen=True):
    fitting: int
    """How many tracks fit, whatever the limit."""
    tracks: tuple[ListedTrack, ...]
    """The first of them in their order, at most 10."""


class SmartPlaylist(msgspec.Struct, frozen=True):
    playlist: PlaylistSummary
    rule: SmartRule


class CreateSmartPlaylist(Command[PlaylistSummary], frozen=True):
    """Begin a playlist of the actor's own whose tracks are those that fit a rule.

    Raises Invalid for a rule with too many comparisons, NotFound where there is no such folder, Conflict where the library is full. Emits
    PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY
    hint: ClassVar[str] = HINT

    title: Title
    rule: SmartRule
    description: Description = ""
    visibility: Visibility = Visibility.PRIVATE
    folder_id: FolderId | None = None


class ChangeSmartRule(Command[PlaylistSummary], frozen=True):
    """Give a smart playlist another rule. Its owner may.

    Raises NotFound, also of a playlist without rules; Forbidden for other members; Invalid for a rule with too many comparisons. Emits
    PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY
    hint: ClassVar[str] = HINT

    playlist_id: PlaylistId
    rule: SmartRule


class GetSmartPlaylist(Query[SmartPlaylist], frozen=True):
    """The rule of a smart playlist that the actor is the owner of. Raises NotFound."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId


class PreviewSmartRule(Query[SmartPreview], frozen=True):
    """How many tracks fit a rule at this moment, for the actor, and the first of them. Raises Invalid for too many comparisons."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY
    hint: ClassVar[str] = HINT

    rule: SmartRule
