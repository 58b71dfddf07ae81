"""What suddenly burns the database is named within a minute, on a running service that others use meanwhile. It takes no browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from secrets import token_hex
from threading import Event
from typing import Any

import pytest

from tests.live import LiveService
from tests.oauth import Browser
from tests.services import wait_until

SOON = 60
"""Seconds within which it has to be named."""
PLAYS_AT_ONCE = 200


@pytest.fixture
def listener(live_service) -> Callable[[], Browser]:
    return lambda: Browser(live_service, f"{token_hex(6)}@example.com")


def costs(service: LiveService, *options: str) -> dict[str, Any]:
    return json.loads(service.celesta("actions", "--cost", "--since", "5m", "--json", *options))


@contextmanager
def going_on(*acts: Callable[[], None]) -> Iterator[None]:
    """Each again and again, at the same time; fails where one of them did."""
    ended = Event()

    def repeat(act: Callable[[], None]) -> None:
        while not ended.is_set():
            act()

    with ThreadPoolExecutor(len(acts)) as people:
        running = [people.submit(repeat, act) for act in acts]
        try:
            yield
        finally:
            ended.set()
            for one in running:
                one.result()


def browsing(someone: Browser, service: LiveService, release: str) -> Callable[[], None]:
    def browse() -> None:
        for path in ("/", "/releases", release, "/charts", "/recently-played"):
            assert someone.get(service.url + path).ok

    return browse


def playing_havoc(someone: Browser, service: LiveService, release: str) -> Callable[[], None]:
    """A player that has gone mad tells of hundreds of plays, over and over."""
    page = someone.get(service.url + release).text
    track, token = (re.search(rf'data-{name}="([^"]+)"', page)[1] for name in ("track", "csrf"))
    began, number = datetime.now(UTC) - timedelta(hours=1), count()

    def tell() -> None:
        play = {"track_id": track, "started_at": began.isoformat(), "played_ms": 1_000}
        plays = [{**play, "event_id": f"havoc-{next(number):08}"} for _ in range(PLAYS_AT_ONCE)]
        assert someone.post(f"{service.url}/player/plays", json={"plays": plays}, headers={"X-CSRFToken": token}).ok

    return tell


def test_a_spike_is_named_with_its_statement(live_service, release, listener):
    usual = [browsing(listener(), live_service, release) for _ in range(2)]
    with going_on(*usual):
        wait_until(lambda: any(one["action"] == "GetRelease" for one in costs(live_service)["actions"]), SOON)
        with going_on(playing_havoc(listener(), live_service, release)):
            wait_until(lambda: costs(live_service)["actions"][0]["action"] == "RecordPlays", SOON)
            first = costs(live_service, "--action", "RecordPlays")["statements"][0]
    assert first["text"].startswith(("INSERT INTO play ", "INSERT INTO history ")), first
