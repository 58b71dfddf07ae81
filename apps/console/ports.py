"""`celesta ports`: the table of ports, with what is chosen here."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from apps.console.embedded import embedded_environment
from ports.container import Container
from ports.health import PortHealth, check_ports
from ports.processes import PROCESSES, ports_of
from ports.registry import PORTS, Port

INTRODUCTION = """\
# Ports

Every outside service, the variable that chooses its implementation, and what may be chosen.
A fake is refused when `CELESTA_ENV=production`.
This page is generated from the table in `ports/registry.py`: `./celesta ports --markdown > docs/ports.md`."""


@click.command()
@click.option("--check", is_flag=True, help="Ask each service whether it answers, and fail where one does not.")
@click.option(
    "--process",
    type=click.Choice(list(PROCESSES)),
    envvar="CELESTA_PROCESS",
    help="Only the ports that this process uses; in a pod CELESTA_PROCESS says which it is.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@click.option("--markdown", is_flag=True, help="Print the page docs/ports.md.")
def ports(check: bool, process: str | None, as_json: bool, markdown: bool) -> None:
    """Print every port: its variable, what is chosen, what may be chosen; with --check whether it answers, or else what to do."""
    if markdown:
        click.echo(ports_page())
        return
    container = Container(embedded_environment(os.environ))
    asked = ports_of(process) if process else PORTS
    checked = {one.name: one for one in check_ports(container, asked)} if check else {}
    rows = [_row(port, port.chosen(container.environment), checked.get(port.name)) for port in asked]
    click.echo(json.dumps(rows, indent=2) if as_json else _table(rows))
    if any(one.trouble for one in checked.values()):
        _fail()


def _fail() -> NoReturn:
    """At once: a thread whose service has not answered yet may be in a library of C++, which a usual end of Python would abort."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _row(port: Port, chosen: str, health: PortHealth | None) -> dict[str, Any]:
    told = {"port": port.name, "variable": port.variable, "chosen": chosen, "valid": list(port.implementations)}
    return told if health is None else {**told, "fake": health.fake, "ok": health.trouble is None, "trouble": health.trouble}


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = [["PORT", "VARIABLE", "CHOSEN", "VALID NAMES"] + ["HEALTH"] * ("ok" in rows[0])]
    for row in rows:
        chosen = row["chosen"] + " (fake)" * row.get("fake", False)
        health = [row["trouble"] or "ok"] if "ok" in row else []
        lines.append([row["port"], row["variable"], chosen, ", ".join(row["valid"]), *health])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)


def ports_page() -> str:
    """The page docs/ports.md."""
    return "\n\n".join([INTRODUCTION, *(f"## {port.name.capitalize()}\n\n" + "\n".join(_described(port)) for port in PORTS)])


def _described(port: Port) -> Iterator[str]:
    yield f"{_first_line(port.interface.__module__, '')}\n"
    yield f"Variable `{port.variable}`, default `{port.default}`.\n"
    yield "| Name | What it is |"
    yield "| --- | --- |"
    for name, implementation in port.implementations.items():
        module, _, attribute = implementation.partition(":")
        fake = " (a fake)" if getattr(import_module(module), attribute).fake else ""
        yield f"| `{name}`{fake} | {_first_line(module, attribute)} |"


def _first_line(module: str, attribute: str) -> str:
    """What a module says it is; the implementation's own words where the module says nothing."""
    loaded = import_module(module)
    return (loaded.__doc__ or getattr(loaded, attribute).__doc__ or "").strip().partition("\n")[0]
