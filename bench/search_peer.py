"""Searching over the API beside supysonic's search, both with the same library."""

from __future__ import annotations

from contextlib import ExitStack

from bench.library import fill
from bench.load import Load
from bench.measure import Target, compare, ratios, show
from bench.servers import SUBSONIC, bearer_token, gunicorn, home, supysonic

WORDS = ("River", "Golden", "Electric")
MOST = 20
"""Results of each kind, which is what the peer gives unasked."""


def compare_with_peer() -> None:
    with ExitStack() as stack:
        environment = stack.enter_context(home())
        fill(environment)
        valkey = int(environment["BENCH_VALKEY"])
        server = stack.enter_context(gunicorn("wsgi.all:application", environment))
        token = bearer_token(environment, server.port)
        peer = stack.enter_context(supysonic())
        for word in WORDS:
            ours = Load(server.port, f"/api/v1/search?q={word}&limit={MOST}", {"Authorization": f"Bearer {token}"}, requests=200)
            asked = f"/rest/search3.view?{SUBSONIC}&query={word}&artistCount={MOST}&albumCount={MOST}&songCount={MOST}"
            one = Target(word, ours, (server.process, valkey))
            other = Target(word, Load(peer.port, asked, requests=24, reconnects=2), (peer.process,))
            compare((one, other), rounds=3)
            _, lowest, highest = ratios(other, one)
            show(f"CPU of a search for {word}: supysonic, Celesta", f"{other.cost * 1e6:,.0f}, {one.cost * 1e6:,.0f} µs")
            show("throughput per CPU: Celesta / supysonic", f"{other.cost / one.cost:.0f} ({lowest:.0f} to {highest:.0f})", "at least 25")
