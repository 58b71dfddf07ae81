"""Playback: renditions on the way in, playback sessions on the way out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import BACK_OFFICE, LISTENER, Command, Done, Event, Permission, Query, Scope
from apps.core.contract.ids import JobId, LeaseToken, PlaybackSessionId, RecordingId, ReleaseId, TrackId

RENEW_SECONDS = 30
"""How often a player renews its session."""
SESSION_SECONDS = 90
"""How long a session, and the stream slot it holds, lasts without a renewal."""

PREVIEW = "preview"
"""The rendition that holds a recording's beginning and nothing else."""
PREVIEW_SOURCE = "aac-128"
"""The rendition that previews are cut from."""
PREVIEWS_PER_QUERY = 50
PREVIEW_SECONDS = 30
PREVIEW_MARGIN_MS = 500
"""How far a preview's last segment may go beyond: segments end where a coded frame does, not at whole seconds."""

DeviceName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+(?!\n)$")]
"""Chosen by the player and kept by it: one browser or app installation."""


class SegmentEntry(msgspec.Struct, frozen=True, array_like=True):
    offset: int
    length: int
    duration: int
    """In units of the rendition's timescale."""


class Rendition(msgspec.Struct, frozen=True):
    """One encoded file in object storage."""

    name: str
    key: str
    content_type: str
    codecs: str
    bit_rate: int
    peak_bit_rate: int
    size: int
    sha256: str
    timescale: Annotated[int, Meta(gt=0)]
    initialisation_length: int
    segments: tuple[SegmentEntry, ...]


LONGEST_FINGERPRINTED_MS = 7 * 86_400_000


class Audio(msgspec.Struct, frozen=True):
    """What a transcode measured."""

    duration_ms: Annotated[int, Meta(gt=0)]
    sample_rate: int
    channels: int
    encoder_delay: int
    end_padding: int
    loudness: float | None
    """LUFS, integrated (EBU R128)."""
    true_peak: float | None
    """dBTP."""
    waveform: bytes
    """Peaks from 0 to 255, evenly spaced, at most 1,000."""


class MediaFile(msgspec.Struct, frozen=True):
    """A rendition as a player fetches it."""

    name: str
    url: str
    """Signed; good until the session's `urls_expire_at`."""
    content_type: str
    codecs: str
    bit_rate: int
    size: int


class PlaybackSession(msgspec.Struct, frozen=True):
    """The right to play one track now, and where its audio is."""

    id: PlaybackSessionId
    track_id: TrackId
    release_id: ReleaseId
    title: str
    artist: str
    release_title: str
    cover: str | None
    duration_ms: int
    """Of what may be heard."""
    preview: bool
    """Whether this is the beginning only, as the plan does not include the rest."""
    audio: Audio
    files: tuple[MediaFile, ...]
    """Every rendition, lowest bit rate first; of a preview its one."""
    renew_every: int
    """Seconds."""
    expires_at: datetime
    urls_expire_at: datetime


class SessionLease(msgspec.Struct, frozen=True):
    expires_at: datetime


class Playlist(msgspec.Struct, frozen=True):
    """An HLS playlist (RFC 8216), to be served as `application/vnd.apple.mpegurl`."""

    text: str


class RecordingPublished(Event, frozen=True):
    """A recording's audio is ready, or was replaced whole."""

    recording_id: RecordingId


class RecordFingerprint(Command[Done], frozen=True):
    """Record how a recording sounds, before its transcode, which is compared by that with what is heard already.

    Raises LeaseLost, and Invalid where the job is for something else.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    duration_ms: Annotated[int, Meta(ge=0, le=LONGEST_FINGERPRINTED_MS)]
    fingerprint: Annotated[bytes, Meta(min_length=1, max_length=1 << 16)]
    """As the transcoder gives it."""


class RecordTranscode(Command[Done], frozen=True):
    """Record a finished transcode and publish it, all at once, and finish its job.

    Where a recording of the same deliverer is heard already that sounds the same, the tracks of this one play that from now on.

    Raises LeaseLost, Invalid where a rendition is missing or its segments do not tile the file. Emits RecordingPublished.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    audio: Audio
    renditions: tuple[Rendition, ...]


class MissingPreview(msgspec.Struct, frozen=True):
    """Audio that is heard and was transcoded before there were previews."""

    recording_id: RecordingId
    content_hash: str
    source: Rendition
    """What its preview is cut from."""


class ListMissingPreviews(Query[tuple[MissingPreview, ...]], frozen=True):
    """Recordings of which nobody has tried to cut a preview yet, by id, at most 50; `after` is the last one that was seen."""

    permission: ClassVar[Permission] = BACK_OFFICE

    after: RecordingId | None = None


class RecordPreview(Command[Done], frozen=True):
    """Record the preview of audio that had none, or that it is too short for one, so that nobody asks again.

    Nothing changes where the audio was transcoded anew since. Raises Invalid for what is no preview.
    """

    permission: ClassVar[Permission] = BACK_OFFICE

    recording_id: RecordingId
    content_hash: Annotated[str, Meta(max_length=64)]
    source_sha256: Annotated[str, Meta(max_length=64)]
    """Of the rendition it was cut from."""
    preview: Rendition | None


class StartPlayback(Command[PlaybackSession], frozen=True):
    """Ask to hear a track: rights, plan and the account's stream slots are judged now, never from a cache.

    What is offered here but not on the plan is given as a preview, where there is one.

    Raises NotFound where there is no such track, PlaybackRefused with its reason and the next step otherwise.
    `take_over` ends the session that was renewed longest ago where no slot is free.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    track_id: TrackId
    device: DeviceName
    take_over: bool = False


class RenewPlayback(Command[SessionLease], frozen=True):
    """Keep a session and its stream slot while playing. Raises NotFound, and PlaybackRefused where it has ended or been taken over."""

    permission: ClassVar[Permission] = LISTENER
    routine: ClassVar[bool] = True
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    session_id: PlaybackSessionId


class EndPlayback(Command[Done], frozen=True):
    """Give the stream slot back. Ending a session twice changes nothing. Raises NotFound."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    session_id: PlaybackSessionId


class GetPlaylist(Query[Playlist], frozen=True):
    """A playlist of the actor's own running session: of one rendition, or without one the multivariant playlist,
    which names the others as `<rendition>.m3u8` beside itself. Raises NotFound, PlaybackRefused where the session has ended.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    session_id: PlaybackSessionId
    rendition: Annotated[str, Meta(max_length=40)] | None = None
