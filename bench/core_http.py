"""A page whose Core is another process, reached over HTTP, against the same page with Core inside: all processes' CPU."""

from __future__ import annotations

import re
from contextlib import ExitStack
from html import unescape

import requests

from bench.library import fill
from bench.load import HOST, Load
from bench.measure import BenchError, Target, compare, end_cleanly, show, show_ratio
from bench.servers import EMAIL, PASSWORD, gunicorn, home

LIST, HOME = "/releases", "/"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def main() -> None:
    end_cleanly()
    with ExitStack() as stack:
        environment = {**stack.enter_context(home()), "KEEP_PAGES": "off"}
        fill(environment)
        valkey = int(environment["BENCH_VALKEY"])
        inside = stack.enter_context(gunicorn("wsgi.all:application", environment))
        core = stack.enter_context(gunicorn("wsgi.core:application", environment))
        elsewhere = {**environment, "CORE_CLIENT": "http", "CORE_URL": f"http://{HOST}:{core.port}"}
        website = stack.enter_context(gunicorn("wsgi.website:application", elsewhere))
        cookie = _register(inside.port)
        targets = [
            Target(f"{name}, Core {where}", Load(port, path, headers, requests=400), (*processes, valkey))
            for name, path, headers in (("a list, as a visitor", LIST, {}), ("the home page, as a listener", HOME, cookie))
            for where, port, processes in (
                ("inside", inside.port, (inside.process,)),
                ("over HTTP", website.port, (website.process, core.process)),
            )
        ]
        compare(targets)
    for target in targets:
        show(f"CPU of one request: {target.name}", f"{target.cost * 1e6:,.0f} µs")
    for within, over in zip(targets[::2], targets[1::2], strict=True):
        show_ratio(f"{within.name.rpartition(',')[0]}: over HTTP / inside", over, within, "at most 2")


def _register(port: int) -> dict[str, str]:
    """An account's cookie, good at every website of this home."""
    site, session = f"http://{HOST}:{port}", requests.Session()
    token = TOKEN.search(session.get(f"{site}/register", timeout=30).text)
    if token is None:
        raise BenchError("The page to register has no form.")
    sent = {"csrf_token": unescape(token[1]), "name": "Bench", "email": EMAIL, "password": PASSWORD}
    session.post(f"{site}/register", data=sent, timeout=30).raise_for_status()
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in session.cookies.items())}
