"""The container: hands out the chosen implementation of each port, built when first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar, cast

import svcs
from typing_extensions import TypeForm

from ports.environment import BootError, Environment
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
        self._ports = {port.interface: port for port in PORTS}
        for port in PORTS:
            port.chosen(plain)
            self._registry.register_factory(port.interface, self._factory(port))
        secrets = cast(Secrets, self._ports[Secrets].build(plain))
        self.environment = plain.with_secrets(secrets)
        self._registry.register_value(Secrets, secrets)

    def _factory(self, port: Port):  # noqa: ANN202 - svcs reads the annotation as the service's type
        return lambda: port.build(self.environment)

    def get(self, interface: TypeForm[Interface]) -> Interface:
        """The one instance of that interface; raises `BootError` where its configuration is incomplete."""
        return self._container.get(interface)

    def put(self, interface: TypeForm[Interface], value: Interface) -> None:
        """Use this instance for the interface from now on (tests, and what is built elsewhere)."""
        self._registry.register_value(interface, value)
        self._container.register_local_value(interface, value)

    def require(self, interfaces: Iterable[TypeForm[Implementation]]) -> None:
        """Build these now, so that an incomplete choice stops the boot and not the first request."""
        for interface in interfaces:
            self.get(interface)

    def health(self, port: Port) -> str:
        """`ok`, or why the port's service does not answer."""
        try:
            self.get(port.interface).ping()
        except (BootError, Exception) as error:  # noqa: BLE001 - a health check reports whatever went wrong
            return str(error) or type(error).__name__
        return "ok"
