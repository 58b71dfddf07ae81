"""A device, locked, and what its account may use now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRow
from apps.core.contract.actions import Actor
from apps.core.contract.errors import NotFound, PlaybackRefused
from apps.core.database import FOR_CHANGE
from apps.core.offline.models import DeviceRow
from apps.core.rights.plans import FIRST_PLAN, Entitlement, Plans, plan_at


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
        raise PlaybackRefused(why, "Register it again, then save the music again.", {"reason": "device_removed"})
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


def too_many_devices(most: int) -> PlaybackRefused:
    kept = "no device" if most == 0 else "one device" if most == 1 else f"{most} devices"
    why = f"Your plan lets {kept} keep music offline, and there are others already."
    return PlaybackRefused(why, "Remove one that you no longer use, or choose a plan with more.", {"reason": "device_limit"})
