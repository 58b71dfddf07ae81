"""The history of a run: every Command that was asked for, and what its asker was told (Jepsen's method).

Each process appends to a file of its own, a line before it asks and a line when it is answered: a question without an answer is one of
which its asker does not know what became.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from apps.core.client.interface import CoreClient
from apps.core.contract.actions import Action, Actor, Command, Query
from apps.core.contract.codec import ACTIONS, decode_result, encoder
from apps.core.contract.errors import CelestaError, Defect, Unavailable

R = TypeVar("R")


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """No answer, or one that says nothing: it may have happened, or not; half of it may not."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question, which has a name, or the answer to one."""

    id: str
    at: float
    """Of the machine's clock, which all processes share."""
    name: str = ""
    source: str = ""
    account: str = ""
    key: str = ""
    content: msgspec.Raw = msgspec.Raw(b"null")
    """A question's fields, an answer's result or the message of its error."""
    outcome: Outcome = Outcome.UNKNOWN
    error: str = ""


line_decoder = msgspec.json.Decoder(Line)


@dataclass
class Operation:
    """A question and, where there is one, its answer."""

    asked: Line
    answer: Line | None = None
    action: Any = None
    result: Any = None

    @property
    def outcome(self) -> Outcome:
        return self.answer.outcome if self.answer else Outcome.UNKNOWN

    @property
    def done(self) -> bool:
        return self.outcome is Outcome.DONE

    @property
    def possible(self) -> bool:
        """Whether it may have happened."""
        return self.outcome is not Outcome.REFUSED


class Book:
    """The file that one process writes its part of the history to."""

    def __init__(self, path: Path, source: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._source, self._number = source, itertools.count()

    def ask(self, action: Command[Any], actor: Actor, key: str | None) -> str:
        name = f"{self._source}-{os.getpid()}-{next(self._number)}"
        fields = msgspec.Raw(encoder.encode(action))
        self._write(Line(name, time.time(), type(action).__name__, self._source, actor.account_id or "", key or "", fields))
        return name

    def answer(self, name: str, outcome: Outcome, content: Any, error: str = "") -> None:
        self._write(Line(name, time.time(), content=msgspec.Raw(encoder.encode(content)), outcome=outcome, error=error))

    def _write(self, line: Line) -> None:
        os.write(self._file, encoder.encode(line) + b"\n")  # whole, or not at all: whoever is killed leaves no half of one


class Recorded(CoreClient):
    """A client that writes down each Command and its answer; Queries change nothing and are not told of."""

    def __init__(self, client: CoreClient, book: Book) -> None:
        self.service = client.service
        self._client, self._book = client, book

    def send(self, action: Action[R], actor: Actor, idempotency_key: str | None = None) -> R:
        if not isinstance(action, Command):
            return self._client.send(action, actor, idempotency_key)
        asked = self._book.ask(action, actor, idempotency_key)
        try:
            result = self._client.send(action, actor, idempotency_key)
        except CelestaError as error:
            outcome = Outcome.UNKNOWN if isinstance(error, Unavailable | Defect) else Outcome.REFUSED
            self._book.answer(asked, outcome, error.message, error.code)
            raise
        self._book.answer(asked, Outcome.DONE, result)
        return result

    def send_many(self, queries: tuple[Query[Any], ...], actor: Actor) -> tuple[Any, ...]:
        return self._client.send_many(queries, actor)

    def close(self) -> None:
        self._client.close()


@dataclass
class History:
    """All files of a folder from now on, read on as they grow."""

    folder: Path
    operations: dict[str, Operation] = field(default_factory=dict[str, Operation])
    _read: dict[Path, int] = field(default_factory=dict[Path, int])

    def __post_init__(self) -> None:
        self._read.update({path: path.stat().st_size for path in self._files()})

    def _files(self) -> Iterable[Path]:
        return sorted(self.folder.glob("*.jsonl"))

    def read_on(self) -> None:
        for path in self._files():
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                new = file.read()
            whole = new[: new.rfind(b"\n") + 1]
            self._read[path] = self._read.get(path, 0) + len(whole)
            for line in whole.splitlines():
                self._take(line_decoder.decode(line))

    def _take(self, line: Line) -> None:
        if line.name:
            action = msgspec.json.decode(line.content, type=ACTIONS[line.name])
            self.operations[line.id] = Operation(line, action=action)
            return
        operation = self.operations.get(line.id)
        if operation is None:
            return  # asked before
        operation.answer = line
        if line.outcome is Outcome.DONE:
            operation.result = decode_result(type(operation.action), bytes(line.content))

    def of(self, *kinds: type[Command[Any]]) -> Iterator[Operation]:
        """Those of these kinds, in the order in which they were asked."""
        return (one for one in self.in_order() if type(one.action) in kinds)

    def in_order(self) -> Iterable[Operation]:
        return sorted(self.operations.values(), key=lambda one: one.asked.at)

    def acknowledged(self) -> int:
        return sum(one.done for one in self.operations.values())
