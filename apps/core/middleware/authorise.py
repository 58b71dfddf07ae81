"""Default deny: an Action passes only where its own permission allows this actor, by what Core itself knows of the account."""

from __future__ import annotations

from typing import Any

from apps.core.accounts.standing import Standings
from apps.core.bus import Dispatch, Following
from apps.core.contract.actions import Actor
from apps.core.contract.errors import Forbidden, Unauthenticated


def authorise(dispatch: Dispatch, following: Following) -> Any:
    actor = dispatch.actor
    if actor.account_id is not None:
        standings = dispatch.container.get(Standings)
        actor = dispatch.actor = standings.confirm(actor, at_once=dispatch.is_command)
    permission = dispatch.kind.permission
    if not permission.allows(actor):
        if actor.account_id is None:
            raise Unauthenticated("This needs an account.", "Log in, then try again.")
        raise Forbidden(f"This is for: {permission.meaning.lower()}.", "Ask an administrator for the role it needs.")
    _check_scope(dispatch, actor)
    dispatch.provided[Actor] = actor
    return following(dispatch)


def _check_scope(dispatch: Dispatch, actor: Actor) -> None:
    scope = dispatch.kind.scope
    if actor.scopes is not None and (scope is None or scope not in actor.scopes):
        needed = f"the scope {scope}" if scope else "a log-in on the website"
        raise Forbidden(f"This app may not do that: it needs {needed}.", "Connect the app again and allow it.")
