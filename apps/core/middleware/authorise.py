"""Default deny: an Action passes only where its own permission allows this actor, by what Core itself knows of the account."""

from __future__ import annotations

from typing import Any

from apps.core.accounts.standing import Standings
from apps.core.bus import Dispatch, Following
from apps.core.contract.actions import Actor, permit


def authorise(dispatch: Dispatch, following: Following) -> Any:
    if dispatch.actor.account_id is not None:
        standings = dispatch.container.get(Standings)
        dispatch.actor = standings.confirm(dispatch.actor, at_once=dispatch.is_command)
    permit(dispatch.kind, dispatch.actor)
    dispatch.provided[Actor] = dispatch.actor
    return following(dispatch)
