"""Keyset pages: the cursor names the last row seen, so a page costs the same however deep it lies."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import Meta

from apps.core.contract.errors import Invalid

T = TypeVar("T")
K = TypeVar("K")

PageSize = Annotated[int, Meta(ge=1, le=100)]
Cursor = Annotated[str, Meta(max_length=1024)]
"""Opaque: what a page gave as `next`, sent back unchanged."""


class Page(msgspec.Struct, Generic[T], frozen=True):
    items: tuple[T, ...]
    next: Cursor | None = None
    """The cursor of the following page; None on the last."""


def encode_cursor(*key: Any) -> Cursor:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode_cursor(cursor: Cursor, shape: type[K]) -> K:
    """The key behind a cursor, as the tuple type `shape`; raises `Invalid` for what no page gave out."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=shape)
    except (ValueError, msgspec.MsgspecError):
        raise Invalid("The page cursor is not one that this list gave out.", "Start again from the first page.") from None
