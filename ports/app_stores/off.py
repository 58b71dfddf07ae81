"""What an app store answers that is not switched on."""

from __future__ import annotations

from typing import ClassVar, NoReturn, Self

from ports.environment import Environment
from ports.purchases import NotConfigured, ShopRefused


class OffStore:
    """Sells nothing and believes nothing; each store says its name and its variable."""

    fake: ClassVar[bool] = False
    store: ClassVar[str]
    variable: ClassVar[str]

    @classmethod
    def from_env(cls, environment: Environment) -> Self:  # noqa: ARG003 - it needs no setting
        return cls()

    def ping(self) -> None:
        """There is no service behind it."""

    def purchase(self, reference: str) -> NoReturn:
        raise ShopRefused(f"Purchases at {self.store} are not switched on: set {self.variable} to switch them on.")

    def read_notification(self, body: bytes, proof: str) -> NoReturn:
        raise NotConfigured(f"Nothing that {self.store} says is believed, as it is not switched on: set {self.variable} to switch it on.")
