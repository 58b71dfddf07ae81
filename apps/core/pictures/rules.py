"""Rules of uploaded pictures: what is let in, and what their covers are waiting for."""

from __future__ import annotations

import re

from apps.core.contract.errors import Invalid
from apps.core.contract.pictures import ACCEPTED, MOST_PICTURE_BYTES, too_large

BEGINNINGS = {
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}


def content_type_of(content: bytes) -> str:
    """By its first bytes alone: whether the rest is a picture is found out where ffmpeg is confined. Raises `TooLarge` and `Invalid`."""
    if len(content) > MOST_PICTURE_BYTES:
        raise too_large()
    for content_type, beginning in BEGINNINGS.items():
        if beginning.match(content):
            return content_type
    raise Invalid("This is no %(kinds)s picture.", "Choose a file that is one; save others as %(kinds)s first.", kinds=ACCEPTED)
