"""Keeping each process's index in step with the catalogue: read once, then followed change by change."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Flask

from apps.core.contract.errors import Unavailable
from apps.core.database import fetch, reader
from apps.core.radio.keeping import RadioModels
from apps.core.radio.model import Model
from apps.core.search import statements
from apps.core.search.changes import Subject
from apps.core.search.index import Index
from apps.core.search.reading import read_all, read_playlists, read_releases
from apps.core.search.segment import Segment

LOOK_SECONDS = 1.0
"""How often a process looks for changes, at most."""
PATIENCE_SECONDS = 1.0
"""For how long a query waits for the index to be read for the first time."""
MOST_CHANGES = 5_000
"""Where more has changed than so much, everything is read anew; so many changes are taken up at once meanwhile."""
RETRY_SECONDS = 300.0
"""After everything could not be read anew it is not tried again for so long: it costs a minute of a processor."""

State = tuple[Index, int, Model | None]
"""An index, the latest change that is in it, and the model that its popularity is from."""

log = structlog.get_logger("core.search")


@dataclass
class SearchIndexes:
    """One for each process. What it gives out is in step but for the last second, and for as long as changes take to be read."""

    core: Flask
    models: RadioModels
    timer: Callable[[], float] = time.monotonic
    _index: Index | None = None
    _number: int = 0
    """Of the latest change that is in it."""
    _model: Model | None = None
    _looked_at: float = 0.0
    _failed_at: float = -math.inf
    """When everything was to be read anew, in vain."""
    _working: threading.Thread | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _waiting: threading.Lock = field(default_factory=threading.Lock)
    """Held by the one query that waits for the first reading."""

    def current(self) -> Index:
        """The index, for a caller that is within an app context and holds no connection to read by.

        Raises `Unavailable` while it is first read.
        """
        if self._index is None:
            return self._begun()
        if self.timer() - self._looked_at >= LOOK_SECONDS and self._lock.acquire(blocking=False):
            # Of threads that find it due, one looks; the others go on with what there is.
            try:
                self._look(self._index)
            finally:
                self._lock.release()
        return self._index

    def prepare(self) -> None:
        """Read it for the first time without anybody waiting."""
        self._work(self._first)

    def look_again(self) -> None:
        """Look when next asked, however short ago that was."""
        self._looked_at = -LOOK_SECONDS

    def settle(self) -> None:
        """Wait for what is done beside."""
        self._join()

    def _join(self, seconds: float | None = None) -> None:
        if self._working:
            self._working.join(seconds)

    def _begun(self) -> Index:
        """Of the queries that come before it is read one waits a moment: a server has few threads, and they have other things to do."""
        self.prepare()
        if self._waiting.acquire(blocking=False):
            try:
                self._join(PATIENCE_SECONDS)
            finally:
                self._waiting.release()
        if self._index is None:
            raise Unavailable("The search still reads the catalogue: this process has only just begun.", "Try again in a minute.")
        return self._index

    def _first(self) -> None:
        with self._lock:
            if self._index is None:
                self._looked_at = self.timer()
                self._index, self._number, self._model = self._read()

    def _look(self, index: Index) -> None:
        self._looked_at = self.timer()
        with reader() as connection:
            model = self.models.current(connection)
            changes = fetch(connection, statements.CHANGES, {"number": self._number})
            if model is not self._model or len(changes) > MOST_CHANGES:
                # That takes a while: what changes until then is found all the same.
                self._read_anew()
            changes = _at_once(changes)
            if not changes:
                return
            changed = {subject: [change.subject_id for change in changes if change.kind == subject] for subject in Subject}
            releases, music = read_releases(connection, changed[Subject.RELEASE], self._model)
            playlists, lists = read_playlists(connection, changed[Subject.PLAYLIST])
        self._index, self._number = index.changed(releases | playlists, music + lists), changes[-1].number
        if self._index.crowded:
            self._work(lambda: self._replace(self._compact))

    def _read_anew(self) -> None:
        if self.timer() - self._failed_at >= RETRY_SECONDS:
            self._work(self._renew)

    def _renew(self) -> None:
        try:
            self._replace(self._read)
        except Exception:
            self._failed_at = self.timer()
            raise

    def _work(self, work: Callable[[], object]) -> None:
        """In a thread of its own, one at a time."""
        if self._working is None or not self._working.is_alive():
            self._working = threading.Thread(target=self._within_core, args=(work,), name="search index", daemon=True)
            self._working.start()

    def _within_core(self, work: Callable[[], object]) -> None:
        with self.core.app_context():
            try:
                work()
            except Exception:
                log.exception("the index of the search was not renewed, and is tried again")

    def _replace(self, make: Callable[[], State]) -> None:
        """What changed while it was made is read again at once."""
        made = make()
        with self._lock:
            self._index, self._number, self._model = made
            self._look(made[0])

    def _read(self) -> State:
        began = self.timer()
        with reader() as connection:
            self.models.current(connection)
        # A process that has just begun has none yet: what is read without it would be read twice.
        self.models.settle()
        with reader() as connection:
            number = fetch(connection, statements.LATEST)[0][0] or 0
            model = self.models.current(connection)
        index = Index([Segment(read_all(reader, model))])
        log.info("the index of the search is read", entries=len(index), seconds=round(self.timer() - began, 1))
        return index, number, model

    def _compact(self) -> State:
        with self._lock:
            index, number, model = self._index, self._number, self._model
        assert index is not None
        return index.compact(), number, model


def _at_once(changes: Sequence[Any]) -> Sequence[Any]:
    """The first of them, all of a number or none: what has been taken up is told by the number."""
    if len(changes) <= MOST_CHANGES:
        return changes
    return [change for change in changes[:MOST_CHANGES] if change.number < changes[MOST_CHANGES].number]
