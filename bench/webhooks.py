"""Taking in what a shop sends, signature checked, against a bare Flask view that does the same INSERT and commit."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count

import msgspec

from bench.load import Load, Post
from bench.measure import Target, end_cleanly, ratios, show
from bench.servers import gunicorn, home
from ports.payments.stripe_signature import sign

REQUESTS, ROUNDS = 1_000, 5
SECRET = "whsec_3fT8kQ1nW6yB9rZ4"  # noqa: S105 - of nobody


@dataclass
class Events:
    """Signed notifications, each another, of the size that Stripe's have."""

    numbers: count[int] = field(default_factory=count)

    def posts(self) -> tuple[Post, ...]:
        return tuple(self._post(next(self.numbers)) for _ in range(REQUESTS))

    def _post(self, number: int) -> Post:
        about = {"object": "subscription", "id": f"sub_{number}", "metadata": {"filling": "x" * 2_000}}
        kind = "customer.subscription.updated"
        body = json.dumps({"id": f"evt_{number}", "object": "event", "type": kind, "created": 1, "data": {"object": about}})
        return Post(body, {"Content-Type": "application/json", "Stripe-Signature": sign(body.encode(), int(time.time()), SECRET)})


def main() -> None:
    end_cleanly()
    with ExitStack() as stack:
        environment = stack.enter_context(home())
        environment |= {"PAYMENTS": "stripe", "STRIPE_SECRET_KEY": "sk_test_of_nobody", "STRIPE_WEBHOOK_SECRET": SECRET}
        events = Events()
        ours = stack.enter_context(gunicorn("wsgi.all:application", environment))
        bare = stack.enter_context(gunicorn("bench.bare_insert:create()", environment))
        intake = Target("intake", Load(ours.port, "/api/hooks/card", requests=REQUESTS), (ours.process, int(environment["BENCH_VALKEY"])))
        insert = Target("a bare INSERT", Load(bare.port, "/", requests=REQUESTS), (bare.process,))
        seconds = _take_turns(intake, insert, events)
    show("CPU of one notification: intake", f"{intake.cost * 1e6:,.0f} µs")
    show("CPU of one notification: bare INSERT and commit", f"{insert.cost * 1e6:,.0f} µs")
    show("by CPU: bare / intake", f"{1 / ratios(intake, insert)[0]:.2f}")
    show("notifications a second: intake / bare", f"{seconds:.2f}", "at least 0.7")


def _take_turns(intake: Target, insert: Target, events: Events) -> float:
    """Measure both; returns what of the bare one's throughput the intake has, the median of the rounds."""
    shares: list[float] = []
    for number in range(ROUNDS + 1):
        lasted = [_measured(target, events) for target in (intake, insert)]
        if number == 0:
            intake.seconds.clear()
            insert.seconds.clear()
        else:
            shares.append(lasted[1] / lasted[0])
    return sorted(shares)[len(shares) // 2]


def _measured(target: Target, events: Events) -> float:
    """Seconds for all requests, each with a notification of its own."""
    target.load = msgspec.structs.replace(target.load, posts=events.posts())
    return target.measure().seconds
