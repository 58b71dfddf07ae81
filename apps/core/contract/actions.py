"""What an Action is, who may send it, and on whose behalf."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, TypeVar

import msgspec
from msgspec import Meta

from apps.core.contract.errors import Forbidden, Unauthenticated
from apps.core.contract.ids import AccountId
from apps.core.contract.words import marked

R = TypeVar("R")

Territory = Annotated[str, Meta(pattern=r"^[A-Z]{2}(?!\n)$")]
"""ISO 3166-1 alpha-2."""
WORLDWIDE = "WW"
"""Every territory, or every one that nothing else names: what deals, owners, contracts and charts may be for, and no listener is in."""


class Service(StrEnum):
    """The front ends of Core; each proves itself at the door with a credential of its own."""

    WEBSITE = "website"
    API = "api"
    TASKS = "tasks"
    CONSOLE = "console"


class Role(StrEnum):
    LISTENER = "listener"
    PARTNER = "partner"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


class Scope(StrEnum):
    """What an app may do with a listener's account; a web session is not limited by scopes."""

    CATALOGUE = "catalogue"
    PLAYBACK = "playback"
    HISTORY = "history"
    LIBRARY = "library"
    ACCOUNT = "account"
    PURCHASES = "purchases"


class Actor(msgspec.Struct, frozen=True):
    """On whose behalf an Action is sent. It travels beside the Action, never inside it."""

    service: Service
    territory: Territory = "GB"
    account_id: AccountId | None = None
    roles: frozenset[Role] = frozenset()
    plan: str = "none"
    scopes: frozenset[Scope] | None = None
    """None where no scope limits the actor (a web session, a service)."""
    client: str | None = None
    """The OAuth client or app acting for the account."""
    address: str = ""
    """The network address the request came from, for limits and the audit trail."""
    request_id: str = ""


class Permission(msgspec.Struct, frozen=True):
    """Who may send an Action; what is not permitted is denied."""

    name: str
    meaning: str
    anonymous: bool = False
    roles: frozenset[Role] = frozenset()
    services: frozenset[Service] = frozenset()
    """Front ends that may send it on their own behalf, with no account."""
    refusal: str = marked("Nobody does this in person.")
    """What whoever else is logged in is told."""

    def allows(self, actor: Actor) -> bool:
        if actor.account_id is None:
            return self.anonymous or actor.service in self.services
        return self.anonymous or not self.roles.isdisjoint(actor.roles)


ANYONE = Permission("anyone", "Everybody, logged in or not", anonymous=True, services=frozenset(Service))
LISTENER = Permission("listener", "Whoever is logged in", roles=frozenset(Role))
STAFF = Permission(
    "staff", "Staff and administrators, and the operators' console",
    roles=frozenset({Role.STAFF, Role.ADMINISTRATOR}), services=frozenset({Service.CONSOLE}), refusal=marked("This is for staff."),
)  # fmt: skip
STAFF_IN_PERSON = Permission(
    "staff in person", "Staff and administrators in person", roles=frozenset({Role.STAFF, Role.ADMINISTRATOR}), refusal=STAFF.refusal
)
"""For what has to have somebody's name on it."""
PARTNER = Permission("partner", "Partners", roles=frozenset({Role.PARTNER}), refusal=marked("This is for partners."))
STATEMENT_READERS = Permission(
    "statement readers", "Partners for what is theirs, staff and administrators, and the operators' console",
    roles=PARTNER.roles | STAFF.roles, services=STAFF.services, refusal=marked("This is for partners and staff."),
)  # fmt: skip
ADMINISTRATOR = Permission(
    "administrator", "Administrators, and the operators' console",
    roles=frozenset({Role.ADMINISTRATOR}), services=frozenset({Service.CONSOLE}), refusal=marked("This is for administrators."),
)  # fmt: skip
OPERATOR = Permission("operator", "The operators' console alone", services=frozenset({Service.CONSOLE}))
BACK_OFFICE = Permission("back office", "Background tasks alone", services=frozenset({Service.TASKS}))
SHOP = Permission("shop", "The API, handing on what a shop has signed", services=frozenset({Service.API}))
FRONT_END = Permission(
    "front end", "A front end on its own behalf, to find out who is asking",
    anonymous=False, services=frozenset({Service.WEBSITE, Service.API, Service.CONSOLE}),
)  # fmt: skip


class Action(msgspec.Struct, Generic[R], frozen=True, forbid_unknown_fields=True):
    """A typed message to Core. Its docstring is its documentation: meaning, errors raised, events emitted."""

    permission: ClassVar[Permission]
    scope: ClassVar[Scope | None] = None
    """The scope an app needs to send it; None keeps apps out, whatever their scopes."""
    hint: ClassVar[str] = marked("Correct the field and send it again.")
    """What to do where it cannot be read."""


class Command(Action[R], Generic[R], frozen=True):
    """Changes something: one Command is one transaction."""

    routine: ClassVar[bool] = False
    """True for what is sent all the time, such as heartbeats: told in the logs at debug level only."""


class Query(Action[R], Generic[R], frozen=True):
    """Reads: its transaction is read-only and rolled back."""


def permit(kind: type[Action[Any]], actor: Actor) -> None:
    """Return where this actor may send such an Action; raises `Unauthenticated` or `Forbidden`. There is no other rule."""
    if not kind.permission.allows(actor):
        if actor.account_id is None:
            raise Unauthenticated("This needs an account.", "Log in, then try again.")
        raise Forbidden(kind.permission.refusal, "Ask an administrator for the role it needs.")
    if actor.scopes is not None and (kind.scope is None or kind.scope not in actor.scopes):
        needed = f"the scope {kind.scope}" if kind.scope else "a log-in on the website"
        raise Forbidden(f"This app may not do that: it needs {needed}.", "Connect the app again and allow it.")


class Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happened, in the past tense; written to the outbox in the transaction that made it true."""


class Done(msgspec.Struct, frozen=True):
    """The result of a Command that has nothing to tell."""
