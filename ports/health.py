"""Whether what stands behind the ports answers: all are asked at once, and waited for a few seconds at most."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Thread

import msgspec

from ports.container import Container
from ports.registry import PORTS, Port
from ports.secrets.interface import StoredSecret

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds."""


class PortHealth(msgspec.Struct, frozen=True):
    name: str
    variable: str
    chosen: str
    fake: bool
    """Whether nothing real stands behind it."""
    trouble: str | None
    """What failed, why, and what to do; None where it answers. Never holds a secret."""


class ProcessHealth(msgspec.Struct, frozen=True):
    """Of one process: the ports that it uses, and the secrets that it has read."""

    ports: tuple[PortHealth, ...]
    secrets: tuple[StoredSecret, ...]


@dataclass(frozen=True)
class Checkup:
    """Asks what this process uses: what others use may not be set up here."""

    container: Container

    def report(self) -> ProcessHealth:
        used = [port for port in PORTS if self.container.uses(port.interface)]
        return ProcessHealth(check_ports(self.container, used), self.container.environment.secrets_in_use())


def check_ports(container: Container, ports: Sequence[Port] = PORTS, patience: float = PATIENCE) -> tuple[PortHealth, ...]:
    """Each port's health, after as many seconds as the slowest takes, and never more than `patience`."""
    silence = f"It did not answer within {patience:g} s: see that it runs, and that nothing on the way holds us up"
    troubles: dict[str, str | None] = {port.name: f"{silence} ({port.variable} chooses it)." for port in ports}

    def ask(port: Port) -> None:
        troubles[port.name] = _trouble(container, port)

    # Daemons, because one that hangs must not keep the process from ending.
    asking = [Thread(target=ask, args=(port,), daemon=True) for port in ports]
    for thread in asking:
        thread.start()
    deadline = time.monotonic() + patience
    for thread in asking:
        thread.join(max(0.0, deadline - time.monotonic()))
    environment = container.environment
    return tuple(
        PortHealth(port.name, port.variable, port.chosen(environment), port.implementation(environment).fake, troubles[port.name])
        for port in ports
    )


def _trouble(container: Container, port: Port) -> str | None:
    try:
        container.get(port.interface).ping()
    except Exception as error:  # noqa: BLE001 - a health check reports whatever went wrong
        # What a port raises is written to be read; what others raise may hold anything.
        if type(error).__module__.startswith("ports.") or isinstance(error, OSError):
            return str(error) or type(error).__name__
        log.warning("%s failed with %s, which its port does not know of", port.name, type(error).__name__)
        return f"It failed with {type(error).__name__}, which is not foreseen: check the settings and secrets of {port.variable}."
    return None
