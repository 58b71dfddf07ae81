"""What licences prove of the plays that were heard under them without a connection."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.contract.actions import Actor
from apps.core.contract.ids import HIGHEST_ID
from apps.core.contract.listening import Play
from apps.core.database import FOR_CHANGE
from apps.core.offline.models import DeviceRow, LicenceRow, ProvedStretchRow
from apps.core.offline.rules import was_good

BLEND = timedelta(seconds=1)
"""By so much one play may run into the next on the same device: players round, and fade."""
STRETCH = ProvedStretchRow


@dataclass
class OfflinePlays:
    """An account's licences, and when their devices are known to have played: a device plays one thing at a time."""

    session: Session
    licences: Mapping[str, LicenceRow]
    stretches: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict[str, list[tuple[datetime, datetime]]])
    """By device, in order; no two of one device overlap."""

    def prove(self, play: Play, licence: LicenceRow, now: datetime) -> bool:
        """Whether it held for as long as was played, while the device is not known to have played anything else; now it is."""
        start, end = span_of(play)
        if end > now or not was_good(licence, start, end):
            return False
        end -= BLEND
        if end <= start:
            return True
        known = self.stretches.setdefault(licence.device_id, [])
        at = bisect(known, (start, end))
        if (at > 0 and known[at - 1][1] > start) or (at < len(known) and known[at][0] < end):
            return False
        known.insert(at, (start, end))
        self.session.add(ProvedStretchRow(device_id=licence.device_id, started_at=start, ended_at=end))
        return True


def lock_licences(session: Session, actor: Actor, plays: Sequence[Play]) -> OfflinePlays:
    """The actor's own licences among those named, their devices locked in one order: somebody else's prove nothing."""
    named = [play for play in plays if play.licence_id is not None and play.licence_id <= HIGHEST_ID]
    if not named:
        return OfflinePlays(session, {})
    mine = LicenceRow.account_id == actor.account_id, LicenceRow.id.in_({play.licence_id for play in named})
    licences = {row.id: row for row in session.scalars(select(LicenceRow).where(*mine))}
    return OfflinePlays(session, licences, _stretches(session, {row.device_id for row in licences.values()}, named))


def _stretches(session: Session, devices: Collection[str], plays: Sequence[Play]) -> dict[str, list[tuple[datetime, datetime]]]:
    """What is known of the devices in the time of these plays."""
    lock = select(DeviceRow.id).where(DeviceRow.id.in_(devices)).order_by(DeviceRow.id)
    known = {device_id: list[tuple[datetime, datetime]]() for device_id in session.scalars(lock.with_for_update(**FOR_CHANGE))}
    begins, ends = min(play.started_at for play in plays), max(span_of(play)[1] for play in plays)
    among = STRETCH.device_id.in_(known), STRETCH.ended_at > begins, STRETCH.started_at < ends
    for row in session.execute(select(STRETCH.device_id, STRETCH.started_at, STRETCH.ended_at).where(*among).order_by(STRETCH.started_at)):
        known[row.device_id].append((row.started_at, row.ended_at))
    return known


def span_of(play: Play) -> tuple[datetime, datetime]:
    return play.started_at, play.started_at + timedelta(milliseconds=play.played_ms)
