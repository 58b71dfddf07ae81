"""Offline: devices that may keep music, licences to it, and encrypted copies. `docs/offline.md` has every byte of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import ANYONE, BACK_OFFICE, LISTENER, Command, Done, Permission, Query, Scope
from apps.core.contract.ids import DeviceId, JobId, LeaseToken, LicenceId, RecordingId, ReleaseId, TrackId
from apps.core.contract.playback import Audio

LICENCE_DAYS = 30
"""The longest that a licence lasts without a check-in."""
LICENCES_PER_COMMAND = 500
RETRY_SECONDS = 5
"""How soon it is worth asking again for a copy that is being prepared."""
DOWNLOAD_SECONDS = 3600
"""How long the link to a copy is good for."""
PUBLIC_KEY_BYTES = 65
"""An uncompressed point of P-256: 04, then X and Y, 32 bytes each (SEC 1, section 2.3.3)."""

Label = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+(?!\n)$")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}(?!\n)$")]


class OfflineRendition(StrEnum):
    """What may be kept offline, by its size: about 0.5, 1 and 2 MB a minute."""

    SMALL = "aac-64"
    MEDIUM = "aac-128"
    LARGE = "aac-256"


class Device(msgspec.Struct, frozen=True):
    """One installation of an app that may keep music offline; its private key never leaves it."""

    id: DeviceId
    name: str
    registered_at: datetime
    seen_at: datetime
    """When it last checked in; at first, when it was registered."""
    copies: int
    """How many tracks it holds a licence to, at most."""


class RemovedDevice(msgspec.Struct, frozen=True):
    """A device that was removed, and can still play without a connection what it keeps: until then it holds its place."""

    id: DeviceId
    name: str
    free_at: datetime
    """When the last of its licences expires, and its place can be given to another."""


class Devices(msgspec.Struct, frozen=True):
    """An account's own, oldest first."""

    items: tuple[Device, ...]
    most: int
    """How many the plan allows; of more, those registered last can neither save nor renew."""
    removed: tuple[RemovedDevice, ...] = ()
    """Those that still hold a place, first the one that gives it up first."""


class Licence(msgspec.Struct, frozen=True):
    """The right of one device to play one track without a connection, until it expires."""

    id: LicenceId
    track_id: TrackId
    recording_id: RecordingId
    rendition: OfflineRendition
    expires_at: datetime
    """In whole seconds: the earliest of 30 days from now, the end of what is paid for, and the end of the deal."""
    document: str
    """The same and more, signed: a JWS (RFC 7515, compact) by one of `GetLicenceKeys`, algorithm ES256 and no other."""


class EncryptedFile(msgspec.Struct, frozen=True):
    """Where a copy is fetched from, and what it is."""

    url: str
    """Signed; good until `url_expires_at`, ranges too."""
    url_expires_at: datetime
    size: int
    """Bytes."""
    sha256: Sha256
    """Of the encrypted file. It stays the same for as long as the music does: who has it need not fetch it again."""
    content_type: str
    """Of what is inside."""
    codecs: str
    bit_rate: int


class OfflineCopy(msgspec.Struct, frozen=True, tag="ready"):
    """All that a device needs to play one track without a connection."""

    licence: Licence
    file: EncryptedFile
    key: bytes
    """The file's key, wrapped to the device's public key: 113 bytes."""
    release_id: ReleaseId
    title: str
    artist: str
    release_title: str
    cover: str | None
    duration_ms: int
    audio: Audio


class Preparing(msgspec.Struct, frozen=True, tag="preparing"):
    """The copy is being encrypted, for the first who asked for it; ask again."""

    retry_after: int
    """Seconds."""


class RevocationReason(StrEnum):
    """Why a licence is no more: the device deletes its key at once."""

    NOT_OFFERED = "not_offered"
    """No deal lets it be kept offline any more."""
    NOT_ON_PLAN = "not_on_plan"
    """The plan has ended or does not include it."""
    DEVICE_LIMIT = "device_limit"
    """The plan allows fewer devices now, and others were registered before this one."""
    REPLACED = "replaced"
    """There is newer audio: save it again."""
    UNKNOWN = "unknown"
    """This device never had such a licence, or it ended more than a year ago."""


class RevokedLicence(msgspec.Struct, frozen=True):
    id: LicenceId
    reason: RevocationReason


class CheckedIn(msgspec.Struct, frozen=True):
    """What has become of each licence a device holds: each is in one of the three."""

    renewed: tuple[Licence, ...]
    unchanged: tuple[LicenceId, ...]
    """Not offered where the device is at the moment, though it is where they were issued: they last as long as they say."""
    revoked: tuple[RevokedLicence, ...]


class LicenceKey(msgspec.Struct, frozen=True):
    """A public key that licences are signed by, as a JWK (RFC 7517)."""

    kid: str
    """Its thumbprint (RFC 7638); each licence names it in its header."""
    x: str
    y: str
    kty: str = "EC"
    crv: str = "P-256"
    alg: str = "ES256"
    use: str = "sig"


class LicenceKeys(msgspec.Struct, frozen=True):
    """A JWK set, newest first. An app keeps it, and asks anew where a licence names a key that is not among them."""

    keys: tuple[LicenceKey, ...]


class EncryptionOrder(msgspec.Struct, frozen=True):
    """What a worker encrypts, and by what. Nothing of it may be kept or logged."""

    source_key: str
    """In object storage."""
    source_size: int
    source_sha256: str
    data_key: bytes
    """32 bytes, for this file alone."""
    nonce_prefix: bytes
    """8 bytes: with them the same file comes out the same, whoever makes it."""
    subject: str
    """What the copy is bound to: `<recording id>/<rendition>`."""
    format_version: int
    """A worker that does not know it makes nothing."""
    chunk_size: int
    """Bytes. It was settled with the key: chunks of another size would be other things under the same key and nonces."""


class RegisterDevice(Command[Device], frozen=True):
    """Let a device of the actor's keep music offline. The same key again is the same device, under its new name.

    `public_key` is an uncompressed point of P-256, 65 bytes, whose private key was made on the device and never leaves it.

    A removed device holds its place until the last of its licences has expired, unless it is the one that is registered.

    Raises Invalid for what is no such point, PlaybackRefused (`device_limit`) where the plan allows no more devices, with `free_at`,
    the moment at which a place becomes free by itself, where there is one.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    name: Label
    public_key: Annotated[bytes, Meta(max_length=PUBLIC_KEY_BYTES)]


class RemoveDevice(Command[Done], frozen=True):
    """End a device's licences. What it holds it deletes when it next checks in, or when it expires; so long it holds its place.

    Where it holds no licence its place is free at once. Removing it twice changes nothing. Raises NotFound.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    device_id: DeviceId


class ListDevices(Query[Devices], frozen=True):
    """The actor's own devices that may keep music offline, oldest first, and how many the plan allows."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK


class SaveOffline(Command[OfflineCopy | Preparing], frozen=True):
    """Ask for a copy of a track to keep: rights, plan and device are judged now, never from a cache. Nothing is given as a preview.

    Who is the first to want a copy is told to ask again in some seconds. A device has one licence for each track: saving it again renews
    that, and another rendition takes the place of the one before.

    Raises NotFound where there is no such track or device, PlaybackRefused with its reason (`not_offered`, `not_on_plan`, `not_ready`,
    `device_limit`, `device_removed`) and the next step otherwise.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    device_id: DeviceId
    track_id: TrackId
    rendition: OfflineRendition = OfflineRendition.LARGE


class CheckIn(Command[CheckedIn], frozen=True):
    """Renew what a device holds, as far as it may still be kept, and hear what may not: the keys of that it deletes at once.

    Raises NotFound for no such device, PlaybackRefused (`device_removed`) where it was removed: it deletes all it holds.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.PLAYBACK

    device_id: DeviceId
    licence_ids: Annotated[tuple[LicenceId, ...], Meta(max_length=LICENCES_PER_COMMAND)] = ()


class GetLicenceKeys(Query[LicenceKeys], frozen=True):
    """The public keys that licences are verified by."""

    permission: ClassVar[Permission] = ANYONE
    scope: ClassVar[Scope | None] = Scope.PLAYBACK


class GetEncryptionOrder(Query[EncryptionOrder], frozen=True):
    """What the holder of an `encrypt` job needs to do it. Raises LeaseLost, Invalid where the job is of another kind."""

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken


class RecordEncryption(Command[Done], frozen=True):
    """Record where the encrypted copy lies, and finish its job: from now on it is given out. Raises LeaseLost, Invalid."""

    permission: ClassVar[Permission] = BACK_OFFICE

    job_id: JobId
    lease: LeaseToken
    key: Annotated[str, Meta(min_length=1, max_length=512)]
    size: Annotated[int, Meta(gt=0, lt=1 << 62)]
    sha256: Sha256


class WrapKeysAnew(Command[bool], frozen=True):
    """Wrap by the newest `OFFLINE_KEY` some of what an older one still wraps; afterwards the older one can go.

    True where more may be left, for another call. Raises Unavailable where a key that is needed is not among the versions.
    """

    permission: ClassVar[Permission] = BACK_OFFICE
