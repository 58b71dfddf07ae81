"""What a comparison finds, and the two shapes that most of it has: something is added once, or something is set."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from apps.core.contract.actions import Command
from apps.core.contract.ids import id_from_bytes
from tests.faults.history.record import History, Operation
from tests.faults.history.servers import LargeHouse

Kinds = tuple[type[Command[Any]], ...]


class Wrong(StrEnum):
    LOST = "lost"
    """Acknowledged, and not there."""
    TWICE = "twice"
    """There more often than it was asked for."""
    HALF = "half"
    """There in part, or not as it was asked for."""


class Finding(NamedTuple):
    wrong: Wrong
    of: str
    what: str


@dataclass(frozen=True)
class Scene:
    """What is compared: the history of a season, and the house when it has become quiet."""

    history: History
    house: LargeHouse
    season: str
    """What the names begin with that were given in it."""

    def of(self, kinds: Kinds) -> Sequence[Operation]:
        return list(self.history.of(*kinds))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ids as the contract writes them, not as the database keeps them."""
        return [tuple(_as_written(value) for value in row) for row in self.house.sql(statement)]


def _as_written(value: Any) -> Any:
    return id_from_bytes(value) if isinstance(value, bytes) and len(value) == 16 else value


@dataclass(frozen=True)
class Rule:
    """What must be so of these Commands."""

    kinds: Kinds
    find: Callable[[Scene], Iterable[Finding]]
    passing_because: str = ""
    """Of a rule that finds nothing: why there is nothing to find."""

    @property
    def name(self) -> str:
        return ", ".join(kind.__name__ for kind in self.kinds)


Key = Hashable


def added(*kinds: type[Command[Any]], rows: str, keys: Callable[[Operation], Iterable[Key]], within: bool = True) -> Rule:
    """Each key that was acknowledged has one row of the statement, any that may have been has one at most.

    `within` says that the statement selects only what this season added: any other row was never asked for.
    """

    def find(scene: Scene) -> Iterator[Finding]:
        there = Counter(row if len(row) > 1 else row[0] for row in scene.rows(rows.replace("SEASON", scene.season)))
        operations = scene.of(kinds)
        possible = {key: one.asked.name for one in operations if one.possible for key in keys(one)}
        done = {key: one.asked.name for one in operations if one.done for key in keys(one)}
        yield from (Finding(Wrong.LOST, name, str(key)) for key, name in done.items() if key not in there)
        for key, number in there.items():
            if key in possible and number > 1:
                yield Finding(Wrong.TWICE, possible[key], f"{key}: {number} times")
            if within and key not in possible:
                yield Finding(Wrong.TWICE, kinds[0].__name__, f"{key}: was never asked for, or was refused")

    return Rule(kinds, find)


def made(*kinds: type[Command[Any]], rows: str, owner: Callable[[Operation], Key]) -> Rule:
    """Of what has no name of its own, an owner has as many as it asked for: at least what was acknowledged, at most what may have been.

    Asked again with the same key is asked once.
    """

    def find(scene: Scene) -> Iterator[Finding]:
        there = Counter(row if len(row) > 1 else row[0] for row in scene.rows(rows))
        done, possible = defaultdict[Key, set[str]](set), defaultdict[Key, set[str]](set)
        for one in scene.of(kinds):
            wish = one.asked.key or one.asked.id
            if one.possible:
                possible[owner(one)].add(wish)
            if one.done:
                done[owner(one)].add(wish)
        for key, wishes in possible.items():
            if there[key] < len(done[key]):
                yield Finding(Wrong.LOST, kinds[0].__name__, f"{key}: {there[key]} of {len(done[key])}")
            if there[key] > len(wishes):
                yield Finding(Wrong.TWICE, kinds[0].__name__, f"{key}: {there[key]} instead of {len(wishes)}")

    return Rule(kinds, find)


def set_to(*kinds: type[Command[Any]], wish: Callable[[Operation], tuple[Key, Any]], now: Callable[[Scene], Mapping[Key, Any]]) -> Rule:
    """Whatever is set has the value that was acknowledged last, or one that may have been set after it."""

    def find(scene: Scene) -> Iterator[Finding]:
        allowed: dict[Key, list[Any]] = {}
        last: dict[Key, str] = {}
        for one in scene.of(kinds):
            key, value = wish(one)
            if one.done:
                allowed[key], last[key] = [value], one.asked.name
            elif one.possible and key in allowed:
                allowed[key].append(value)
        values = now(scene)
        for key, possible in allowed.items():
            if values.get(key) not in possible:
                yield Finding(Wrong.LOST, last[key], f"{key} is {values.get(key)}, not {' or '.join(map(str, possible))}")

    return Rule(kinds, find)


def pairs(statement: str) -> Callable[[Scene], Mapping[Key, Any]]:
    """The last column by those before it."""

    def read(scene: Scene) -> Mapping[Key, Any]:
        return {(row[0] if len(row) == 2 else row[:-1]): row[-1] for row in scene.rows(statement)}

    return read


def repeated(scene: Scene, statement: str) -> Iterator[tuple[Any, ...]]:
    """Rows that are there more than once."""
    return (row for row, number in Counter(scene.rows(statement)).items() if number > 1)


def answered_before(one: Operation, moment: float) -> bool:
    return one.answer is not None and one.answer.at < moment


def passing(*kinds: type[Command[Any]], because: str) -> Rule:
    """Leaves nothing of its own that could be lost or doubled, for the reason that is told."""
    assert because
    return Rule(kinds, lambda _scene: (), because)
