"""Reading accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import Select, bindparam, select, tuple_
from sqlalchemy.engine import Connection

from apps.core.accounts.models import AccountRoleRow, AccountRow
from apps.core.accounts.rules import email_key
from apps.core.bus import handles
from apps.core.contract.accounts import Account, AccountStatus, GetAccount, GetOwnAccount, ListAccounts
from apps.core.contract.actions import Actor, Role
from apps.core.contract.errors import AccountSuspended, NotFound
from apps.core.contract.ids import Id
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.database import IdColumn, fetch
from apps.core.rights.plans import plan_at
from ports.clock.interface import Clock

KEY = tuple[Annotated[datetime, Meta(tz=True)], Id]
ROW = AccountRow
COLUMNS = (ROW.id, ROW.email, ROW.name, ROW.status, ROW.plan, ROW.plan_ends_at, ROW.created_at, ROW.password_set_at)

ONE = (
    select(*COLUMNS, AccountRoleRow.role)
    .outerjoin(AccountRoleRow, AccountRoleRow.account_id == AccountRow.id)
    .where(AccountRow.id == bindparam("account_id", type_=IdColumn()))
)


@handles(GetAccount)
def get_account(action: GetAccount, connection: Connection, clock: Clock) -> Account:
    return active_account(connection, action.account_id, clock.now())


def active_account(connection: Connection, account_id: str, now: datetime) -> Account:
    """Raises `NotFound` where it is gone, `AccountSuspended` where it is closed."""
    account = _one(connection, account_id, now)
    if account.status != AccountStatus.ACTIVE:
        raise AccountSuspended("This account is suspended.", "Write to us and we will look into it.")
    return account


@handles(GetOwnAccount)
def get_own_account(actor: Actor, connection: Connection, clock: Clock) -> Account:
    assert actor.account_id is not None
    return _one(connection, actor.account_id, clock.now())


@handles(ListAccounts)
def list_accounts(action: ListAccounts, connection: Connection, clock: Clock) -> Page[Account]:
    wanted = select(*COLUMNS).order_by(AccountRow.created_at.desc(), AccountRow.id.desc()).limit(action.size + 1)
    if action.email:
        wanted = wanted.where(AccountRow.email_key.startswith(email_key(action.email), autoescape=True))
    if action.cursor:
        wanted = wanted.where(tuple_(AccountRow.created_at, AccountRow.id) < decode_cursor(action.cursor, KEY))
    found = _accounts(connection, wanted, clock.now())
    page = found[: action.size]
    return Page(tuple(page), encode_cursor(page[-1].created_at, page[-1].id) if len(found) > action.size else None)


def _one(connection: Connection, account_id: str, now: datetime) -> Account:
    """One statement, whatever the number of roles: front ends ask this on behalf of everybody."""
    rows = fetch(connection, ONE, {"account_id": account_id})
    if not rows:
        raise NotFound("There is no such account.", "Log in again.")
    return _account(rows[0], {row.role for row in rows if row.role is not None}, now)


def _accounts(
    connection: Connection, wanted: Select[str, str, str, str, str, datetime | None, datetime, datetime], now: datetime
) -> list[Account]:
    rows = fetch(connection, wanted)
    roles: defaultdict[str, set[str]] = defaultdict(set)
    stored = select(AccountRoleRow.account_id, AccountRoleRow.role).where(AccountRoleRow.account_id.in_([row.id for row in rows]))
    for row in fetch(connection, stored):
        roles[row.account_id].add(row.role)
    return [_account(row, roles[row.id], now) for row in rows]


def _account(row: Any, roles: Iterable[str], now: datetime) -> Account:
    every = frozenset({Role.LISTENER, *map(Role, roles)})
    plan = plan_at(now, row.plan, row.plan_ends_at)
    return Account(row.id, row.email, row.name, AccountStatus(row.status), every, plan, row.created_at, row.password_set_at)
