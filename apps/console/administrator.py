"""The first administrator's way in."""

from __future__ import annotations

import os

from apps.console.core import operator
from apps.console.embedded import embedded_environment
from apps.core.contract.accounts import InviteAdministrator
from apps.core.contract.errors import Conflict
from ports.container import Container


def invitation_link(address: str) -> str | None:
    """A one-time link, below the website's `address`, whose reader becomes the administrator; None where there is one already."""
    try:
        invitation = operator(Container(embedded_environment(os.environ))).send(InviteAdministrator())
    except Conflict:
        return None
    return f"{address.rstrip('/')}/welcome/{invitation.token}"
