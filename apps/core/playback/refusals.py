"""Why something cannot be heard, told the same way whether it is streamed or kept."""

from __future__ import annotations

from typing import Any

from apps.core.contract.errors import PlaybackRefused


def refuse_what_cannot_be_heard(found: Any) -> None:
    """`found` is what `PLAYABLE` found; raises `PlaybackRefused`."""
    if not found.visible:
        raise PlaybackRefused(
            f"“{found.title}” is not offered in your country at the moment.", "Try another release.", {"reason": "not_offered"}
        )
    if found.content_hash is None and found.refusal:
        why = f"The audio of “{found.title}” could not be prepared. {found.refusal}"
        raise PlaybackRefused(why, "Play something else; it has to be delivered again.", {"reason": "not_ready"})
    if found.content_hash is None:
        why = f"The audio of “{found.title}” is still being prepared."
        raise PlaybackRefused(why, "Try again in a few minutes.", {"reason": "not_ready"})


def not_on_plan(title: str) -> PlaybackRefused:
    return PlaybackRefused(f"Your plan does not include “{title}”.", "Choose a plan that does.", {"reason": "not_on_plan"})
