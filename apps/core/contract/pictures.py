"""Pictures that people upload: listeners as covers of their playlists, staff as covers of what is the house's own."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import BACK_OFFICE, LISTENER, STAFF, Command, Done, Permission, Query, Scope
from apps.core.contract.errors import TooLarge
from apps.core.contract.ids import Id, JobId, LeaseToken, PlaylistId
from apps.core.contract.intake import KEYS_PER_QUERY
from apps.core.contract.playlist_files import BESIDE_A_FILE
from apps.core.contract.words import marked

MOST_PICTURE_BYTES = 5 << 20
"""What a telephone's camera makes is smaller."""
LARGEST_UPLOAD = MOST_PICTURE_BYTES + BESIDE_A_FILE
"""Bytes of a request: a picture, and what a form has beside it."""
ACCEPTED = marked("JPEG, PNG or WebP")
SECONDS_BETWEEN = 5
"""From one picture of an account to its next: each is a worker's second."""
UPLOADED = "uploads/"
"""What the storage keys of uploaded pictures begin with; the hour follows, then the picture's id. Nobody is ever sent one."""
OWN_COVERS = "covers/own/"
"""What the storage keys of the covers made of them begin with."""
HOUR = "%Y-%m-%dT%H"

PictureId = Id
Colour = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}(?!\n)$")]


def own_cover(picture_id: PictureId) -> str:
    """The key of the folder that holds each size of the cover made of a picture: `<key>/640.jpg`."""
    return f"{OWN_COVERS}{picture_id}"


def too_large() -> TooLarge:
    return TooLarge(
        "A picture has at most %(most)s MiB, and this one has more.",
        "Make it smaller: 1280 by 1280 pixels are enough.",
        most=MOST_PICTURE_BYTES >> 20,
    )


class PictureSubject(StrEnum):
    """What a picture is the cover of."""

    RELEASE = "release"
    """A compilation of our own: what a label delivered has the label's cover."""
    SERIES = "series"
    PLAYLIST = "playlist"


class PictureStatus(StrEnum):
    NONE = "none"
    WAITING = "waiting"
    """It is being prepared; what was shown before still is."""
    SHOWN = "shown"
    REFUSED = "refused"
    """It could not be used, or was taken down; what was shown before still is, unless that was taken down."""


class Picture(msgspec.Struct, frozen=True):
    """How far the newest picture of something has come."""

    title: str
    """Of what it is the cover of."""
    status: PictureStatus
    reason: str
    """Why it was refused, for a person; empty otherwise."""
    cover: str | None
    """The address of the uploaded cover that is shown, as `ReleaseSummary` has it; None where none is."""


class PutPlaylistPicture(Command[Picture], frozen=True):
    """Make a picture a playlist's cover, which shows as soon as it is prepared. Its owner may.

    Raises NotFound, Forbidden for other members, TooLarge beyond 5 MiB, Invalid for what begins as no JPEG, PNG or WebP, TooMany within
    seconds of the account's last one, and Unavailable where it cannot be stored. Emits JobReady, and PlaylistChanged once it shows.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId
    content: bytes


class RemovePlaylistPicture(Command[Done], frozen=True):
    """Let a playlist have the cover again that it had without a picture of its own. Its owner may. Twice is once.

    Raises NotFound, Forbidden for other members. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId


class GetPlaylistPicture(Query[Picture], frozen=True):
    """How far the picture has come that was uploaded for a playlist which the actor is the owner of. Raises NotFound."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.LIBRARY

    playlist_id: PlaylistId


class PutPicture(Command[Picture], frozen=True):
    """Make a picture the cover of a compilation of our own, a series or a playlist of the house.

    Raises NotFound, also for a label's release; Forbidden for a listener's playlist; TooLarge, Invalid, TooMany and Unavailable as
    PutPlaylistPicture does. Emits JobReady, and PlaylistChanged once it shows on a playlist.
    """

    permission: ClassVar[Permission] = STAFF

    of: PictureSubject
    subject_id: Id
    content: bytes


class TakeDownPicture(Command[Done], frozen=True):
    """Take a picture away from what is the house's own, or from a listener's playlist that others can see; its owner is told so.

    Twice is once. Raises NotFound, also for a private playlist. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = STAFF

    of: PictureSubject
    subject_id: Id


class GetPicture(Query[Picture], frozen=True):
    """How far the picture has come that was uploaded for something which staff may give one, or take one from. Raises NotFound."""

    permission: ClassVar[Permission] = STAFF

    of: PictureSubject
    subject_id: Id


class RecordPicture(Command[Done], frozen=True):
    """Show the cover that a job has made of a picture, and finish the job; one that another picture has overtaken is not shown.

    Raises LeaseLost, and Invalid where the job is for something else or the key for another picture. Emits PlaylistChanged.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    key: Annotated[str, Meta(pattern=rf"^{OWN_COVERS}[0-9A-Za-z]+(?!\n)$")]
    """Of the folder that holds each size."""
    colour: Colour


class ListSpentPictures(Query[tuple[str, ...]], frozen=True):
    """Those of these keys, of uploaded pictures and of covers made of them, that nothing shows or waits for any more."""

    permission: ClassVar[Permission] = BACK_OFFICE

    keys: Annotated[tuple[Annotated[str, Meta(max_length=512)], ...], Meta(max_length=KEYS_PER_QUERY)]
