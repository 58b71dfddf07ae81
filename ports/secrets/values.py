"""What a stored secret must look like, wherever it is stored. No message here ever holds a value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ports.environment import BootError

NAME = re.compile(r"[A-Z][A-Z0-9_]*")
EXAMPLE_MARKS = ("change-me", "changeme")
"""Every secret in our documents and example files carries the first, so that a copied example protects nothing."""
PLACEHOLDERS = frozenset({"example", "password", "secret"})


def check_name(name: str) -> str:
    """The name itself; raises `ValueError` where it is not upper case, digits and underscores (it becomes a file name)."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a secret: use A-Z, 0-9 and underscores, a letter first.")
    return name


def check_versions(name: str, where: str, versions: Sequence[str]) -> tuple[str, ...]:
    """The versions themselves; raises `BootError` where there is none or one was copied from an example."""
    if not versions:
        raise BootError(f"The secret {name} in {where} is empty: write its value there.")
    for version in versions:
        lowered = version.lower()
        if lowered in PLACEHOLDERS or any(mark in lowered for mark in EXAMPLE_MARKS):
            raise BootError(f"The secret {name} in {where} is an example's value, which everybody knows: write one of your own there.")
    return tuple(versions)
