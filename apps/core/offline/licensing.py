"""Giving, renewing and ending licences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.contract.ids import HIGHEST_ID
from apps.core.contract.offline import Licence, OfflineRendition, RevocationReason
from apps.core.offline.devices import Holder
from apps.core.offline.models import LicenceRow
from apps.core.offline.rules import end, expiry, renew
from apps.core.offline.signing import Signer
from apps.core.offline.statements import RENEWABLE
from apps.core.rights.offers import here_on

ROW = LicenceRow
Terms = Mapping[str, Any]
"""By track: what `RENEWABLE` found."""


def give(session: Session, holder: Holder, track: Mapping[str, str], territory: str, until: datetime, now: datetime) -> LicenceRow:
    """The device's licence to a track, new or renewed; `track` has its ids, content and rendition."""
    device = holder.device
    mine = select(ROW).where(ROW.device_id == device.id, ROW.track_id == track["track_id"], ROW.ended_at.is_(None))
    row = session.scalar(mine)
    if row is None:
        row = LicenceRow(device_id=device.id, account_id=device.account_id, issued_at=now, expires_at=until, **track)
        session.add(row)
    else:
        renew(row, until, now)
        row.content_hash, row.rendition = track["content_hash"], track["rendition"]
    row.territory, row.plan = territory, holder.plan
    session.flush()
    return row


def as_licence(row: LicenceRow, signer: Signer, now: datetime) -> Licence:
    rendition = OfflineRendition(row.rendition)
    return Licence(row.id, row.track_id, row.recording_id, rendition, row.expires_at, signer.sign(row, now))


@dataclass
class Review:
    """What becomes of the licences that a device holds."""

    session: Session
    holder: Holder
    now: datetime
    renewed: list[LicenceRow] = field(default_factory=list[LicenceRow])
    unchanged: list[LicenceRow] = field(default_factory=list[LicenceRow])

    def judge(self, rows: Sequence[LicenceRow], territory: str) -> None:
        """Renew each that may be kept where the device is now, end each that may not, and leave alone what may be where it was issued."""
        if self.holder.has_place:
            terms = self._terms(rows, territory)
            left = [row for row in rows if not self._renew(row, terms.get(row.track_id), territory)]
            self._leave_or_end(left, terms, territory)
        else:
            for row in rows:
                end(row, RevocationReason.DEVICE_LIMIT, self.now)

    def _leave_or_end(self, rows: Sequence[LicenceRow], terms: Terms, territory: str) -> None:
        for other in {row.territory for row in rows} - {territory}:
            away = [row for row in rows if row.territory == other and row.expires_at > self.now]
            there = self._terms(away, other)
            self.unchanged += [row for row in away if self._until(row, there.get(row.track_id)) is not None]
        kept = {row.id for row in self.unchanged}
        for row in rows:
            if row.id not in kept:
                end(row, _why(row, terms.get(row.track_id)), self.now)

    def _renew(self, row: LicenceRow, terms: Any, territory: str) -> bool:
        until = self._until(row, terms)
        if until is None:
            return False
        renew(row, until, self.now)
        row.territory, row.plan = territory, self.holder.plan
        self.renewed.append(row)
        return True

    def _until(self, row: LicenceRow, terms: Any) -> datetime | None:
        """Until when it may be kept under these terms; None where it may not."""
        if terms is None or terms.until is None or terms.content_hash != row.content_hash:
            return None
        until = expiry(self.now, self.holder.paid_until, terms.until)
        return until if until > self.now else None

    def _terms(self, rows: Sequence[LicenceRow], territory: str) -> Terms:
        parameters = {**here_on(self.holder.entitlement, territory, self.now), "track_ids": sorted({row.track_id for row in rows})}
        return {found.id: found for found in self.session.execute(RENEWABLE, parameters)}


def held(session: Session, device_id: str, ids: Iterable[str]) -> dict[str, LicenceRow]:
    """The device's licences among these, by their id; those that have ended too."""
    wanted = select(ROW).where(ROW.device_id == device_id, ROW.id.in_([one for one in ids if one <= HIGHEST_ID]))
    return {row.id: row for row in session.scalars(wanted)}


def _why(row: LicenceRow, terms: Any) -> RevocationReason:
    if terms is None or not terms.keepable:
        return RevocationReason.NOT_OFFERED
    if terms.until is not None and terms.content_hash != row.content_hash:
        return RevocationReason.REPLACED
    return RevocationReason.NOT_ON_PLAN
