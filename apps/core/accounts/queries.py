"""Reading accounts."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Annotated

from msgspec import Meta
from sqlalchemy import Select, select, tuple_
from sqlalchemy.engine import Connection

from apps.core.accounts.models import AccountRoleRow, AccountRow
from apps.core.accounts.rules import email_key
from apps.core.bus import handles
from apps.core.contract.accounts import Account, AccountStatus, GetAccount, GetOwnAccount, ListAccounts
from apps.core.contract.actions import Actor, Role
from apps.core.contract.errors import AccountSuspended, NotFound
from apps.core.contract.ids import Id
from apps.core.contract.paging import Page, decode_cursor, encode_cursor
from apps.core.database import fetch

KEY = tuple[Annotated[datetime, Meta(tz=True)], Id]
COLUMNS = (AccountRow.id, AccountRow.email, AccountRow.name, AccountRow.status, AccountRow.plan, AccountRow.created_at)


@handles(GetAccount)
def get_account(action: GetAccount, connection: Connection) -> Account:
    account = _one(connection, action.account_id)
    if account.status != AccountStatus.ACTIVE:
        raise AccountSuspended("This account is suspended.", "Write to us and we will look into it.")
    return account


@handles(GetOwnAccount)
def get_own_account(actor: Actor, connection: Connection) -> Account:
    assert actor.account_id is not None
    return _one(connection, actor.account_id)


@handles(ListAccounts)
def list_accounts(action: ListAccounts, connection: Connection) -> Page[Account]:
    wanted = select(*COLUMNS).order_by(AccountRow.created_at.desc(), AccountRow.id.desc()).limit(action.size + 1)
    if action.email:
        wanted = wanted.where(AccountRow.email_key.startswith(email_key(action.email), autoescape=True))
    if action.cursor:
        wanted = wanted.where(tuple_(AccountRow.created_at, AccountRow.id) < decode_cursor(action.cursor, KEY))
    found = _accounts(connection, wanted)
    page = found[: action.size]
    return Page(tuple(page), encode_cursor(page[-1].created_at, page[-1].id) if len(found) > action.size else None)


def _one(connection: Connection, account_id: str) -> Account:
    found = _accounts(connection, select(*COLUMNS).where(AccountRow.id == account_id))
    if not found:
        raise NotFound("There is no such account.", "Log in again.")
    return found[0]


def _accounts(connection: Connection, wanted: Select[str, str, str, str, str, datetime]) -> list[Account]:
    rows = fetch(connection, wanted)
    roles: defaultdict[str, set[Role]] = defaultdict(lambda: {Role.LISTENER})
    stored = select(AccountRoleRow.account_id, AccountRoleRow.role).where(AccountRoleRow.account_id.in_([row.id for row in rows]))
    for row in fetch(connection, stored):
        roles[row.account_id].add(Role(row.role))
    return [
        Account(row.id, row.email, row.name, AccountStatus(row.status), frozenset(roles[row.id]), row.plan, row.created_at) for row in rows
    ]
