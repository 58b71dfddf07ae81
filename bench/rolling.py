"""A changed value rolled through the whole cluster at fifty requests a second: how many of them fail."""

from __future__ import annotations

import sys
import time

from bench.measure import ROOT, end_cleanly, show

ROUNDS = ("stripe", "fake", "stripe")
"""What PAYMENTS is changed to, one after the other; the overlay begins with the fake."""


def main() -> None:
    end_cleanly()
    # The cluster is the tests' own: the manifests' containers as processes, which nothing but the source tree has.
    sys.path.insert(0, str(ROOT))
    from tests.manifests.cluster import cluster  # noqa: PLC0415 - found by the path above
    from tests.manifests.load import listeners  # noqa: PLC0415 - found by the path above

    with cluster() as whole, listeners(whole.url) as load:
        began = time.monotonic()
        for value in ROUNDS:
            whole.roll({"PAYMENTS": value}, "core", lambda: None)
        seconds, done = time.monotonic() - began, load.done.total()
    for line in load.failed:
        print(line[:200])
    show("values rolled, processes replaced", f"{len(ROUNDS)}, {len(whole.ended)}")
    show("requests a second, over all rounds", f"{done / seconds:.0f}", "50 are asked for")
    show("requests that failed", f"{len(load.failed)} of {done:,}", "0")
