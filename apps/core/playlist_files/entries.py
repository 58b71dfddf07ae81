"""What every format tells of an entry, in one shape."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from apps.core.contract.errors import Invalid, TooLarge
from apps.core.contract.ids import FORM, HIGHEST_ID
from apps.core.contract.playlists import MOST_TRACKS

LONGEST_TEXT = 1_000
"""Letters of a name that are kept."""
LONGEST_MS = 7 * 24 * 60 * 60 * 1000
"""What claims to be longer has lost its length."""
ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
OUR_TRACK = re.compile(rf"(?:/tracks/|#track-)({FORM})$")
"""A track's own page, or its place on its release's, which was told before tracks had pages."""
SEEN_AS_SPACES = {"Cc", "Zl", "Zp"}
NOT_TEXT = {"\ufffe", "\uffff"}
"""What XML does not take, besides control characters and halves of pairs."""


class Entry(NamedTuple):
    title: str = ""
    artist: str = ""
    album: str = ""
    isrc: str = ""
    duration_ms: int | None = None
    location: str = ""
    unparted: str = ""
    """The text that title and artist were guessed from; empty where the file tells them apart."""

    @property
    def track_id(self) -> str | None:
        """Of the track whose page here it leads to."""
        found = OUR_TRACK.search(self.location)
        return found[1] if found and found[1] <= HIGHEST_ID else None

    @property
    def text(self) -> str:
        """What a person knows it by."""
        named = " – ".join(part for part in (self.artist, self.title) if part)  # noqa: RUF001 - a dash between names
        return named or self.unparted or self.isrc or self.location


class Playlist(msgspec.Struct, frozen=True):
    title: str
    description: str
    entries: Sequence[Entry]


def one_line(text: str | None) -> str:
    """Without what formats cannot hold or lines would end at."""
    if not text:
        return ""
    if not text.isprintable():
        text = "".join(map(_writable, text))
    return " ".join(text.split())[:LONGEST_TEXT].rstrip()


def _writable(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind in SEEN_AS_SPACES:
        return " "
    return "" if kind == "Cs" or letter in NOT_TEXT else letter


def read_isrc(text: str | None) -> str:
    """The ISRC that a text is or ends in, without the hyphens that people write; nothing where there is none."""
    last = re.split(r"[:/]", (text or "").strip().upper())[-1]
    return found[0] if (found := ISRC.fullmatch(re.sub(r"[-\s]", "", last))) else ""


def read_milliseconds(number: float | None) -> int | None:
    return round(number) if number is not None and 0 < number <= LONGEST_MS else None


def check_number(entries: Sequence[Entry]) -> None:
    if len(entries) > MOST_TRACKS:
        raise TooLarge(
            "The file has more than %(most)s entries, and a playlist has at most as many.",
            "Divide it into several.",
            most=f"{MOST_TRACKS:,}",
        )


def no_playlist(why: str) -> Invalid:
    return Invalid("The file is not a playlist that can be read: %(why)s.", "Choose an M3U, M3U8, XSPF, JSPF or CSV file.", why=why)
