"""Texts that front ends show in other languages."""

from __future__ import annotations

import msgspec


class Wording(msgspec.Struct, frozen=True):
    """What is said to people, with its values beside it, for front ends in other languages: `“%(title)s” is not offered here.`."""

    message: str
    next_step: str = ""
    values: dict[str, str] = {}

    def whole(self) -> tuple[str, str]:
        """The message and the next step, whole."""
        return (self.message % self.values, self.next_step % self.values) if self.values else (self.message, self.next_step)


def marked(text: str) -> str:
    """Mark a text for translation, which the front end that shows it does."""
    return text
