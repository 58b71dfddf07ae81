"""Mail: one message to one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ports.interface import Implementation


class MailUnavailable(Exception):
    """The message was not taken; a later try may succeed."""


@dataclass(frozen=True)
class Message:
    to: str
    """One bare address in ASCII: `ana@example.org`."""
    subject: str
    text: str
    """The plain text, complete by itself."""
    html: str | None = None


class Mail(Implementation, Protocol):
    def send(self, message: Message) -> None:
        """Hand the message over; raises `MailUnavailable` where it was not taken.

        What is not exactly one address, and an address or subject with a line break (it could add headers), raises `ValueError`.
        """
        ...
