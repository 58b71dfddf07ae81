"""Charts: what was played most in a week or a day, in frozen editions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import ANYONE, BACK_OFFICE, Command, Done, Event, Permission, Query, Scope
from apps.core.contract.days import Day
from apps.core.contract.exports import Sha256
from apps.core.contract.ids import ChartCode, JobId, LeaseToken, RecordingId, ReleaseId, TrackId
from apps.core.contract.listening import Evidence

MOST_PLACES = 500
"""The longest that a chart may be."""
MOST_DAYS = 16
"""Days of the play log that one edition may be counted from."""
MOST_POINTS = 520
"""Editions that a run tells of at most: ten years of weeks."""


class Every(StrEnum):
    WEEK = "week"
    DAY = "day"


class ChartRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which plays count in a chart; previews never do."""

    version: Annotated[int, Meta(ge=1)]
    least_ms: Annotated[int, Meta(ge=0)]
    """How long a play must be heard."""
    most_per_listener_track_day: Annotated[int, Meta(ge=1)]
    most_per_lead_artist: Annotated[int, Meta(ge=1)]
    """How many entries one lead artist may have."""
    evidence: Annotated[tuple[Evidence, ...], Meta(min_length=1)]
    """The grades that count."""


class Movement(StrEnum):
    """Against the edition before."""

    NEW = "new"
    """Never in this chart before."""
    RE_ENTRY = "re_entry"
    """Back after at least one edition without it."""
    UP = "up"
    DOWN = "down"
    SAME = "same"


class Leader(msgspec.Struct, frozen=True):
    title: str
    artist: str


class ChartSummary(msgspec.Struct, frozen=True):
    code: ChartCode
    title: str
    every: Every
    territory: str
    """ISO 3166-1, or `WW` where plays from everywhere count."""
    zone: str
    """IANA: the days of the chart begin at midnight there."""
    places: int
    rules: ChartRules
    """Those of the next edition."""
    latest: Day | None
    """The first day of the latest edition; None before the first."""
    leader: Leader | None
    """Number one of the latest edition; None where nothing was played."""


class ChartList(msgspec.Struct, frozen=True):
    items: tuple[ChartSummary, ...]


class ChartTrack(msgspec.Struct, frozen=True):
    """Where an entry can be heard, by this actor, here, now."""

    id: TrackId
    release_id: ReleaseId
    release_title: str
    cover: str | None
    duration_ms: int
    explicit: bool
    playable: bool
    """As of a `TrackSummary`; so are the others."""
    preview: bool
    for_subscribers: bool
    refused: bool


class ChartEntry(msgspec.Struct, frozen=True):
    position: int
    key: str
    """What is the same from edition to edition: the ISRC, or the recording's id where it has none."""
    recording_id: RecordingId
    title: str
    artist: str
    """Both as they were when the edition was published."""
    plays: int
    """Those that count."""
    last_position: int | None
    """In the edition before; None where it was not in it."""
    peak: int
    """The best position so far."""
    weeks: int
    """How many editions it has stood in so far, this one included; of a daily chart they are days."""
    movement: Movement
    track: ChartTrack | None
    """None where it is not offered in the actor's territory: the entry stays, without a way to play it."""


class Edition(msgspec.Struct, frozen=True):
    """One week or day of a chart. It never changes."""

    chart: ChartSummary
    first_day: Day
    """In the chart's zone."""
    last_day: Day
    starts_at: datetime
    ends_at: datetime
    """The first moment that counts no more."""
    rule_version: int
    manifests: tuple[Sha256, ...]
    """SHA-256 of the manifest of each exported day that it was counted from, in order."""
    published_at: datetime
    entries: tuple[ChartEntry, ...]
    previous: Day | None
    """The first day of the edition before, and of the one after."""
    following: Day | None


class RunPoint(msgspec.Struct, frozen=True):
    first_day: Day
    position: int | None
    """None in an edition that it was not in."""


class ChartRun(msgspec.Struct, frozen=True):
    """How a recording has stood in a chart, from its first edition in it to its last."""

    chart: ChartSummary
    key: str
    title: str
    artist: str
    """Both as of its last entry."""
    peak: int
    weeks: int
    points: tuple[RunPoint, ...]
    """One for each edition, oldest first; of a very long run the latest."""


class ChartPlace(msgspec.Struct, frozen=True):
    """Where a recording stands in a chart, or how high it once stood."""

    recording_id: RecordingId
    chart: ChartCode
    chart_title: str
    position: int | None
    """In the latest edition; None where it is not in it any more."""
    peak: int


class ChartCount(msgspec.Struct, frozen=True):
    """One recording's plays that count in a period."""

    key: Annotated[str, Meta(min_length=1, max_length=64)]
    recording_id: RecordingId
    track_id: TrackId
    title: str
    artist: str
    plays: Annotated[int, Meta(ge=1)]


class EditionPublished(Event, frozen=True):
    chart: ChartCode
    first_day: Day


class AskForEditions(Command[Done], frozen=True):
    """Have the next edition of each chart made whose days have all been exported; what is asked for already is not asked for again.

    Each edition that is recorded asks for the one after it, so that all that was missed is made up for in order.
    """

    permission: ClassVar[Permission] = BACK_OFFICE


class RecordEdition(Command[Done], frozen=True):
    """Publish an edition, once and for good: the counts in the order of the chart, and what they were counted from.

    Raises LeaseLost, and Invalid for counts that no edition of this chart can have. Emits EditionPublished.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    counts: Annotated[tuple[ChartCount, ...], Meta(max_length=MOST_PLACES)]
    manifests: Annotated[tuple[Sha256, ...], Meta(max_length=MOST_DAYS)]


class ListCharts(Query[ChartList], frozen=True):
    """All charts, in the order they are to be shown in."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE


class GetEdition(Query[Edition], frozen=True):
    """One edition of a chart: the one that `day` lies in, or the latest. Raises NotFound where there is none."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    chart: ChartCode
    day: Day | None = None


class GetChartRun(Query[ChartRun], frozen=True):
    """How a recording, or the recording of a track, has stood in a chart. Raises NotFound where it never did."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    chart: ChartCode
    id: RecordingId | TrackId


class ListChartPlaces(Query[tuple[ChartPlace, ...]], frozen=True):
    """Of each recording on a release that is or was in a chart one place: in the first chart it stands in, else the first it ever stood in.

    Charts go in the order they are shown in.
    """

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.CATALOGUE

    release_id: ReleaseId
