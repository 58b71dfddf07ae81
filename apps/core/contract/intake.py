"""Intake: what labels send, or an operator imports, from quarantine to catalogue."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import BACK_OFFICE, OPERATOR, STAFF, Command, Done, Permission, Query
from apps.core.contract.ids import DeliveredFileId, DeliveredReleaseId, DeliveryId, JobId, LeaseToken, ReleaseId
from apps.core.contract.paging import Cursor, Page, PageSize

WITHOUT_NUL = r"^[^\x00]*$"
"""What every database can hold."""
Text = Annotated[str, Meta(max_length=1000, pattern=WITHOUT_NUL)]
LONGEST_LYRICS = 20_000
Lyrics = Annotated[str, Meta(max_length=LONGEST_LYRICS, pattern=WITHOUT_NUL)]
MOST_NAMES = 50
Names = Annotated[tuple[Text, ...], Meta(max_length=MOST_NAMES)]
LONGEST_PATH = 2000
"""Bytes, in UTF-8."""
Size = Annotated[int, Meta(ge=0, lt=1 << 62)]
Moment = Annotated[int, Meta(ge=-(1 << 62), lt=1 << 62)]
"""Nanoseconds since 1970."""
ContentHash = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?(?!\n)$")]
"""SHA-256 of the whole file, in hexadecimal; empty where there is none."""
StorageKey = Annotated[str, Meta(max_length=512)]
Reason = Annotated[str, Meta(max_length=500, pattern=WITHOUT_NUL)]
RelativePath = Annotated[str, Meta(min_length=1, max_length=LONGEST_PATH)]
"""Below the delivery's root, with `/`; never absolute, no `..`."""
FolderPath = Annotated[str, Meta(max_length=4096, pattern=r"^/[^\x00]*$")]
"""The absolute path of a folder, as the workers see it."""
DISC_FOLDER = re.compile(r"^(cd|disc|disk|dvd|volume|vol)[\s._-]*([0-9]{1,2})$", re.IGNORECASE)
"""What a folder is called that holds one disc of the release in the folder around it."""
FILES_PER_COMMAND = 500
MAXIMUM_FILE_BYTES = 2 << 30
"""Larger files are refused: no master of one recording is that large."""
MAXIMUM_PICTURE_BYTES = 32 << 20
"""Larger pictures are refused: nobody looks at so many points."""
LONGEST_FILE_MS = 7 * 86_400_000
TRACKS_PER_RELEASE = 1_000
OWN_MUSIC = "own music"
"""The deliverer of an imported folder."""
QUARANTINE = "quarantine/"
"""What the storage keys of delivered files begin with; the delivery's id follows, then the content's hash."""
PICTURE = "picture-"
"""What comes before the hash in the storage key of what a cover is made of: the transcode removes its own copy when it is done."""
KEYS_PER_QUERY = 500
REPLAYABLE_DAYS = 7
"""How long the file of a transcode that was given up is kept, so that it can be tried again."""


class DeliveryStatus(StrEnum):
    OPEN = "open"
    QUARANTINED = "quarantined"
    FINISHED = "finished"


class FileStatus(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Tags(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a file says about itself, as written there; empty where it says nothing."""

    title: Text = ""
    subtitle: Text = ""
    artist: Text = ""
    album: Text = ""
    album_artist: Text = ""
    composer: Text = ""
    disc: Annotated[int, Meta(ge=0, le=999)] = 0
    track: Annotated[int, Meta(ge=0, le=9999)] = 0
    date: Annotated[str, Meta(max_length=40)] = ""
    genre: Text = ""
    isrc: Annotated[str, Meta(max_length=40)] = ""
    upc: Annotated[str, Meta(max_length=40)] = ""
    label: Text = ""
    copyright: Text = ""
    produced: Text = ""
    """The notice of who produced the recording, the one with ℗."""
    explicit: bool = False
    lyrics: Lyrics = ""
    timed_lyrics: Lyrics = ""
    """As LRC, from inside the file or from one beside it."""
    compilation: bool = False
    artists: Names = ()
    """Each by itself, where the file names several; `artist` is how they are credited together. So with the two that follow."""
    album_artists: Names = ()
    composers: Names = ()
    remixers: Names = ()
    producers: Names = ()
    duration_ms: Annotated[int, Meta(ge=0, le=LONGEST_FILE_MS)] = 0
    picture: bool = False
    """Whether a picture is inside."""


class FoundPicture(msgspec.Struct, frozen=True, array_like=True):
    """A picture that lies beside music and, by its name, is meant as its cover."""

    path: RelativePath
    size: Size
    modified_ns: Moment


class FoundFile(msgspec.Struct, frozen=True):
    """A file met in an imported folder: its tags, or why it cannot be music."""

    path: RelativePath
    size: Size
    modified_ns: Moment
    tags: Tags | None = None
    refusal: Reason = ""
    """Why the file was refused on sight; empty where it was not."""
    picture: FoundPicture | None = None


class KnownFile(msgspec.Struct, frozen=True, array_like=True):
    path: str
    size: int
    modified_ns: int
    refusal: str = ""
    """Why it was refused; empty where it was taken."""
    picture: FoundPicture | None = None
    """What lay beside it then."""


class KnownFiles(msgspec.Struct, frozen=True):
    files: tuple[KnownFile, ...]
    next: Cursor | None


class DeliverySummary(msgspec.Struct, frozen=True):
    id: DeliveryId
    source: str
    status: DeliveryStatus
    created_at: datetime
    files: int
    refused: int
    releases: int
    releases_written: int
    recordings: int
    recordings_ready: int
    recordings_refused: int
    covers: int
    """Of releases that came with a picture."""
    covers_ready: int
    covers_refused: int


class Refusal(msgspec.Struct, frozen=True):
    path: str
    reason: str


class DeliveryDetail(msgspec.Struct, frozen=True):
    summary: DeliverySummary
    refusals: tuple[Refusal, ...]
    """At most 1,000."""
    picture_refusals: tuple[Refusal, ...]
    """Pictures that could not become a cover, which harms nothing else; at most 1,000."""


class DraftFile(msgspec.Struct, frozen=True):
    id: DeliveredFileId
    path: RelativePath
    size: int


class DraftPicture(msgspec.Struct, frozen=True):
    """The picture that is to become the release's cover."""

    path: RelativePath
    size: int
    file_id: DeliveredFileId | None
    """The file it is inside of; None where it lies beside them."""


class ReleaseDraft(msgspec.Struct, frozen=True):
    """The files of one release to be taken into quarantine."""

    delivery_id: DeliveryId
    root: str
    """The folder the paths are relative to."""
    files: tuple[DraftFile, ...]
    picture: DraftPicture | None = None


class ReceivedFile(msgspec.Struct, frozen=True):
    """What became of one file: stored under `key`, or refused."""

    id: DeliveredFileId
    content_hash: ContentHash = ""
    key: StorageKey = ""
    refusal: Reason = ""


class ReceivedPicture(msgspec.Struct, frozen=True):
    """What became of the picture: stored under `key`, by itself or inside its file, or refused."""

    path: RelativePath
    content_hash: ContentHash = ""
    key: StorageKey = ""
    refusal: Reason = ""


class OpenDelivery(Command[DeliveryId], frozen=True):
    """Begin a delivery from a folder; nothing of it is visible until it is complete and released from quarantine."""

    permission: ClassVar[Permission] = OPERATOR

    source: FolderPath
    subscribers_only: bool | None = None
    """Whether it takes a plan to hear all of what this brings, or every account may; None: as the folder is, and a new one is for every
    account."""


class FolderAudience(msgspec.Struct, frozen=True):
    subscribers_only: bool
    moved: int
    """How many releases had been for others."""
    next: Cursor | None
    """Where there may be more to move, for another call."""


class SetFolderAudience(Command[FolderAudience], frozen=True):
    """Let all that deliveries of exactly this `source` have brought, and still bring, be for subscribers only or for every account.

    None: all are for subscribers where the newest delivery is, else nothing changes, so that nothing becomes free unless somebody says so.
    What was withdrawn stays so. A call moves some releases; sent again with `cursor` set to what the last one gave as `next`, it goes on.
    """

    permission: ClassVar[Permission] = OPERATOR

    source: FolderPath
    subscribers_only: bool | None = None
    cursor: Cursor | None = None


class RecordFiles(Command[Done], frozen=True):
    """Add files to an open delivery. A path already recorded in it is left as it is, so the command may be repeated.

    Raises NotFound, Conflict where the delivery is no longer open, Invalid for a path that leaves the folder.
    """

    permission: ClassVar[Permission] = OPERATOR

    delivery_id: DeliveryId
    files: Annotated[tuple[FoundFile, ...], Meta(max_length=FILES_PER_COMMAND)]


class CompleteDelivery(Command[DeliverySummary], frozen=True):
    """Close a delivery: a job takes in each of the releases its files make up.

    Raises NotFound, Conflict where it was completed before. Emits JobReady for each release.
    """

    permission: ClassVar[Permission] = OPERATOR

    delivery_id: DeliveryId


class RemovedFiles(msgspec.Struct, frozen=True):
    tracks: int
    """How many were hidden: those of which no other file is left."""


class HideRemovedFiles(Command[RemovedFiles], frozen=True):
    """Hide what these files brought that are gone from the folder, from lists, search and playback, and forget the files: delivered
    again they are new, and their tracks are shown again. What somebody played stays in their history. Repeated, it changes nothing.
    """

    permission: ClassVar[Permission] = OPERATOR

    source: FolderPath
    paths: Annotated[tuple[RelativePath, ...], Meta(max_length=FILES_PER_COMMAND)]


class ListKnownFiles(Query[KnownFiles], frozen=True):
    """Files that earlier deliveries of exactly this `source` brought and that need not be read again unless they changed, oldest first.

    Of a path brought more than once the newest comes last. Left out are refused files, copies excepted: delivered again they may be
    accepted; and those that were hidden because they are gone.
    """

    permission: ClassVar[Permission] = OPERATOR

    source: FolderPath
    cursor: Cursor | None = None


class GetReleaseDraft(Query[ReleaseDraft], frozen=True):
    """The files of a delivered release. Raises NotFound."""

    permission: ClassVar[Permission] = BACK_OFFICE

    delivered_release_id: DeliveredReleaseId


class WriteRelease(Command[ReleaseId | None], frozen=True):
    """Write one delivered release into the catalogue, with an "own music" deal, and finish its job.

    The same release delivered again is updated, the same recording linked, not doubled; None where every file was refused.
    Raises LeaseLost, and Invalid where the job is for something else. Emits JobReady for each recording to be transcoded, and for a
    picture to become the cover.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    delivered_release_id: DeliveredReleaseId
    files: tuple[ReceivedFile, ...]
    picture: ReceivedPicture | None = None


class RecordCover(Command[Done], frozen=True):
    """Give a release the cover that its job has made, and finish the job; a cover that another picture has overtaken is only kept.

    Raises LeaseLost, and Invalid where the job is for something else or the key for another release.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    key: Annotated[StorageKey, Meta(pattern=r"^covers/[0-9A-Za-z]+/[0-9a-f]+(?!\n)$")]
    """Of the folder that holds each size: `<key>/640.jpg`."""
    colour: Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}(?!\n)$")]


class ListSpentKeys(Query[tuple[str, ...]], frozen=True):
    """Those of these keys in quarantine that nothing needs any more: their delivery is over, neither a transcode nor a cover waits for
    them, and none was given up that was asked for within `REPLAYABLE_DAYS`."""

    permission: ClassVar[Permission] = BACK_OFFICE

    keys: Annotated[tuple[StorageKey, ...], Meta(max_length=KEYS_PER_QUERY)]


class GetDelivery(Query[DeliveryDetail], frozen=True):
    """How far a delivery has come, and what was refused. Raises NotFound."""

    permission: ClassVar[Permission] = STAFF

    delivery_id: DeliveryId


class ListDeliveries(Query[Page[DeliverySummary]], frozen=True):
    """Deliveries, newest first."""

    permission: ClassVar[Permission] = STAFF

    cursor: Cursor | None = None
    size: PageSize = 20
