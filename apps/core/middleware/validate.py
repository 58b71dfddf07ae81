"""Nothing unchecked reaches a handler: the payload is decoded by its type, here and only here."""

from __future__ import annotations

from typing import Any

from apps.core.bus import Dispatch, Following
from apps.core.contract.codec import MAXIMUM_BYTES, decode_action
from apps.core.contract.errors import TooLarge


def validate(dispatch: Dispatch, following: Following) -> Any:
    if len(dispatch.payload) > MAXIMUM_BYTES:
        raise TooLarge(
            "%(action)s is larger than %(most)s bytes.", "Send it in smaller parts.", action=dispatch.kind.__name__, most=MAXIMUM_BYTES
        )
    dispatch.action = decode_action(dispatch.kind, dispatch.payload)
    return following(dispatch)
