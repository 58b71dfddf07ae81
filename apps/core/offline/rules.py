"""Rules of licences: how long one lasts, and what it was good for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from apps.core.contract.offline import LICENCE_DAYS
from apps.core.offline.models import LicenceRow

LONGEST = timedelta(days=LICENCE_DAYS)


def subject_of(recording_id: str, rendition: str) -> str:
    """What a copy and its key are bound to."""
    return f"{recording_id}/{rendition}"


def expiry(now: datetime, paid_until: datetime | None, offered_until: datetime) -> datetime:
    """The earliest of the three ends, in whole seconds, as a licence tells it; not after `now` where one is as good as over."""
    ends = [now + LONGEST, offered_until] + ([paid_until] if paid_until is not None else [])
    return min(ends).replace(microsecond=0)


def free_from(ends: Sequence[datetime | None], most: int) -> datetime | None:
    """When fewer than `most` of these places are taken, by time alone; None where that never comes. An end of None is none."""
    sooner = sorted(end for end in ends if end is not None)
    over = len(ends) - most
    return sooner[over] if most > 0 and over < len(sooner) else None


def was_good(licence: LicenceRow, start: datetime, end: datetime) -> bool:
    """Whether it held for all of that time."""
    over = min(licence.expires_at, licence.ended_at or licence.expires_at)
    if not licence.issued_at <= start <= end <= over:
        return False
    if licence.lapsed_at is None or licence.resumed_at is None:
        return True
    return end <= licence.lapsed_at or start >= licence.resumed_at


def renew(licence: LicenceRow, until: datetime, now: datetime) -> None:
    """Let it last until then; what was played since it had expired stays unlicensed."""
    if licence.expires_at <= now:
        if licence.resumed_at is not None:
            licence.issued_at = licence.resumed_at
        licence.lapsed_at, licence.resumed_at = licence.expires_at, now
    licence.expires_at = until


def end(licence: LicenceRow, reason: str, now: datetime) -> None:
    licence.ended_at, licence.reason = min(now, licence.expires_at), reason
