"""Listeners on the site, so many requests a second, each noted: while something is changed behind them."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from itertools import count
from threading import Event, Lock, Thread
from typing import Any
from uuid import uuid4

import requests
from requests.adapters import HTTPAdapter

PASSWORD = "correct horse battery"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
PATIENCE = 30


class FromElsewhere(HTTPAdapter):
    """Each has an address of its own on this machine: the site counts log-ins and new accounts by address."""

    addresses = count(1)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        number = next(self.addresses)
        options["source_address"] = (f"127.1.{number // 250}.{number % 250 + 1}", 0)
        super().init_poolmanager(*arguments, **options)


@dataclass
class Load:
    """`done` counts answers by what was asked, `failed` says what else came."""

    url: str
    done: Counter[str] = field(default_factory=Counter[str])
    failed: list[str] = field(default_factory=list[str])
    _lock: Lock = field(default_factory=Lock)

    def ask(self, session: requests.Session, method: str, path: str, **sent: object) -> requests.Response | None:
        """One request; its answer, or None where it failed."""
        what = f"{method} {path.partition('?')[0]}"
        try:
            answer = session.request(method, self.url + path, timeout=PATIENCE, allow_redirects=False, **sent)  # type: ignore[arg-type]
        except requests.RequestException as error:
            return self._note(what, str(error))
        return self._note(what, f"{answer.status_code}: {answer.text[:300]}") if answer.status_code >= 400 else self._count(what, answer)

    def _note(self, what: str, why: str) -> None:
        with self._lock:
            self.failed.append(f"{time.strftime('%H:%M:%S')} {what}: {why}")

    def _count(self, what: str, answer: requests.Response) -> requests.Response:
        with self._lock:
            self.done[what] += 1
        return answer

    def browse(self, session: requests.Session, turn: int) -> None:
        """A page of the website, or of the API's documents."""
        self.ask(session, "GET", ("/", "/releases", "/plans", "/api/healthz")[turn % 4])

    def buy(self, _session: requests.Session, _turn: int) -> None:
        """Somebody new who goes and pays: five requests, two of them Commands that change something."""
        session = requests.Session()
        session.mount("http://", FromElsewhere())
        form = {"name": "Ana", "email": f"ana-{uuid4().hex}@example.com", "password": PASSWORD}
        if self._submit(session, "/register", form) is not None:
            self._submit(session, "/plans/monthly", {})

    def _submit(self, session: requests.Session, path: str, form: dict[str, str]) -> requests.Response | None:
        page = self.ask(session, "GET", path)
        token = TOKEN.search(page.text) if page is not None else None
        if token is None:
            return self._note(path, "no form") if page is not None else None
        return self.ask(session, "POST", path, data={"csrf_token": unescape(token[1]), **form})


@contextmanager
def listeners(url: str, browsing: int = 11, buying: int = 1) -> Generator[Load]:
    """Fifty requests a second: so many who ask for four a second each, and so many who buy, at their own pace."""
    load, over = Load(url), Event()
    threads = [Thread(target=_visit, args=(load.browse, over, 0.25)) for _ in range(browsing)]
    threads += [Thread(target=_visit, args=(load.buy, over, 0.5)) for _ in range(buying)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _visit(act: Callable[[requests.Session, int], None], over: Event, pace: float) -> None:
    """Again and again; whoever was kept waiting does not hurry afterwards."""
    session, turn = requests.Session(), 0
    while not over.is_set():
        due = time.monotonic() + pace
        act(session, turn)
        turn += 1
        over.wait(max(due - time.monotonic(), 0))
