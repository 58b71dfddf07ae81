"""Rules of order: keys between which there is room, and folders within folders."""

from __future__ import annotations

from collections.abc import Mapping

GAP = 1 << 20
"""Between two keys that are given out one after the other: halved twenty times before they are to be given out anew."""

Parents = Mapping[str, str | None]
"""Of every folder the one that it is in."""


def between(before: int | None, after: int | None) -> int | None:
    """A key that sorts after the one and before the other, where None is an end; None where there is no room."""
    if after is None:
        return (before or 0) + GAP
    if before is None:
        return after - GAP
    middle = (before + after) // 2
    return middle if middle > before else None


def depth(parents: Parents, folder_id: str | None) -> int:
    """In how many folders that is which lies in this one; 0 outside of all."""
    deep = 0
    while folder_id is not None:
        folder_id = parents[folder_id]
        deep += 1
    return deep


def is_within(parents: Parents, inner: str | None, outer: str) -> bool:
    """Whether the one is the other, or lies in it at whatever depth."""
    while inner is not None:
        if inner == outer:
            return True
        inner = parents[inner]
    return False


def height(parents: Parents, folder_id: str) -> int:
    """How many folders deep this one is by itself, it counted."""
    within = [one for one in parents if is_within(parents, one, folder_id)]
    return max(depth(parents, one) for one in within) - depth(parents, parents[folder_id])
