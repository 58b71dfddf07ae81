"""Accounts: who people are and what they may do."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import (
    ADMINISTRATOR,
    ANYONE,
    FRONT_END,
    LISTENER,
    OPERATOR,
    Command,
    Done,
    Event,
    Permission,
    Query,
    Role,
    Scope,
)
from apps.core.contract.ids import AccountId
from apps.core.contract.paging import Cursor, Page, PageSize

Email = Annotated[
    str, Meta(min_length=3, max_length=254, pattern=r"^[^\s\x00-\x1f@<>,;]+@[^\s\x00-\x1f@<>,;]+\.[^\s\x00-\x1f@<>,;]+(?!\n)$")
]
Password = Annotated[str, Meta(min_length=10, max_length=200)]
"""NIST SP 800-63B: length is what counts; no composition rules."""
DisplayName = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+(?!\n)$")]


class AccountStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"


class Account(msgspec.Struct, frozen=True):
    """An account as its owner, its front end and staff see it."""

    id: AccountId
    email: str
    name: str
    status: AccountStatus
    roles: frozenset[Role]
    plan: str
    created_at: datetime
    password_set_at: datetime
    """Whatever was issued for an earlier password is good no more."""


class Invitation(msgspec.Struct, frozen=True):
    """A one-time right to choose a password; whoever holds the token becomes who it was made for."""

    token: str
    expires_at: datetime


class OwnData(msgspec.Struct, frozen=True):
    """Where taking all of one's data away begins."""

    account: Account
    taken_at: datetime


class AccountRegistered(Event, frozen=True):
    account_id: AccountId


class AccountSuspensionChanged(Event, frozen=True):
    account_id: AccountId
    suspended: bool


class RegisterAccount(Command[Account], frozen=True):
    """Open a listener's account.

    Raises AccountExists where the e-mail address has one already, Invalid where the password is too easy to guess, TooMany after
    a hundred tries from one network address within fifteen minutes. Emits AccountRegistered.
    """

    permission: ClassVar[Permission] = ANYONE

    email: Email
    name: DisplayName
    password: Password


class LogIn(Command[Account], frozen=True):
    """Check an e-mail address and a password; the front end then opens a web session or issues a token.

    Raises LogInFailed, in the same words and time whether the account exists or not, TooMany after ten failures for one
    address or thirty from one network address within fifteen minutes, AccountSuspended where the password was right.
    """

    permission: ClassVar[Permission] = FRONT_END

    email: Annotated[str, Meta(max_length=254)]
    password: Annotated[str, Meta(max_length=200)]


class GetAccount(Query[Account], frozen=True):
    """The account a web session or a token belongs to, for the front end's user loader.

    Raises NotFound where it is gone, AccountSuspended where it is closed.
    """

    permission: ClassVar[Permission] = FRONT_END

    account_id: AccountId


class GetOwnAccount(Query[Account], frozen=True):
    """The account of whoever asks."""

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.ACCOUNT


class TakeOwnData(Command[OwnData], frozen=True):
    """Begin to take away all that Core shows the actor of theirs; the front end then reads it part by part (`client/own_data.py`).

    Counted, as reading it all is much work: raises TooMany after three times within fifteen minutes.
    """

    permission: ClassVar[Permission] = LISTENER
    scope: ClassVar[Scope | None] = Scope.ACCOUNT


class ChangePassword(Command[Done], frozen=True):
    """Choose another password; front ends let in nobody any more by what was issued for the old one.

    Raises LogInFailed where the present one is wrong, Invalid where the new one is too easy.
    """

    permission: ClassVar[Permission] = LISTENER

    present: Annotated[str, Meta(max_length=200)]
    new: Password


class InviteAdministrator(Command[Invitation], frozen=True):
    """Make a one-time link for an administrator's first log-in; an earlier unused one stops working.

    Raises Conflict where there is an administrator already.
    """

    permission: ClassVar[Permission] = OPERATOR


class AcceptInvitation(Command[Account], frozen=True):
    """Use an invitation: open the account it was made for. Raises NotFound where it is unknown, used or expired,
    Conflict where the e-mail address has an account already, Invalid where the password is too easy to guess.
    Emits AccountRegistered.
    """

    permission: ClassVar[Permission] = ANYONE

    token: Annotated[str, Meta(max_length=100)]
    email: Email
    name: DisplayName
    password: Password


class ListAccounts(Query[Page[Account]], frozen=True):
    """All accounts, newest first; `email` narrows to addresses that begin with it."""

    permission: ClassVar[Permission] = ADMINISTRATOR

    email: Annotated[str, Meta(max_length=254)] = ""
    cursor: Cursor | None = None
    size: PageSize = 50


class ChangeRoles(Command[Account], frozen=True):
    """Give an account exactly these roles; every account is a listener.

    Raises NotFound, and Conflict where it would leave no administrator.
    """

    permission: ClassVar[Permission] = ADMINISTRATOR

    email: Email
    roles: frozenset[Role]


class SuspendAccount(Command[Account], frozen=True):
    """Close an account for now: changes and playback stop at once, reading within five seconds.

    Raises NotFound, and Conflict where it would leave no administrator. Emits AccountSuspensionChanged.
    """

    permission: ClassVar[Permission] = ADMINISTRATOR

    email: Email


class RestoreAccount(Command[Account], frozen=True):
    """Open a suspended account again. Raises NotFound. Emits AccountSuspensionChanged."""

    permission: ClassVar[Permission] = ADMINISTRATOR

    email: Email
