"""`celesta actions --cost`: what burns the database, and by which statement."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence

import click
import msgspec

from apps.console.core import operator
from apps.console.embedded import embedded_environment
from apps.core.contract.costs import ActionCosts, CostOrder, ListActionCosts, ListStatementCosts, StatementCosts
from ports.container import Container

UNITS = {"m": 1, "h": 60, "d": 24 * 60}
BAR = 20
"""Characters of the longest bar."""
LEFT = {0, 4}
"""The columns that are no numbers: the name and the bar."""


def minutes_of(since: str) -> int:
    """Raises `click.ClickException` for what is no time."""
    shape = re.fullmatch(r"([0-9]{1,4})([mhd])", since)
    if shape is None:
        raise click.ClickException(f"--since {since!r} is no time: write 5m, 1h or 1d.")
    return int(shape[1]) * UNITS[shape[2]]


def costs_told(minutes: int, order: CostOrder, action: str | None, as_json: bool) -> str:
    """Asks Core; the answer as text, or as JSON in the contract's form."""
    core = operator(Container(embedded_environment(os.environ)))
    if action is None:
        costs = core.send(ListActionCosts(minutes, order))
        lines = _actions(costs)
    else:
        costs = core.send(ListStatementCosts(action, minutes, order))
        lines = _statements(costs)
    return msgspec.json.format(msgspec.json.encode(costs)).decode() if as_json else "\n".join(lines)


def _actions(costs: ActionCosts) -> Iterator[str]:
    if not costs.actions:
        yield "Nothing was asked of Core in this time."
        return
    yield f"Since {costs.since:%Y-%m-%d %H:%M} UTC. In brackets, in as much time before; times are milliseconds."
    head = ("Action", "database", "before", "rise", "", "count", "before", "errors", "mean", "slowest", "statements", "rows")
    bars = _bars(one.now.database_ms for one in costs.actions)
    yield from _table(
        head,
        (
            (
                one.action, f"{one.now.database_ms:,.0f}", f"({one.before.database_ms:,.0f})", f"{one.rise_ms:+,.0f}", bar,
                f"{one.now.count:,}", f"({one.before.count:,})", f"{one.now.errors:,}", f"{one.now.ms / max(one.now.count, 1):,.1f}",
                f"{one.now.slowest_ms:,.1f}", f"{one.now.statements:,}", f"{one.now.rows:,}",
            )
            for one, bar in zip(costs.actions, bars, strict=True)
        ),
    )  # fmt: skip


def _statements(costs: StatementCosts) -> Iterator[str]:
    now, before = costs.action.now, costs.action.before
    yield f"{costs.action.action} since {costs.since:%Y-%m-%d %H:%M} UTC; in brackets, in as much time before."
    yield f"sent {now.count:,} times ({before.count:,}), database {now.database_ms:,.0f} ms ({before.database_ms:,.0f} ms)"
    for one in costs.statements:
        mean = one.now.ms / max(one.now.count, 1)
        yield ""
        yield (
            f"{one.fingerprint}  {one.now.ms:,.0f} ms ({one.before.ms:,.0f} ms), {one.now.count:,} times ({one.before.count:,}), "
            f"{one.now.rows:,} rows, mean {mean:,.2f} ms, slowest {one.now.slowest_ms:,.1f} ms"
        )
        yield f"    {one.text}"


def _bars(values: Iterable[float]) -> list[str]:
    lengths = list(values)
    longest = max(lengths) or 1.0
    return ["#" * round(BAR * length / longest) for length in lengths]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = zip(line, widths, strict=True)
        yield "  ".join(cell.ljust(width) if column in LEFT else cell.rjust(width) for column, (cell, width) in enumerate(cells)).rstrip()
