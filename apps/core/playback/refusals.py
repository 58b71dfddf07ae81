"""Why something cannot be heard, told the same way whether it is streamed or kept."""

from __future__ import annotations

from typing import Any

from apps.core.contract.errors import PlaybackRefused


def refuse_what_cannot_be_heard(found: Any) -> None:
    """`found` is what `PLAYABLE` found; raises `PlaybackRefused`."""
    if not found.visible:
        raise PlaybackRefused(
            "“%(title)s” is not offered in your country at the moment.",
            "Try another release.",
            {"reason": "not_offered"},
            title=found.title,
        )
    if found.content_hash is None and found.refusal:
        raise PlaybackRefused(
            "The audio of “%(title)s” could not be prepared. %(why)s", "Play something else; it has to be delivered again.",
            {"reason": "not_ready"}, title=found.title, why=found.refusal,
        )  # fmt: skip
    if found.content_hash is None:
        raise PlaybackRefused(
            "The audio of “%(title)s” is still being prepared.", "Try again in a few minutes.", {"reason": "not_ready"}, title=found.title
        )


def not_on_plan(title: str) -> PlaybackRefused:
    return PlaybackRefused("Your plan does not include “%(title)s”.", "Choose a plan that does.", {"reason": "not_on_plan"}, title=title)
