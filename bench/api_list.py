"""A list of 50 releases over the API with a real bearer token, against a bare Flask view and against supysonic."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from apps.api.app import create_api
from apps.core.app import create_core
from apps.core.meter import Meter
from bench.library import fill
from bench.load import Load
from bench.measure import Target, compare, end_cleanly, ratios, show, show_ratio
from bench.servers import SUBSONIC, Running, bearer_token, gunicorn, home, migrate, postgresql, postgresql_binary, supysonic

APPLICATION = "wsgi.all:application"
LIST = "/api/v1/releases?limit=50"
NOTHING_KEPT = {"KEEP_PAGES": "off"}
PEER_LIST = f"/rest/getAlbumList2.view?{SUBSONIC}&type=newest&size=50"


def main() -> None:
    end_cleanly()
    with ExitStack() as stack:
        environment = stack.enter_context(home())
        fill(environment)
        valkey = int(environment["BENCH_VALKEY"])
        bare = stack.enter_context(gunicorn("bench.bare:application", environment))
        targets = {
            "bare": Target("a bare Flask view", Load(bare.port, "/"), (bare.process,)),
            "warm": _celesta(stack, "warm", environment, (valkey,)),
            "sqlite": _celesta(stack, "nothing kept, SQLite", {**environment, **NOTHING_KEPT}, (valkey,)),
        }
        if postgresql_binary("initdb"):
            targets["postgresql"] = _on_postgresql(stack, environment, valkey)
        targets["peer"] = _peer(stack)
        compare(list(targets.values()))
        _print(targets)
        _print_statements(environment, targets["warm"].load.headers)


def _celesta(stack: ExitStack, name: str, environment: Mapping[str, str], others: tuple[int, ...]) -> Target:
    server = stack.enter_context(gunicorn(APPLICATION, environment))
    token = bearer_token(environment, server.port)
    return Target(name, Load(server.port, LIST, {"Authorization": f"Bearer {token}"}), (server.process, *others))


def _on_postgresql(stack: ExitStack, environment: Mapping[str, str], valkey: int) -> Target:
    url, process = stack.enter_context(postgresql())
    there = {**environment, **NOTHING_KEPT, "DATABASE_URL": url}
    migrate(there)
    fill(there)
    return _celesta(stack, "nothing kept, PostgreSQL", there, (valkey, process))


def _peer(stack: ExitStack) -> Target:
    server: Running = stack.enter_context(supysonic())
    return Target("supysonic", Load(server.port, PEER_LIST, requests=60, reconnects=2), (server.process,))


def _print(targets: Mapping[str, Target]) -> None:
    for target in targets.values():
        show(f"CPU of one request: {target.name}", f"{target.cost * 1e6:,.0f} µs")
    bare, warm = targets["bare"], targets["warm"]
    show_ratio("list of 50, warm / bare Flask view", warm, bare, "at most 1.7")
    show_ratio("list of 50, nothing kept, SQLite / bare", targets["sqlite"], bare, "at most 4")
    if "postgresql" in targets:
        show_ratio("list of 50, nothing kept, PostgreSQL / bare", targets["postgresql"], bare, "at most 6")
    else:
        show("list of 50, nothing kept, PostgreSQL / bare", "not measured", "no initdb was found: install postgresql")
    _, lowest, highest = ratios(targets["peer"], warm)
    show(
        "throughput per CPU: Celesta warm / supysonic",
        f"{targets['peer'].cost / warm.cost:.0f} ({lowest:.0f} to {highest:.0f})",
        "at least 8",
    )


def _print_statements(environment: Mapping[str, str], headers: Mapping[str, str]) -> None:
    """What Core's own meter counts for a request that finds nothing kept and nobody remembered, and for the one after it."""
    core = create_core(environment)
    client = create_api({**environment, **NOTHING_KEPT}, core).test_client()
    meter = core.extensions["container"].get(Meter)
    for which in ("first", "second"):
        meter.costs.clear()
        client.get(LIST.removeprefix("/api"), headers=headers)
        each = ", ".join(f"{name} {cost.statements}" for name, cost in meter.costs.items())
        total = sum(cost.statements for cost in meter.costs.values())
        show(f"SQL statements, nothing kept, {which} request", str(total), f"at most 3 ({each})")
