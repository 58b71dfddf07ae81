"""What may be a key, checked before any store sees it."""

from __future__ import annotations

import re

from ports.storage.interface import InvalidKey

PART = r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}"
KEY = re.compile(rf"(?:{PART}/)*{PART}")
PREFIX = re.compile(rf"(?:{PART}/)*(?:{PART})?")
LONGEST = 512
PUBLIC = "covers/"
"""What the keys begin with of objects that need no link: a release's cover is for everybody who has its address."""


def check_key(key: str) -> str:
    """The key itself; raises `InvalidKey` where it is none."""
    if len(key) > LONGEST or not KEY.fullmatch(key):
        raise InvalidKey(f"{key[:LONGEST]!r} is not a key: use A-Z a-z 0-9 - _ . and /, with no part that is empty or begins with a dot.")
    return key


def check_public(key: str) -> str:
    """The key itself; raises `InvalidKey` where it is not one of a public object."""
    if not check_key(key).startswith(PUBLIC):
        raise InvalidKey(f"{key!r} is not public: only what is under {PUBLIC} is.")
    return key


def check_prefix(prefix: str) -> str:
    """The prefix itself; raises `InvalidKey` where no key can begin with it."""
    if len(prefix) > LONGEST or not PREFIX.fullmatch(prefix):
        raise InvalidKey(f"{prefix[:LONGEST]!r} is not the beginning of a key.")
    return prefix
