"""Lyrics: inside a file in each format's way, or beside it in a file of the same name that ends in `.lrc`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mutagen.id3 import ID3, SYLT, USLT  # pyright: ignore[reportPrivateImportUsage] - mutagen lists no public names

from apps.console.folder.cleaning import clean
from apps.core.contract.intake import LONGEST_LYRICS

PLAIN = ("lyrics", "unsyncedlyrics", "unsynced lyrics", "©lyr", "txxx:lyrics", "----:com.apple.itunes:lyrics")
TIMED = ("syncedlyrics", "txxx:syncedlyrics", "----:com.apple.itunes:syncedlyrics")
IN_MILLISECONDS = 2
"""How SYLT counts where it does not count frames of sound."""
MOST_BYTES = 1 << 20
"""Of a file of lyrics that are read at all."""


def lyrics_inside(tags: Any, comments: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """What the file says plainly, and what it says with times, as LRC: empty where it says nothing."""
    frames: Sequence[Any] = tags.values() if isinstance(tags, ID3) else ()
    plain = [*(str(frame) for frame in frames if isinstance(frame, USLT)), *_first(comments, PLAIN)]
    timed = [*(_as_lrc(frame) for frame in frames if isinstance(frame, SYLT)), *_first(comments, TIMED)]
    return _lines(next(filter(None, plain), "")), _lines(next(filter(None, timed), ""))


def lyrics_beside(path: Path) -> str:
    """LRC of the same name; empty where there is none, or none that can be read: that is no reason to refuse the music."""
    try:
        descriptor = os.open(path.with_suffix(".lrc"), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            return _lines(_decoded(file.read(MOST_BYTES)))
    except OSError:
        return ""


def _first(comments: Mapping[str, Sequence[str]], keys: Iterable[str]) -> Sequence[str]:
    return ["\n".join(texts) for key in keys if (texts := comments.get(key))]


def _as_lrc(frame: SYLT) -> str:
    if frame.format != IN_MILLISECONDS:  # pyright: ignore[reportAttributeAccessIssue] - set by the frame's specification
        return ""
    timed: Sequence[tuple[str, int]] = frame.text  # pyright: ignore[reportAttributeAccessIssue] - as above
    return "\n".join(f"[{at // 60_000:02}:{at // 1000 % 60:02}.{at % 1000:03}]{clean(text)}" for text, at in timed)


def _decoded(raw: bytes) -> str:
    """UTF-8 or what a mark at the beginning says, or else what Windows wrote."""
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _lines(text: str) -> str:
    """Lines of text that can be stored and shown anywhere, as many as fit whole."""
    lines = [clean(line) for line in text.splitlines()]
    kept = "\n".join(lines).strip()
    return kept if len(kept) <= LONGEST_LYRICS else kept[:LONGEST_LYRICS].rpartition("\n")[0] or kept[:LONGEST_LYRICS]
