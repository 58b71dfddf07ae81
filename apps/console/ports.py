"""`celesta ports`: the table of ports, with what is chosen here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module

import click

from apps.console.embedded import embedded_environment
from ports.container import Container
from ports.registry import PORTS, Port

INTRODUCTION = """\
# Ports

Every outside service, the variable that chooses its implementation, and what may be chosen.
A fake is refused when `CELESTA_ENV=production`.
This page is generated from the table in `ports/registry.py`: `./celesta ports --markdown > docs/ports.md`."""


@click.command()
@click.option("--check", is_flag=True, help="Ask each service whether it answers.")
@click.option("--markdown", is_flag=True, help="Print the page docs/ports.md.")
def ports(check: bool, markdown: bool) -> None:
    """Print every port: its variable, what is chosen, what may be chosen, and with --check whether it answers."""
    if markdown:
        click.echo(ports_page())
        return
    container = Container(embedded_environment(os.environ))
    rows = [["PORT", "VARIABLE", "CHOSEN", "VALID NAMES"] + ["HEALTH"] * check]
    for port in PORTS:
        row = [port.name, port.variable, port.chosen(container.environment), ", ".join(port.implementations)]
        rows.append(row + [container.health(port)] * check)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if check and any(row[-1] != "ok" for row in rows[1:]):
        raise SystemExit(1)


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
