"""How a stored object is sent to whoever holds a link to it: the same by our own media server and by nginx."""

from __future__ import annotations

from ports.storage.keys import PUBLIC

CONTENT_TYPES = {
    "flac": "audio/flac",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "mp4": "audio/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "png": "image/png",
    "webp": "image/webp",
}
"""By the key's extension."""
BYTES = "application/octet-stream"
"""Whatever else is stored is sent as bytes that no browser shows."""
HEADERS = {
    # Objects never change, and who has seen one may keep it: its link's end is no reason to fetch it again.
    "Cache-Control": "private, immutable, max-age=3600",
    "X-Content-Type-Options": "nosniff",
    # The link is what lets one in, and no cookie: a player on another host may read what it opens.
    "Access-Control-Allow-Origin": "*",
}

PUBLIC_HEADERS = {**HEADERS, "Cache-Control": "public, immutable, max-age=31536000"}
"""Of what everybody may read: anything on the way may keep it, too."""


def headers_of(key: str) -> dict[str, str]:
    return PUBLIC_HEADERS if key.startswith(PUBLIC) else HEADERS


def content_type(key: str) -> str:
    _, dot, extension = key.rpartition(".")
    return CONTENT_TYPES.get(extension.lower(), BYTES) if dot else BYTES
