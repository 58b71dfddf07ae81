"""`celesta ports`: the table of ports, with what is chosen here."""

from __future__ import annotations

import os

import click

from apps.console.embedded import embedded_environment
from ports.container import Container
from ports.registry import PORTS


@click.command()
@click.option("--check", is_flag=True, help="Ask each service whether it answers.")
def ports(check: bool) -> None:
    """Print every port: its variable, what is chosen, what may be chosen, and with --check whether it answers."""
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
