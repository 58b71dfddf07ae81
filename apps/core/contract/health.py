"""Health: whether what stands behind the ports of Core's process answers."""

from __future__ import annotations

from typing import ClassVar

from apps.core.contract.actions import STAFF, Permission, Query
from ports.health import ProcessHealth


class GetHealth(Query[ProcessHealth], frozen=True):
    """The ports that Core uses, whether each answers or what to do, and what may be told of the secrets that it has read.

    It asks the services at this moment, all at once, and takes as long as the slowest of them: at most five seconds. No value of
    a secret is in it.
    """

    permission: ClassVar[Permission] = STAFF
