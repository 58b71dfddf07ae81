"""Rules of the catalogue: how names are compared, and what kind of release a number of tracks makes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

from apps.core.contract.catalogue import ReleaseType

VARIOUS_ARTISTS = "Various Artists"
MANY = frozenset({"various artists", "various", "va", "v.a.", "diverse", "varios artistas", "various artist"})
SINGLE_TRACKS, EP_TRACKS = 3, 6
ACCENTS = 200
"""The combining class (Unicode) from which marks are accents; lower ones (kana voicing, Thai tones, virama) make other letters."""
LONGEST_KEY = 100
LONG_TRACK_MS = 10 * 60 * 1000
EP_MS = 30 * 60 * 1000

VOLUME = re.compile(r"^(?P<series>.+?)[\s,:-]*(?:\bvol(?:ume)?\.?|#)\s*(?P<volume>[0-9]{1,4})$", re.IGNORECASE)


def name_key(name: str) -> str:
    """Folds case, accents, width and spaces, so that `Björk`, `BJÖRK` and `Bjork` are one artist.

    What is longer than an index and a cursor can hold is cut, and told apart by its hash.
    """
    key = " ".join(_folded(name).split()) or name
    return key if len(key) <= LONGEST_KEY else f"{key[:LONGEST_KEY]} {hashlib.sha256(key.encode()).hexdigest()[:16]}"


@lru_cache(4_096)
def genre_slug(name: str) -> str:
    """What a genre goes by in addresses, and what is compared of it: its letters and digits, folded, whatever stands between them.

    A slug is its own slug.
    """
    composed = unicodedata.normalize("NFC", _folded(name))
    words = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in composed).split()
    slug = "-".join(words)[:LONGEST_KEY].strip("-")
    return slug or hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _folded(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in decomposed if unicodedata.combining(letter) < ACCENTS).casefold()


def release_type(track_artists: set[str], durations: list[int], *, compilation: bool, various: bool) -> ReleaseType:
    """Apple's and Spotify's common rule: to three short tracks a single, to six within half an hour an EP, else an album."""
    if compilation or (various and len(track_artists) > 1):
        return ReleaseType.COMPILATION
    if len(durations) <= SINGLE_TRACKS and all(duration < LONG_TRACK_MS for duration in durations):
        return ReleaseType.SINGLE
    if len(durations) <= EP_TRACKS and sum(durations) < EP_MS:
        return ReleaseType.EP
    return ReleaseType.ALBUM


def series_of(title: str) -> tuple[str, int] | None:
    """`Winter Songs, Vol. 3` is volume 3 of the series `Winter Songs`."""
    found = VOLUME.match(title.strip())
    return (found["series"].strip(), int(found["volume"])) if found else None


def is_various(artist: str) -> bool:
    return name_key(artist) in MANY
