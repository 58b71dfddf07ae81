"""The website's home page for somebody who is logged in, against a bare Flask view."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta

from apps.console.demo.home_page import arrange_home_page
from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.actions import Actor, Service
from bench.library import fill
from bench.load import Load
from bench.measure import Target, compare, end_cleanly, show, show_ratio
from bench.servers import gunicorn, home, session_cookie
from ports.clock.interface import Clock

APPLICATION = "wsgi.all:application"


def main() -> None:
    end_cleanly()
    with ExitStack() as stack:
        environment = stack.enter_context(home())
        fill(environment)
        _arrange(environment)
        bare = stack.enter_context(gunicorn("bench.bare:application", environment))
        ours = stack.enter_context(gunicorn(APPLICATION, environment))
        processes = (ours.process, int(environment["BENCH_VALKEY"]))
        cookie = {"Cookie": session_cookie(environment, ours.port)}
        targets = (
            Target("a bare Flask view", Load(bare.port, "/"), (bare.process,)),
            Target("home, logged in", Load(ours.port, "/", cookie), processes),
            Target("home, not logged in", Load(ours.port, "/"), processes),
        )
        compare(targets)
        for target in targets:
            show(f"CPU of one request: {target.name}", f"{target.cost * 1e6:,.0f} µs")
        show_ratio("home, logged in / bare Flask view", targets[1], targets[0], "at most 3")
        show_ratio("home, not logged in / bare Flask view", targets[2], targets[0], "at most 3")


def _arrange(environment: Mapping[str, str]) -> None:
    core = create_core(environment)
    now: datetime = core.extensions["container"].get(Clock).now() - timedelta(minutes=1)
    arrange_home_page(Sender(InProcessClient(core, Service.CONSOLE), Actor(Service.CONSOLE)), now)
