"""What editors do: arrange the home page, and put compilations together."""

from __future__ import annotations

import random

from apps.core.contract.editorial import AssembleCompilation, ListShelves, MoveShelf, PutShelf, RemoveShelf, ShelfKind
from tests.faults.history.town import Town

SHELVES = 20
"""Then another one is replaced."""


def arrange(town: Town, chance: random.Random) -> None:
    shelves = town.operator.ask(ListShelves())
    replaced = chance.choice(shelves).id if len(shelves) > SHELVES else None
    shelf_id = town.operator.do(PutShelf(town.new_name("shelf"), ShelfKind.NEWEST, (), town.house.clock.now(), shelf_id=replaced))
    town.operator.do(MoveShelf(shelf_id, shelves[0].id if shelves and shelves[0].id != shelf_id else None))
    if town.minded(RemoveShelf, chance, 0.3):
        town.operator.again(RemoveShelf(shelf_id))


def compile_some(town: Town, chance: random.Random) -> None:
    title, tracks = town.new_name("compilation"), (town.a_track(chance),)
    release_id = town.operator.do(AssembleCompilation(title, tracks))
    town.operator.do(AssembleCompilation(title, (town.a_track(chance),), release_id=release_id))
