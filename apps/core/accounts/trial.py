"""Trying a password, before the transaction begins: hashing takes a while, and on SQLite nobody else could write meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from apps.core.accounts.models import AccountRow
from apps.core.accounts.passwords import Passwords
from apps.core.database import FOR_CHANGE, reader


@dataclass(frozen=True)
class Trial:
    """A password tried against what was stored at that moment."""

    whose: ColumnElement[bool]
    stored: str | None
    right: bool

    def account(self, session: Session) -> AccountRow | None:
        """The account, locked, where the password was right and has not been changed since."""
        row = session.scalar(select(AccountRow).where(self.whose).with_for_update(**FOR_CHANGE))
        return row if self.right and row is not None and row.password_hash == self.stored else None


def try_password(whose: ColumnElement[bool], password: str, passwords: Passwords) -> Trial:
    with reader() as connection:
        stored = connection.scalar(select(AccountRow.password_hash).where(whose))
    return Trial(whose, stored, passwords.matches(stored, password))
