"""Asking Core's own ports."""

from __future__ import annotations

from apps.core.bus import handles
from apps.core.contract.health import GetHealth
from ports.health import Checkup, ProcessHealth


@handles(GetHealth)
def get_health(action: GetHealth, checkup: Checkup) -> ProcessHealth:  # noqa: ARG001 - it has nothing to say
    return checkup.report()
