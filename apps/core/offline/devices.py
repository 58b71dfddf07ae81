"""A device, locked, and what its account may use now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRow
from apps.core.contract.actions import Actor
from apps.core.contract.errors import NotFound, PlaybackRefused
from apps.core.database import FOR_CHANGE
from apps.core.offline.models import DeviceRow, LicenceRow
from apps.core.offline.rules import LONGEST, free_from
from apps.core.rights.plans import FIRST_PLAN, Entitlement, Plans, plan_at

DEVICE_REMOVED = "device_removed"
"""Why the licences of a removed device ended."""


@dataclass(frozen=True)
class Holder:
    """A device and its account's plan, read in this transaction."""

    device: DeviceRow
    plan: str
    entitlement: Entitlement
    paid_until: datetime | None
    """The end of the plan; None where it has none."""
    has_place: bool
    """Whether it is among the devices that the plan allows: those that were registered first."""


def holder_of(session: Session, device_id: str, actor: Actor, plans: Plans, now: datetime) -> Holder:
    """Raises `NotFound` where it is not the actor's, `PlaybackRefused` where it was removed."""
    device = own_device(session, device_id, actor)
    if device.removed_at is not None:
        why = f"“{device.name}” was removed from your account, and what it kept with it."
        raise PlaybackRefused(why, "Register it again, then save the music again.", {"reason": DEVICE_REMOVED})
    account = AccountRow.id == device.account_id
    stored, ends_at = session.execute(select(AccountRow.plan, AccountRow.plan_ends_at).where(account)).one()
    plan = plan_at(now, stored, ends_at)
    entitlement = plans.entitlement(plan, device.account_id)
    before = active_devices(session, device.account_id, DeviceRow.id < device.id)
    return Holder(device, plan, entitlement, None if plan == FIRST_PLAN else ends_at, before < entitlement.devices)


def own_device(session: Session, device_id: str, actor: Actor) -> DeviceRow:
    """Locked: who saves, checks in, or removes it meanwhile waits. Raises `NotFound`."""
    device = session.get(DeviceRow, device_id, with_for_update=FOR_CHANGE)
    if device is None or device.account_id != actor.account_id:
        raise NotFound("There is no such device on this account.", "Register it first.")
    return device


def active_devices(session: Session, account_id: str, *which: object) -> int:
    """How many of an account's are not removed."""
    mine = DeviceRow.account_id == account_id, DeviceRow.removed_at.is_(None), *which
    return session.scalar(select(func.count()).select_from(DeviceRow).where(*mine)) or 0  # pyright: ignore[reportArgumentType]


def places_of(account_id: str | None, now: datetime) -> Select[str, str, bytes, datetime | None, datetime]:
    """Devices that hold a place, oldest first: their ids, names and keys, when they were removed, and until when they hold it then.

    A removed one learns of it only when it connects, and can play until its licences expire. One statement, so that a device
    that is removed meanwhile is met as it was or as it is.
    """
    row, licence = DeviceRow, LicenceRow
    usable = and_(licence.device_id == row.id, licence.reason == DEVICE_REMOVED, licence.expires_at > now)
    holds = or_(row.removed_at.is_(None), and_(row.removed_at > now - LONGEST, licence.id.is_not(None)))
    columns = row.id, row.name, row.public_key, row.removed_at, func.max(licence.expires_at)
    wanted = select(*columns).outerjoin(licence, usable).where(row.account_id == account_id, holds)
    return wanted.group_by(row.id).order_by(row.id)


def refuse_beyond(session: Session, account_id: str, public_key: bytes, most: int, now: datetime) -> None:
    """Raises `PlaybackRefused` where others take every place. A device that comes back with its key takes its own."""
    ends: dict[bytes, datetime | None] = {}
    for _, _, key, removed_at, until in session.execute(places_of(account_id, now)):
        if key != public_key:
            known = ends.get(key, until)
            ends[key] = None if removed_at is None or known is None else max(known, until)
    if len(ends) >= most:
        raise too_many_devices(most, free_from([*ends.values()], most))


def too_many_devices(most: int, free_at: datetime | None = None) -> PlaybackRefused:
    kept = "no device" if most == 0 else "one device" if most == 1 else f"{most} devices"
    allows = f"Your plan lets {kept} keep music offline"
    if free_at is None:
        step = "Remove one that you no longer use, or choose a plan with more. A place is free once what was kept there has expired."
        return PlaybackRefused(f"{allows}, and there are others already.", step, {"reason": "device_limit"})
    day = f"{free_at.day} {free_at:%B}"
    why = f"{allows}, and one that was removed can still play what it kept: its place is free on {day}."
    return PlaybackRefused(why, "Try again then, or choose a plan with more.", {"reason": "device_limit", "free_at": free_at.isoformat()})
