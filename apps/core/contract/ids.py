"""Ids: UUIDv7, 22 base62 characters outside and 16 bytes in the database. Both forms sort by the time they were made."""

from __future__ import annotations

import secrets
import time
from functools import lru_cache
from typing import Annotated
from uuid import UUID

from msgspec import Meta

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH = 22
BYTES = 16
PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)
VALUES = {pair: value for value, pair in enumerate(PAIRS)}
PAIR_BASE = len(PAIRS)
FIVE_PAIRS = PAIR_BASE**5

FORM = r"[0-7][0-9A-Za-z]{21}"
"""As a regular expression, for addresses that carry an id."""
Id = Annotated[str, Meta(pattern=rf"^{FORM}(?!\n)$")]
"""`$` alone would let a line end follow, here and in every other pattern."""

AccountId = Id
ArtistId = Id
ContractId = Id
CorrectionId = Id
DeliveredFileId = Id
DeliveredReleaseId = Id
DeliveryId = Id
DeviceId = Id
FolderId = Id
JobId = Id
LabelId = Id
LicenceId = Id
MergeId = Id
OAuthClientId = Id
PlaybackSessionId = Id
PaymentId = Id
PlayId = Id
PlaylistEntryId = Id
PlaylistId = Id
PlaylistInvitationId = Id
RecordingId = Id
ReleaseId = Id
SeriesId = Id
ShelfId = Id
StationId = Id
SubscriptionId = Id
TrackId = Id

ChartCode = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,39}(?!\n)$")]
"""What a chart is known by: whoever runs the service chooses it."""

LeaseToken = Annotated[str, Meta(min_length=22, max_length=22)]
"""What the holder of a job shows."""


def new_id() -> str:
    return id_from_bytes(new_bytes())


def new_bytes() -> bytes:
    """A new UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = (milliseconds << 80) | (0x7 << 76) | ((random >> 62) << 64) | (0b10 << 62) | (random & ((1 << 62) - 1))
    return value.to_bytes(BYTES)


@lru_cache(maxsize=16_384)  # what is asked for most comes again and again, and a list of fifty converts fifty
def id_from_bytes(raw: bytes) -> str:
    rest, last = divmod(int.from_bytes(raw), FIVE_PAIRS)
    first, middle = divmod(rest, FIVE_PAIRS)
    return PAIRS[first] + _ten_characters(middle) + _ten_characters(last)


def _ten_characters(value: int) -> str:
    """Pair by pair and without a loop: lists convert hundreds of ids."""
    value, fifth = divmod(value, PAIR_BASE)
    value, fourth = divmod(value, PAIR_BASE)
    value, third = divmod(value, PAIR_BASE)
    first, second = divmod(value, PAIR_BASE)
    return PAIRS[first] + PAIRS[second] + PAIRS[third] + PAIRS[fourth] + PAIRS[fifth]


HIGHEST_ID = id_from_bytes(b"\xff" * BYTES)
"""One that looks like an id but lies beyond is of nothing; asking the database for it would refuse what else was asked."""


def read_id(text: str) -> str | None:
    """The id that a text is, as we write it or as the UUID that others know it by; None where it is neither."""
    try:
        return id_from_bytes(id_to_bytes(text) if len(text) == LENGTH else UUID(text).bytes)
    except ValueError:
        return None


@lru_cache(maxsize=16_384)  # a station's candidates are asked about again and again
def id_to_bytes(text: str) -> bytes:
    """Raises `ValueError` for what is not an id."""
    if len(text) != LENGTH:
        raise ValueError(f"an id has {LENGTH} characters")
    value = 0
    try:
        for start in range(0, LENGTH, 2):
            value = value * PAIR_BASE + VALUES[text[start : start + 2]]
        return value.to_bytes(BYTES)
    except (KeyError, OverflowError):
        raise ValueError("not an id") from None
