"""Corrections: what staff put right of the catalogue, kept apart from what was delivered, so that the next delivery leaves it alone.

What decides about money cannot be corrected: deals, owners, ISRC and UPC.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import STAFF, Command, Done, Permission, Query
from apps.core.contract.catalogue import CreditRole, ReleaseType
from apps.core.contract.ids import AccountId, ArtistId, CorrectionId, MergeId, ReleaseId, TrackId
from apps.core.contract.intake import TRACKS_PER_RELEASE
from apps.core.contract.paging import Cursor, Page, PageSize

MOST_CREDITS = 200
MOST_CORRECTIONS = 200
"""Told with a release: the list of all has the others."""
LINE = r"^[^\x00-\x1f\x7f]*(?!\n)$"
Text = Annotated[str, Meta(max_length=1000, pattern=LINE)]
"""Empty for nothing."""
Naming = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*(?!\n)$")]
Revision = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}(?!\n)$")]
"""Of what was looked at: another one once any of it has changed."""


class CorrectedField(StrEnum):
    TITLE = "title"
    ARTIST = "artist"
    """As credited: what is shown."""
    CREDITS = "credits"
    """Who is credited with what, a line each: `main: Ana`."""
    RELEASED_ON = "released_on"
    GENRE = "genre"
    LABEL = "label"
    """As shown; who owns its recordings stays as it is."""
    TYPE = "type"
    EXPLICIT = "explicit"
    """`yes` or `no`."""


class NamedCredit(msgspec.Struct, frozen=True):
    role: CreditRole
    name: Naming


Credits = Annotated[tuple[NamedCredit, ...], Meta(min_length=1, max_length=MOST_CREDITS)]


class Correction(msgspec.Struct, frozen=True):
    """Of one field. Values are as text, empty for nothing."""

    id: CorrectionId
    release_id: ReleaseId
    release_title: str
    track_id: TrackId | None
    track_title: str | None
    """None where it is the release's own."""
    field: CorrectedField
    delivered: str
    """As it was delivered last."""
    value: str
    made_by: AccountId | None
    maker: str | None
    """Their name; None for the operators' console."""
    made_at: datetime
    over_at: datetime | None
    """Since when it does not hold any more: it was taken back, or corrected again."""


class EditableTrack(msgspec.Struct, frozen=True):
    id: TrackId
    disc: int
    number: int
    title: str
    artist: str
    explicit: bool
    credits: tuple[NamedCredit, ...]
    hidden: bool
    """Nobody sees or plays it: its file was taken away where it came from."""


class EditableRelease(msgspec.Struct, frozen=True):
    """What of a release can be corrected, as it is now, shown to listeners or not."""

    id: ReleaseId
    title: str
    artist: str
    credits: tuple[NamedCredit, ...]
    released_on: str
    genre: str
    label: str
    type: ReleaseType
    upc: str | None
    cover: str | None
    colour: str | None
    tracks: tuple[EditableTrack, ...]
    revision: Revision
    corrections: tuple[Correction, ...]
    """Those that hold, of the release and its tracks; the latest, at most 200."""
    split_from: ReleaseId | None
    """The release that its tracks were delivered on."""


class GetEditableRelease(Query[EditableRelease], frozen=True):
    """A release as staff correct it. Raises NotFound."""

    permission: ClassVar[Permission] = STAFF

    release_id: ReleaseId


class CorrectRelease(Command[Done], frozen=True):
    """Correct what a release is called; what differs from what was delivered is kept, and the next delivery leaves it alone.

    Whatever is given as it was delivered is not corrected any more. A label has one spelling: given as it is shown but for case, accents or
    width, it is spelt so on every release; another label that is known keeps its own. Where the artist is renamed and the credits are not,
    whoever is credited by that name is renamed as well. Raises NotFound, Conflict where somebody, or a delivery, has changed it since that
    revision, and Invalid for a date that is none, credits without a main artist, and a compilation of ours, which is put together anew.
    """

    permission: ClassVar[Permission] = STAFF

    release_id: ReleaseId
    revision: Revision
    title: Naming
    artist: Naming
    credits: Credits
    released_on: Text
    genre: Text
    label: Text
    type: ReleaseType


class CorrectTrack(Command[Done], frozen=True):
    """Correct what a track is called, and who made what is heard on it, on whichever release it is heard; else as `CorrectRelease`."""

    permission: ClassVar[Permission] = STAFF

    track_id: TrackId
    revision: Revision
    """Of its release."""
    title: Naming
    artist: Naming
    credits: Credits
    explicit: bool


class CorrectTracks(Command[Done], frozen=True):
    """Correct the same of several tracks of a release: who made what is heard on them, on whichever release it is heard.

    What is None stays as each has it. Credits stand in for those that each has in the same roles, and leave the others. Where the artist
    alone is given, whoever is credited by the name that a track had is renamed as well. Raises NotFound, Conflict as `CorrectRelease`
    does, and Invalid for tracks that are not on it, for nothing to correct, and for a compilation of ours.
    """

    permission: ClassVar[Permission] = STAFF

    release_id: ReleaseId
    revision: Revision
    track_ids: Annotated[tuple[TrackId, ...], Meta(min_length=1, max_length=TRACKS_PER_RELEASE)]
    artist: Naming | None = None
    credits: Credits | None = None
    explicit: bool | None = None


class SplitRelease(Command[ReleaseId], frozen=True):
    """Have some tracks of a release, which was put together wrongly, stand on another one; returns that.

    Their files are filed there whenever they come again, as long as their tags say what they say now. It has the same deals, and its tracks
    keep their ids. Raises NotFound, Conflict as `CorrectRelease` does and while a delivery of it is being written, and Invalid for tracks
    that are not on it, for all of them, and for a compilation of ours.
    """

    permission: ClassVar[Permission] = STAFF

    release_id: ReleaseId
    revision: Revision
    track_ids: Annotated[tuple[TrackId, ...], Meta(min_length=1, max_length=TRACKS_PER_RELEASE)]
    title: Naming
    artist: Naming


class JoinRelease(Command[ReleaseId], frozen=True):
    """Take a split back: the tracks stand where they were delivered; returns that release. What is over already stays so.

    Whoever has kept the other release has kept that one from then on.

    Raises NotFound where it was never split from another, and Conflict while a delivery of either is being written.
    """

    permission: ClassVar[Permission] = STAFF

    release_id: ReleaseId
    """The one that tracks were split to."""


class TakeBackCorrection(Command[Done], frozen=True):
    """Have a field say again what was delivered last. What does not hold any more stays so. Raises NotFound."""

    permission: ClassVar[Permission] = STAFF

    correction_id: CorrectionId


class ListCorrections(Query[Page[Correction]], frozen=True):
    """Everything that staff have corrected, the latest first. Raises Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = STAFF

    cursor: Cursor | None = None
    size: PageSize = 50


class NamedArtist(msgspec.Struct, frozen=True):
    id: ArtistId
    name: str


class EditableArtist(msgspec.Struct, frozen=True):
    """An artist as staff look at them, shown to listeners or not."""

    id: ArtistId
    name: str
    merged_into: NamedArtist | None
    """Who stands for them."""
    credited_as: tuple[str, ...]
    """By which names, at most 50."""
    releases: int
    """That are credited to them."""
    recordings: int
    favourites: int
    """Accounts that have kept them."""


class Merge(msgspec.Struct, frozen=True):
    id: MergeId
    artist: NamedArtist
    into: NamedArtist
    """Who may have been merged into another one since."""
    made_by: AccountId | None
    maker: str | None
    """Their name; None for the operators' console."""
    made_at: datetime
    over_at: datetime | None
    """Since when they are two again."""


class GetEditableArtist(Query[EditableArtist], frozen=True):
    """An artist, and how much would move with them. Raises NotFound."""

    permission: ClassVar[Permission] = STAFF

    artist_id: ArtistId


class MergeArtists(Command[MergeId], frozen=True):
    """Have one artist stand for another, and for whoever was merged into that one.

    Credits move and stay written as they are; favourites and stations follow, no listener has any twice. The merged artist's page leads to
    the other, and whatever names them, the next delivery too, is credited to the other. Raises NotFound, Invalid where both are the same
    or either is various artists, and Conflict where either was merged already.
    """

    permission: ClassVar[Permission] = STAFF

    artist_id: ArtistId
    into_id: ArtistId


class TakeBackMerge(Command[Done], frozen=True):
    """Have an artist stand alone again, with all that is credited by their name, what came since included.

    What is over already stays so. Raises NotFound.
    """

    permission: ClassVar[Permission] = STAFF

    merge_id: MergeId


class SpellArtist(Command[Done], frozen=True):
    """Have an artist's own name be spelt so wherever they are listed: as credited, they are as it is written there.

    Only what an import does not tell apart can differ: case, accents, width. Raises NotFound, Invalid for another name, and Conflict where
    the artist was merged into another one.
    """

    permission: ClassVar[Permission] = STAFF

    artist_id: ArtistId
    name: Naming


class ListMerges(Query[Page[Merge]], frozen=True):
    """All merges of artists, the latest first. Raises Invalid for a foreign cursor."""

    permission: ClassVar[Permission] = STAFF

    cursor: Cursor | None = None
    size: PageSize = 50
