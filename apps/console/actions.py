"""`celesta actions`: what Core can be asked to do, read from its contract."""

from __future__ import annotations

from collections.abc import Iterator

import click

from apps.console.costs import costs_told, minutes_of
from apps.core.contract.costs import CostOrder
from apps.core.contract.description import Description, descriptions

ORDERS = [order.value for order in CostOrder]
INTRODUCTION = """# Actions

Everything Core can be asked to do, domain by domain. A Command changes something in one transaction; a Query reads.
This page is generated from the contract: `./celesta actions --markdown > docs/actions.md`."""


@click.command()
@click.argument("name", default="")
@click.option("--markdown", is_flag=True, help="Print the page docs/actions.md.")
@click.option("--cost", is_flag=True, help="Rank what Actions cost the database instead.")
@click.option("--since", default="1h", show_default=True, help="With --cost: how far to look back, such as 5m, 1h or 1d (two at most).")
@click.option("--by", default="rise", show_default=True, type=click.Choice(ORDERS), help="With --cost: what comes first.")
@click.option("--action", metavar="NAME", help="With --cost: the statements of this Action.")
@click.option("--json", "as_json", is_flag=True, help="With --cost: print JSON.")
def actions(name: str, markdown: bool, cost: bool, since: str, by: str, action: str | None, as_json: bool) -> None:
    """Print what each Action means, who may send it, what it gives back, and which errors and events come of it.

    NAME narrows to Actions whose names contain it. With --cost, print what they cost now and in as much time before.
    """
    if cost:
        click.echo(costs_told(minutes_of(since), CostOrder(by), action, as_json))
        return
    if markdown:
        click.echo(actions_page())
        return
    found = [one for one in descriptions() if name.lower() in one.name.lower()]
    if not found:
        raise click.ClickException(f"No Action's name contains {name!r}: print them all with `./celesta actions`.")
    for one in found:
        click.secho(one.name, bold=True, nl=False)
        click.echo(f"  ({one.kind}, {one.domain})")
        click.echo("\n".join(f"    {line}" for line in _lines(one)) + "\n")


def actions_page() -> str:
    """The text of docs/actions.md."""
    parts = [INTRODUCTION]
    domain = ""
    for one in descriptions():
        if one.domain != domain:
            domain = one.domain
            parts.append(f"## {domain.capitalize()}")
        parts.append(f"### {one.name}\n\n{one.kind}. {one.meaning}\n\n" + "\n".join(f"- {line}" for line in _facts(one)))
    return "\n\n".join(parts)


def _lines(one: Description) -> Iterator[str]:
    yield one.meaning
    yield from _facts(one)


def _facts(one: Description) -> Iterator[str]:
    if one.fields:
        yield f"fields: {', '.join(one.fields)}"
    yield f"permission: {one.permission}"
    yield f"scope: {one.scope or 'none, so no app may send it'}"
    yield f"result: {one.result}"
    if one.errors:
        yield f"errors: {', '.join(one.errors)}"
    if one.events:
        yield f"events: {', '.join(one.events)}"
