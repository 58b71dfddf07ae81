"""A running service and a real Chromium."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from apps.website.languages import MIRRORED, SOURCE
from tests.browser.listener import PATIENCE, Listener
from tests.live import LiveService, embedded, fill, split
from tests.manifests.cluster import cluster

ADDRESSES = (str(IPv4Address("10.0.0.1") + number) for number in count())
"""Each visitor has their own: a hundred people do not register from one within a quarter of an hour."""
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}

expect.set_options(timeout=PATIENCE * 1000)


@contextmanager
def manifests() -> Generator[LiveService]:
    """What the overlay `ci` of the Kubernetes manifests starts, as local processes."""
    with cluster() as whole, tempfile.TemporaryDirectory(prefix="celesta-") as folder:
        fill(whole.service, Path(folder))
        yield whole.service


@contextmanager
def in_every_language() -> Generator[LiveService]:
    """The embedded topology, which offers the pseudo-language, too, and takes a browser's word for where it is."""
    with embedded(LANGUAGES=f"{SOURCE},de,{MIRRORED}", TRUSTED_PROXIES="1") as service:
        yield service


EMBEDDED = pytest.param(in_every_language, id="embedded", marks=pytest.mark.browser)
SPLIT = pytest.param(split, id="split", marks=pytest.mark.split)
CLUSTER = pytest.param(manifests, id="manifests", marks=pytest.mark.manifests)
TOPOLOGIES = {
    "test_following_a_request": (EMBEDDED, SPLIT),
    "test_playing": (EMBEDDED, SPLIT, CLUSTER),
    "test_sessions": (EMBEDDED, SPLIT),
    "test_spike": (EMBEDDED, SPLIT),
    "test_stations": (EMBEDDED, SPLIT),
}
"""By file: where its tests run beside the embedded topology. Of pages that are only looked at, every topology says the same."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "live_service" in metafunc.fixturenames:
        topologies = TOPOLOGIES.get(metafunc.module.__name__.rpartition(".")[2], (EMBEDDED,))
        metafunc.parametrize("live_service", topologies, indirect=True, scope="session")


@pytest.fixture(scope="session")
def live_service(request: pytest.FixtureRequest) -> Iterator[LiveService]:
    with request.param() as service:
        yield service


@pytest.fixture(scope="session")
def release(live_service: LiveService) -> str:
    """The path of the release with the most tracks."""

    def tracks(path: str) -> int:
        with urlopen(live_service.url + path) as page:
            return page.read().count(b'class="track__number"')

    return max(live_service.releases(), key=tracks)


@pytest.fixture
def visit(chromium: Browser, live_service: LiveService, release: str) -> Iterator[Callable[..., Listener]]:
    """Each call is another browser; none of them may have seen an error by the end."""
    visitors: list[Listener] = []

    def make(viewport: dict[str, int] = DESKTOP, **options: Any) -> Listener:
        address = {"X-Forwarded-For": next(ADDRESSES)}
        settings = {
            "viewport": viewport, "reduced_motion": "reduce", "service_workers": "block", "extra_http_headers": address, **options,
        }  # fmt: skip
        page = chromium.new_context(**settings).new_page()
        visitors.append(Listener(page, live_service.url, release))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.page.context.close()
    assert [error for visitor in visitors for error in visitor.errors] == []


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def listener(request: pytest.FixtureRequest, visit: Callable[..., Listener]) -> Listener:
    """Somebody newly registered, at a desk and with a phone."""
    someone = visit(request.param)
    someone.register()
    return someone
