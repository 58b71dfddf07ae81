"""Room for uploads: only the addresses that take a picture read more than other pages do, and only of whoever is logged in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

from apps.core.contract.pictures import LARGEST_UPLOAD, too_large
from apps.website.actor import viewer

V = TypeVar("V", bound=Callable[..., Any])


def takes_picture(view: V) -> V:
    view.takes_picture = True  # pyright: ignore[reportFunctionMemberAccess] - what `_make_room` looks for
    return view


def set_up_uploads(app: Flask) -> None:
    """Before what reads the form, which is the protection against forged ones."""
    app.before_request(_make_room)


def _make_room() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if not hasattr(view, "takes_picture") or viewer() is None:
        return
    if (request.content_length or 0) > LARGEST_UPLOAD:
        raise too_large()
    request.max_content_length = LARGEST_UPLOAD
