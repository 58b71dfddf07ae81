"""How text is compared: what people leave out, write otherwise or cannot type is taken out of names and queries alike."""

# ruff: noqa: RUF001 - letters that look alike are what this is about
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from apps.core.catalogue.rules import ACCENTS

ASCII_SPACES = str.maketrans(
    {chr(code): None if chr(code) in "'`." else " " for code in range(128) if not chr(code).isalnum()} | {"&": " and ", "+": " and "}
)
"""Signs part words, but for those inside of them: AC/DC is two words, M.I.A. and O'Connor are one."""
LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t", "ŋ": "n", "ŀ": "l",
        "ى": "ي", "ة": "ه", "ـ": None, "ё": "е", "ґ": "г", "ς": "σ",
    }
    | {chr(code): chr(code - 0x60) for code in range(0x30A1, 0x30F7)}
)  # fmt: skip
"""Letters of their own that a keyboard elsewhere lacks, and Katakana as Hiragana."""
INSIDE_WORDS = frozenset("'’‘`´ʼʻ.・")
POINTS = re.compile("[\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]")
"""Vowel points of Hebrew and Arabic, which few people type; Unicode gives them no class of accents."""
AMPERSANDS = frozenset("&+＆")
LIKE_LETTERS = str.maketrans("$!@€£|05134", "siaelioslea")
"""Signs and digits that stand for the letter they look like."""
DRESSED = re.compile(r"(?=\S*[$!@€£|05134])\S*[^\W\d_]\S*")
BRACKETS = re.compile(r"[(\[{（【「『]([^()\[\]{}（）【】「」『』]*)[)\]}）】」』]")
GUESTS = re.compile(r"\s+(?:feat\.?|ft\.?|featuring)\s.*$", re.IGNORECASE)
EDITION = re.compile(
    r"\s+-\s+.*\b(?:remaster(?:ed)?|version|edit|mix|remix|live|mono|stereo|single|bonus|radio|acoustic|demo|from|deluxe)\b.*$",
    re.IGNORECASE,
)
PARTING = re.compile(r"\s*[;,/、]\s*|\s+(?:&|\+|x|×|and|with|vs\.?|feat\.?|ft\.?|featuring)\s+", re.IGNORECASE)
ARTICLES = frozenset({"the", "a", "an", "los", "las", "les", "die", "der", "das", "el", "la", "le"})
MOST_PARTS = 4
LONGEST = 200
"""Letters of a name or a query that are looked at: nothing is told apart by more, and comparing takes as long as both are together."""


def fold(text: str) -> str:
    """Words in one spelling, with one space between; text that is nothing but signs stays what it is."""
    if text.isascii():
        return " ".join(text.lower().translate(ASCII_SPACES).split()) or "".join(text.split())
    shaped = unicodedata.normalize("NFKD", text).casefold()
    # What was typed as one letter of another alphabet comes apart only now.
    shaped = POINTS.sub("", unicodedata.normalize("NFKD", shaped))
    kept = "".join(_letters(shaped))
    folded = " ".join(unicodedata.normalize("NFC", kept).translate(LETTERS).split())
    return folded or "".join(shaped.split())


def _letters(shaped: str) -> Iterator[str]:
    for letter in shaped:
        combining = unicodedata.combining(letter)
        if combining:
            if combining < ACCENTS:
                yield letter
        elif letter.isalnum() or unicodedata.category(letter)[0] == "M":
            yield letter
        elif letter in AMPERSANDS:
            yield " and "
        elif letter not in INSIDE_WORDS and unicodedata.category(letter) != "Cf":
            yield " "


def cut(folded: str) -> str:
    return folded[:LONGEST].rstrip()


def without_article(folded: str) -> str:
    first, _, rest = folded.partition(" ")
    return rest if rest and first in ARTICLES else folded


def undressed(text: str) -> str:
    """With letters for the signs that stand for them: P!nk is Pink, Ke$ha Kesha, deadmau5 deadmaus."""
    return DRESSED.sub(lambda found: found[0].translate(LIKE_LETTERS), text.lower())


def bare(title: str) -> str:
    """Without what is added to a title: guests, versions, translations."""
    return GUESTS.sub("", EDITION.sub("", BRACKETS.sub(" ", title)))


def title_spellings(title: str) -> list[str]:
    """The folded ways to write a title, the whole one first."""
    whole = fold(title)
    found = {whole: None}
    if not whole.isalnum() and (plain := bare(title)) != title:
        found[fold(plain)] = None
        # A translation or transcription is a name of its own; the rest of what stands in brackets is none.
        found.update((fold(added), None) for added in BRACKETS.findall(title) if added.isascii() != plain.isascii())
    if DRESSED.search(title):
        found[fold(undressed(title))] = None
    return [one for one in dict.fromkeys(map(cut, found)) if one]


def name_spellings(name: str) -> list[str]:
    """The folded ways to write an artist's name, the whole one first."""
    found = title_spellings(name)
    return list(dict.fromkeys([*found, *map(without_article, found)]))


def maker_spellings(display: str) -> list[str]:
    """Those of a display artist, and of each artist it names."""
    found = dict.fromkeys(name_spellings(display))
    parts = [part for part in PARTING.split(display) if part]
    if len(parts) > 1:
        for part in parts[:MOST_PARTS]:
            found.update(dict.fromkeys(name_spellings(part)))
    return list(found)
