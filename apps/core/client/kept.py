"""Kept pages: what everybody in a territory and on a plan is shown alike, kept as bytes in the front end.

A catalogue version or a deal that begins or ends drops them all. The version is asked for at most once a second in each process,
by the request that finds it due; the others go on with what there is.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, TypeVar

from apps.core.client.interface import CoreClient
from apps.core.contract.actions import Actor, Query, permit
from apps.core.contract.catalogue import GetCatalogueState
from apps.core.contract.errors import CelestaError
from ports.clock.interface import Clock
from ports.environment import Environment
from ports.settings import KEEP_PAGES

R = TypeVar("R")

ASK_EVERY = 1.0
"""Seconds between two looks at the catalogue's state."""
MOST_PAGES = 2_000
MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeptPage:
    body: bytes
    etag: str
    """A strong entity tag, with its quotes."""

    @classmethod
    def of(cls, body: bytes) -> Self:
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


@dataclass(slots=True)
class Generation:
    """The pages of one state of the catalogue. What was asked of Core under an older state ends up in an older generation."""

    version: int
    boundary: datetime | None
    pages: dict[Hashable, KeptPage] = field(default_factory=dict[Hashable, KeptPage])
    size: int = 0

    def holds_at(self, moment: datetime) -> bool:
        return self.boundary is None or moment < self.boundary


class KeptPages:
    """One per front end and process; safe to use from any number of threads."""

    def __init__(
        self,
        client: CoreClient,
        clock: Clock,
        timer: Callable[[], float] = time.monotonic,
        most_pages: int = MOST_PAGES,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """`timer` counts seconds for the second between two looks; `clock` tells when a deal's boundary has passed."""
        self._client = client
        self._clock = clock
        self._timer = timer
        self._most_pages = most_pages
        self._most_bytes = most_bytes
        self._generation: Generation | None = None
        self._ask_at = float("-inf")
        self._asking = threading.Lock()
        self._storing = threading.Lock()

    @classmethod
    def from_env(cls, environment: Environment, client: CoreClient, clock: Clock) -> Self:
        """`KEEP_PAGES=off` keeps nothing: every page is asked of Core."""
        return cls(client, clock, most_pages=MOST_PAGES if KEEP_PAGES.read(environment) else 0)

    def get(
        self, query: Query[R], actor: Actor, render: Callable[[R], bytes], locale: str = "", *, lasting: int | None = None
    ) -> KeptPage:  # fmt: skip
        """The answer to `query` as `render` writes it, from memory or from Core; raises what the query raises.

        `lasting`: the most seconds it is kept, where it shows what changes without the catalogue.

        Core is asked on behalf of nobody in particular with the actor's territory and plan, so nothing personal can get into a page;
        whether the actor may see it is checked each time. `render` is part of the key: a function of a module, not a closure.
        """
        permit(type(query), actor)
        generation = self._current()
        turn = int(self._timer() // lasting) if lasting else 0
        key = (query, actor.territory, actor.plan, locale, render, turn)
        if generation is not None and (page := generation.pages.get(key)) is not None:
            return page
        anybody = Actor(service=self._client.service, territory=actor.territory, plan=actor.plan, request_id=actor.request_id)
        page = KeptPage.of(render(self._client.send(query, anybody)))
        if generation is not None:
            self._keep(generation, key, page)
        return page

    def _current(self) -> Generation | None:
        """None where what is kept is stale or was never asked for, and another request is asking."""
        now = self._timer()
        if now >= self._ask_at and self._asking.acquire(blocking=False):
            try:
                self._ask_at = now + ASK_EVERY
                self._ask()
            finally:
                self._asking.release()
        generation = self._generation
        return generation if generation is not None and generation.holds_at(self._clock.now()) else None

    def _ask(self) -> None:
        known = self._generation
        try:
            state = self._client.send(GetCatalogueState(), Actor(service=self._client.service))
        except CelestaError:
            self._generation = None
            raise
        if known is None or (known.version, known.boundary) != (state.version, state.next_boundary):
            self._generation = Generation(state.version, state.next_boundary)

    def _keep(self, generation: Generation, key: Hashable, page: KeptPage) -> None:
        """The oldest pages make room."""
        with self._storing:
            pages = generation.pages
            if key in pages or not self._most_pages or len(page.body) > self._most_bytes:
                return
            while len(pages) >= self._most_pages or generation.size + len(page.body) > self._most_bytes:
                generation.size -= len(pages.pop(next(iter(pages))).body)
            pages[key] = page
            generation.size += len(page.body)
