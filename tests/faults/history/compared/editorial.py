"""Shelves and compilations."""

from __future__ import annotations

from collections.abc import Iterator

from apps.core.contract.editorial import AssembleCompilation, MoveShelf, PutShelf, RemoveShelf
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong, added, pairs, passing, repeated, set_to


def doubled_shelves(scene: Scene) -> Iterator[Finding]:
    """No two were given the same title."""
    for (title,) in repeated(scene, f"SELECT title FROM shelf WHERE title LIKE '%-{scene.season}-%'"):
        yield Finding(Wrong.TWICE, PutShelf.__name__, title)


RULES: tuple[Rule, ...] = (
    set_to(
        PutShelf, RemoveShelf,
        wish=lambda one: (one.result, one.action.title) if isinstance(one.action, PutShelf) else (one.action.shelf_id, None),
        now=pairs("SELECT id, title FROM shelf"),
    ),
    Rule((PutShelf,), doubled_shelves),
    passing(MoveShelf, because="whoever moves another shelf moves this one too"),
    added(
        AssembleCompilation, rows="SELECT title FROM release WHERE deliverer = 'house' AND title LIKE '%-SEASON-%'",
        keys=lambda one: [one.action.title],
    ),
)  # fmt: skip
