"""Searching over the API beside supysonic's search, both with the same library, three words at a time."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import islice
from urllib.parse import quote

from bench.library import fill, pieces
from bench.load import Load
from bench.measure import Target, compare, ratios, show
from bench.servers import SUBSONIC, bearer_token, gunicorn, home, supysonic


def compare_with_peer() -> None:
    with ExitStack() as stack:
        environment = stack.enter_context(home())
        fill(environment)
        valkey = int(environment["BENCH_VALKEY"])
        server = stack.enter_context(gunicorn("wsgi.all:application", environment))
        token = bearer_token(environment, server.port)
        peer = stack.enter_context(supysonic())
        ours, theirs = [], []
        for piece in islice(pieces(), 0, None, 97):
            words = quote(piece.title)
            bearer = {"Authorization": f"Bearer {token}"}
            ours.append(Target(piece.title, Load(server.port, f"/api/v1/search?q={words}", bearer, requests=200), (server.process, valkey)))
            address = f"/rest/search3.view?{SUBSONIC}&query={words}"
            theirs.append(Target(piece.title, Load(peer.port, address, requests=24, reconnects=2), (peer.process,)))
        for one, other in list(zip(ours, theirs, strict=True))[:4]:
            compare((one, other), rounds=3)
            _, lowest, highest = ratios(other, one)
            show(f"CPU of a search for {one.name}", f"{one.cost * 1e6:,.0f} µs")
            show(f"supysonic: {one.name}", f"{other.cost * 1e6:,.0f} µs")
            show("throughput per CPU: Celesta / supysonic", f"{other.cost / one.cost:.0f} ({lowest:.0f} to {highest:.0f})", "at least 25")
