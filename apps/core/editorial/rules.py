"""Rules of the home page: what may stand on a shelf, and for how long."""

from __future__ import annotations

from apps.core.contract.editorial import PutShelf, ShelfKind
from apps.core.contract.errors import Invalid


def check_shelf(shelf: PutShelf) -> None:
    """Raises `Invalid` for what no shelf can be."""
    if shelf.ends_at is not None and shelf.ends_at <= shelf.starts_at:
        raise Invalid("The shelf would end before it starts.", "Give it a later end, or none.")
    chosen = [item.subject_id for item in shelf.items]
    if len(set(chosen)) < len(chosen):
        raise Invalid("Something stands on the shelf twice.", "Leave it out once.")
    if shelf.kind is ShelfKind.NEWEST and chosen:
        raise Invalid("Nobody chooses the newest releases.", "Take the items away, or choose another kind of shelf.")
    if shelf.kind is ShelfKind.FEATURE and len(chosen) != 1:
        raise Invalid("A feature is of one release.", "Name one, or choose another kind of shelf.")
    if shelf.kind is not ShelfKind.NEWEST and not chosen:
        raise Invalid("There is nothing on the shelf.", "Name at least one.")
