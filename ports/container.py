"""The container: hands out the chosen implementation of each port, built when first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import RLock
from typing import Any, TypeVar, cast

import svcs
from typing_extensions import TypeForm

from ports.environment import Environment
from ports.interface import Implementation
from ports.registry import PORTS, Port
from ports.secrets.interface import Secrets

Interface = TypeVar("Interface")


class Container:
    """One per app and process. Nothing else chooses implementations."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """Check every choice against the table; raises `BootError` for one that is not in it."""
        plain = Environment(values)
        plain.name  # noqa: B018 - read for its check: an unknown CELESTA_ENV must stop the boot
        self._registry = svcs.Registry()
        self._container = svcs.Container(self._registry)
        self._built: dict[Any, Any] = {}
        # Of threads that ask for a port at once, one builds it: two token stores in memory would know different tokens.
        self._building = RLock()
        for port in PORTS:
            port.chosen(plain)
            self._registry.register_factory(port.interface, self._factory(port))
        secrets = cast(Secrets, next(port for port in PORTS if port.interface is Secrets).build(plain))
        self.environment = plain.with_secrets(secrets)
        self.put(Secrets, secrets)

    def _factory(self, port: Port):  # noqa: ANN202 - svcs reads the annotation as the service's type
        return lambda: port.build(self.environment)

    def get(self, interface: TypeForm[Interface]) -> Interface:
        """The one instance of that interface; raises `BootError` where its configuration is incomplete."""
        if interface not in self._built:
            with self._building:
                self._built.setdefault(interface, self._container.get(interface))
        return self._built[interface]

    def put(self, interface: TypeForm[Interface], value: Interface) -> None:
        """Use this instance for the interface from now on (what is built elsewhere, and tests)."""
        with self._building:
            self._built[interface] = value

    def require(self, interfaces: Iterable[TypeForm[Implementation]]) -> None:
        """Build these now, so that an incomplete choice stops the boot and not the first request."""
        for interface in interfaces:
            self.get(interface)

    def uses(self, interface: TypeForm[Implementation]) -> bool:
        """Whether this process has asked for it so far."""
        return interface in self._built
