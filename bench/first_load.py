"""The website in Chromium on a slow phone: bytes of the first load, layout shift, largest paint, and what a navigation costs.

A phone's screen, four times slower than this machine, over a line that answers after 150 ms and brings 1.6 Mbit/s (what a 3G network
is at its best). Covers count for the paint and the shift; they do not for the bytes, as these depend on the catalogue.
"""

from __future__ import annotations

import shutil
import statistics
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import click
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from bench.library import fill
from bench.load import HOST
from bench.measure import BenchError, end_cleanly, show
from bench.servers import gunicorn, home

ROUNDS = 5
SLOWER = 4
LATENCY_MS, BYTES_PER_SECOND = 150, 1_600_000 // 8
SETTLED_MS = 2_000
COVERS = "/media/covers/"
OBSERVE = """
window.shift = 0;
window.largest = 0;
new PerformanceObserver((list) => list.getEntries().forEach((one) => one.hadRecentInput || (window.shift += one.value)))
  .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((one) => (window.largest = one.startTime)))
  .observe({ type: "largest-contentful-paint", buffered: true });
"""
WAYS = (("/", "Releases"), ("/releases", "Charts"), ("/charts", "Series"))
"""Pages, and the entry of the navigation that is followed there."""


@dataclass
class Load:
    """One first load."""

    sizes: dict[str, float] = field(default_factory=dict[str, float])
    """Bytes on the line, by request."""
    addresses: dict[str, str] = field(default_factory=dict[str, str])
    shift: float = 0.0
    largest_ms: float = 0.0

    @property
    def bytes(self) -> float:
        return sum(size for request, size in self.sizes.items() if COVERS not in self.addresses.get(request, ""))


@click.command()
@click.option("--url", help="A website that runs already, instead of one of this benchmark's own.")
def main(url: str | None) -> None:
    """Measure the first load and the swap of pages in Chromium."""
    end_cleanly()
    with ExitStack() as stack:
        address = url or _serve(stack)
        path = shutil.which("chromium")
        if path is None:
            raise BenchError("Chromium is not installed: sudo apt-get install chromium")
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        loads = [_first_load(browser, address) for _ in range(ROUNDS)]
        show("first load, compressed, without covers", f"{max(load.bytes for load in loads) / 1000:.0f} kB", "at most 250")
        show("layout shift, the worst round", f"{max(load.shift for load in loads):.3f}", "at most 0.05")
        show("largest paint, median", f"{statistics.median(load.largest_ms for load in loads):,.0f} ms", "at most 1,500")
        swaps = [_swap(browser, address, *way) for way in WAYS for _ in range(ROUNDS)]
        show("main thread for a navigation, median of all", f"{statistics.median(swaps) * 1000:.0f} ms", "at most 150")
        show("main thread for a navigation, the worst", f"{max(swaps) * 1000:.0f} ms", "at most 150")
        browser.close()


def _serve(stack: ExitStack) -> str:
    environment = stack.enter_context(home())
    fill(environment)
    return f"http://{HOST}:{stack.enter_context(gunicorn('wsgi.all:application', environment)).port}"


def _first_load(browser: Browser, address: str) -> Load:
    page, session = _visitor(browser)
    load = Load()

    def begun(event: dict[str, Any]) -> None:
        load.addresses[event["requestId"]] = event["request"]["url"]

    def ended(event: dict[str, Any]) -> None:
        load.sizes[event["requestId"]] = event["encodedDataLength"]

    session.on("Network.requestWillBeSent", begun)
    session.on("Network.loadingFinished", ended)
    page.add_init_script(OBSERVE)
    conditions = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
    session.send("Network.emulateNetworkConditions", conditions)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="networkidle")
    page.wait_for_timeout(SETTLED_MS)
    load.shift, load.largest_ms = page.evaluate("[window.shift, window.largest]")
    page.context.close()
    return load


def _swap(browser: Browser, address: str, path: str, entry: str) -> float:
    """Seconds the page's own thread works from a press on the entry until the next page has come to rest."""
    page, session = _visitor(browser)
    session.send("Performance.enable")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address + path, wait_until="networkidle")
    before = _worked(session)
    page.get_by_role("link", name=entry, exact=True).first.click()
    page.wait_for_function("title => document.title.startsWith(title)", arg=entry)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SETTLED_MS / 4)
    worked = _worked(session) - before
    page.context.close()
    return worked


def _worked(session: CDPSession) -> float:
    """Without what it was asked by this benchmark, which was a third of it."""
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return metrics["TaskDuration"] - metrics["DevToolsCommandDuration"]


def _visitor(browser: Browser) -> tuple[Page, CDPSession]:
    page = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2, locale="en-GB").new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    return page, session
