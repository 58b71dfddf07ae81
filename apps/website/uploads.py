"""Room for uploads: only the addresses that take a file read more than other pages do, and only of whoever is logged in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

from apps.core.contract.errors import TooLarge
from apps.website.actor import viewer

V = TypeVar("V", bound=Callable[..., Any])


def takes_file(largest: int, too_large: Callable[[], TooLarge]) -> Callable[[V], V]:
    """Let a view read so many bytes; what is larger is refused in words of its own."""

    def mark(view: V) -> V:
        view.takes_file = largest, too_large  # pyright: ignore[reportFunctionMemberAccess] - what `_make_room` looks for
        return view

    return mark


def set_up_uploads(app: Flask) -> None:
    """Before what reads the form, which is the protection against forged ones."""
    app.before_request(_make_room)


def _make_room() -> None:
    taken = getattr(current_app.view_functions.get(request.endpoint or ""), "takes_file", None)
    if taken is None or viewer() is None:
        return
    largest, too_large = taken
    if (request.content_length or 0) > largest:
        raise too_large()
    request.max_content_length = largest
