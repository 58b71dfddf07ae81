"""An account's standing: status, roles and plan, as Core itself knows them."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, select

from apps.core.accounts.models import AccountRoleRow, AccountRow
from apps.core.contract.accounts import AccountStatus
from apps.core.contract.actions import Actor, Role
from apps.core.contract.errors import AccountSuspended, Unauthenticated
from apps.core.database import IdColumn, reader
from apps.core.rights.plans import plan_at
from ports.clock.interface import Clock

TRUSTED_SECONDS = 5.0
"""How long a Query may go by what was read last; a Command always looks again."""
REMEMBERED = 10_000


STANDING = (
    select(AccountRow.status, AccountRow.plan, AccountRow.plan_ends_at, AccountRoleRow.role)
    .outerjoin(AccountRoleRow, AccountRoleRow.account_id == AccountRow.id)
    .where(AccountRow.id == bindparam("account_id", type_=IdColumn()))
)


class Standing(msgspec.Struct, frozen=True):
    status: str
    roles: frozenset[Role]
    plan: str
    plan_ends_at: datetime | None


@dataclass
class Standings:
    """Reads standings and remembers them for a moment, per process; `timer` counts the seconds."""

    clock: Clock
    timer: Callable[[], float] = time.monotonic
    _known: OrderedDict[str, tuple[float, Standing]] = field(default_factory=OrderedDict[str, tuple[float, Standing]])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def confirm(self, actor: Actor, *, at_once: bool) -> Actor:
        """The actor as Core knows them. Raises `Unauthenticated` where the account is gone, `AccountSuspended` where it is closed."""
        assert actor.account_id is not None
        standing = self._of(actor.account_id, at_once=at_once)
        if standing is None:
            raise Unauthenticated("This account no longer exists.", "Log in with another one.")
        if standing.status != AccountStatus.ACTIVE:
            raise AccountSuspended("This account is suspended.", "Write to us and we will look into it.")
        plan = standing.plan if standing.plan_ends_at is None else plan_at(self.clock.now(), standing.plan, standing.plan_ends_at)
        if standing.roles == actor.roles and plan == actor.plan:
            return actor
        return msgspec.structs.replace(actor, roles=standing.roles, plan=plan)

    def _of(self, account_id: str, *, at_once: bool) -> Standing | None:
        now = self.timer()
        known = self._known.get(account_id)
        if known is not None and not at_once and now - known[0] <= TRUSTED_SECONDS:
            return known[1]
        standing = read_standing(account_id)
        with self._lock:
            self._known.pop(account_id, None)
            if standing is not None:
                self._known[account_id] = (now, standing)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return standing


def read_standing(account_id: str) -> Standing | None:
    """One statement, whatever the number of roles."""
    with reader() as connection:
        rows = connection.execute(STANDING, {"account_id": account_id}).all()
    if not rows:
        return None
    roles = frozenset({Role.LISTENER, *(Role(row.role) for row in rows if row.role is not None)})
    return Standing(rows[0].status, roles, rows[0].plan, rows[0].plan_ends_at)
