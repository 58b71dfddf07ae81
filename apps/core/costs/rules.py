"""What makes two statements the same: their text without values, and without how many there were of them."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

FINGERPRINT_BYTES = 8
LONGEST_TEXT = 4_000
"""Characters that are kept; the fingerprint is of all."""

PLACEHOLDER = re.compile(r"%\([^)]*\)s(?:::(?:TIMESTAMP WITH(?:OUT)? TIME ZONE|DOUBLE PRECISION|[A-Z_]+)(?:\(\d+\))?(?:\[\])?)?")
"""As psycopg writes them, with their types; SQLite's are `?`."""
LITERAL = re.compile(r"'(?:[^']|'')*'|(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
LIST = re.compile(r"\(\s*\?(?:\s*,\s*\?)*\s*\)|\(SELECT (?:[^()]|\([^()]*\))* WHERE \?!=\?\)")
"""As SQLAlchemy writes them, none of them too."""
LISTS = re.compile(r"\(…\)(?:\s*,\s*\(…\))+")
SPACE = re.compile(r"\s+")


@lru_cache(maxsize=4_096)
def shape_of(statement: str) -> str:
    """The statement as a person reads it: every value a `?`, every list of values `(…)`, however long it was."""
    text = LITERAL.sub("?", PLACEHOLDER.sub("?", statement))
    return SPACE.sub(" ", LISTS.sub("(…)", LIST.sub("(…)", text))).strip()


def fingerprint_of(shape: str) -> bytes:
    return hashlib.sha256(shape.encode()).digest()[:FINGERPRINT_BYTES]
