"""What the fakes of the app stores have in common: native facts in files, and notifications signed by a key of their own."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar, cast
from urllib.parse import quote
from uuid import uuid4

import msgspec

from ports.clock.interface import Clock
from ports.environment import BootError, Environment
from ports.purchases import NoSuchPurchase, NotAuthentic, Notification, Purchase, ShopUnavailable
from ports.registry import another

log = logging.getLogger(__name__)

Facts = TypeVar("Facts")
KEY = "notification-key"


class FakeStore(Generic[Facts]):
    """One JSON file of the store's own facts for each purchase, in a folder below `CELESTA_HOME`; edit one, and that is what is so."""

    fake: ClassVar[bool] = True
    store: ClassVar[str]
    """What the store is called."""
    folder: ClassVar[str]
    native: ClassVar[Any]
    """The type of its facts."""
    translate: ClassVar[Callable[[Any, datetime], Purchase]]
    """Its facts in our language."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        log.warning("%s is a fake: purchases are the files in %s, and no money moves", self.store, folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._clock = clock
        self._key = _first_key(folder / KEY)

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        folder = environment.home / cls.folder
        try:
            return cls(folder, another(Clock, environment))
        except OSError as error:
            raise BootError(f"Purchases cannot be kept in {folder} ({error.strerror}): let this user write to CELESTA_HOME.") from None

    def ping(self) -> None:
        if not os.access(self._folder, os.R_OK | os.W_OK | os.X_OK):
            raise ShopUnavailable(f"{self._folder} cannot be written to: give this user the folder.")

    def purchase(self, reference: str) -> Purchase:
        try:
            facts: Facts = msgspec.json.decode(self._file(reference).read_bytes(), type=self.native)
            return type(self).translate(facts, self._clock.now())
        except OSError:
            raise NoSuchPurchase(f"{self.store} knows no purchase {reference}.") from None
        except (msgspec.DecodeError, ValueError) as error:
            raise ShopUnavailable(f"The facts of the purchase {reference} make no sense ({error}): correct the file.") from error

    def keep(self, reference: str, facts: Facts) -> None:
        """Make this what is so of a purchase."""
        written = self._folder / f".{uuid4().hex}"
        written.write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=2))
        written.replace(self._file(reference))

    def notification(self, kind: str, reference: str | None) -> tuple[bytes, str]:
        """A notification, new with each call, and its proof."""
        body = json.dumps({"id": uuid4().hex, "kind": kind, "reference": reference}).encode()
        return body, self._proof(body)

    def read_notification(self, body: bytes, proof: str) -> Notification:
        if not hmac.compare_digest(self._proof(body).encode(), proof.encode()):
            raise NotAuthentic("This notification carries no proof of ours.")
        told = cast(dict[str, str | None], json.loads(body))
        return Notification(str(told["id"]), str(told["kind"]), told["reference"])

    def _proof(self, body: bytes) -> str:
        return hmac.new(self._key, body, hashlib.sha256).hexdigest()

    def _file(self, reference: str) -> Path:
        return self._folder / f"{quote(reference, safe='')}.json"


def _first_key(path: Path) -> bytes:
    """The key in the file, made by whoever came first."""
    if not path.exists():
        written = path.with_name(f".{uuid4().hex}")
        with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123 - a descriptor
            file.write(secrets.token_hex(32))
        try:
            path.hardlink_to(written)
        except FileExistsError:
            pass  # somebody was faster
        finally:
            written.unlink()
    return path.read_bytes()
