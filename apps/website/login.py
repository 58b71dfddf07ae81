"""Who is logged in: Flask-Login, with Core as the only one who knows accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import msgspec
from flask import Flask, current_app, g, session
from flask_login import LoginManager, UserMixin, login_user
from flask_wtf.csrf import generate_csrf

from apps.core.client.people import People
from apps.core.contract.accounts import Account
from apps.core.contract.actions import Actor
from apps.core.contract.errors import AccountSuspended, NotFound
from apps.website.session import WebSession, WebSessionInterface

NEWCOMER = "newcomer"


class User(UserMixin):
    """An account as Core told it at most five seconds ago."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        return self.account.id

    def acting(self, actor: Actor) -> Actor:
        """The actor with this account, its roles and its plan."""
        account = self.account
        return msgspec.structs.replace(actor, account_id=account.id, roles=account.roles, plan=account.plan)


class Accounts:
    """The user loader: whom a web session belongs to."""

    def __init__(self, people: People, stranger: Callable[[], Actor]) -> None:
        self._people = people
        self._stranger = stranger

    def load(self, account_id: str) -> User | None:
        """Ends the session of an account that is gone or suspended; raises `AccountSuspended` so that its owner hears why."""
        try:
            return User(self._people.account(account_id, self._stranger()))
        except NotFound:
            session.clear()
            return None
        except AccountSuspended:
            session.clear()
            raise

    def keep(self, account: Account) -> User:
        self._people.keep(account)
        return User(account)

    def forget(self, account_id: str) -> None:
        self._people.forget(account_id)


def set_up_login(app: Flask, accounts: Accounts) -> None:
    manager = LoginManager()
    # An address that changes does not end a session: phones move from network to network.
    app.config["SESSION_PROTECTION"] = None
    manager.user_loader(accounts.load)
    app.extensions["accounts"] = accounts
    # Not init_app: its after_request hook looks into the session on every request, for a remember-me cookie that we do not have.
    cast(Any, app).login_manager = manager


def log_in(account: Account) -> None:
    """Log this browser in, under a new session id."""
    cast(WebSession, cast(Any, session)._get_current_object()).replace()  # noqa: SLF001 - the way past Flask's proxy
    login_user(cast(Accounts, current_app.extensions["accounts"]).keep(account))
    g.pop("csrf_token", None)
    generate_csrf()


def await_newcomer() -> None:
    """The first page that looks is told that an account was created just now."""
    session[NEWCOMER] = True


def is_newcomer() -> bool:
    """Once. What is taken out of a session that has it not would have it written all the same."""
    return NEWCOMER in session and session.pop(NEWCOMER)


def log_out() -> None:
    """Forget this browser and end its session."""
    session.clear()
    for name in ("_login_user", "actor", "csrf_token"):
        g.pop(name, None)


def log_out_everywhere(account_id: str) -> None:
    """End the account's sessions on every device, this one too."""
    cast(WebSessionInterface, current_app.session_interface).end_all(account_id)
    log_out()
