"""Mail as files in a folder, sent to nobody: for trying out what would be sent."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import ClassVar, Self
from uuid import uuid4

from ports.environment import BootError, Environment
from ports.mail.composing import compose, sender
from ports.mail.interface import Mail, MailUnavailable, Message

log = logging.getLogger(__name__)


class OutboxMail(Mail):
    """Writes `outbox/<time>-<id>.eml` below `CELESTA_HOME`, readable by us alone, since messages hold links that open accounts."""

    fake: ClassVar[bool] = True

    def __init__(self, folder: Path, sender: str) -> None:
        log.warning("mail is a fake: messages are written to %s and sent to nobody", folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._sender = sender

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        folder = environment.home / "outbox"
        try:
            return cls(folder, sender(environment, "celesta@localhost"))
        except OSError as error:
            raise BootError(f"Mail cannot be written to {folder} ({error.strerror}): let this user write to CELESTA_HOME.") from None

    def ping(self) -> None:
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise MailUnavailable(f"{self._folder} cannot be written to: give this user the folder.")

    def send(self, message: Message) -> None:
        composed = compose(message, self._sender)
        name = f"{time.time_ns()}-{uuid4().hex}"
        written = self._folder / f".{name}"
        try:
            with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - a descriptor
                file.write(bytes(composed))
            written.replace(self._folder / f"{name}.eml")
        except OSError as error:
            written.unlink(missing_ok=True)
            raise MailUnavailable(f"The message could not be written to {self._folder}: {error.strerror}.") from error
