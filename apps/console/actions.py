"""`celesta actions`: what Core can be asked to do, read from its contract."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import click

from apps.core.contract.actions import Action, Command
from apps.core.contract.codec import ACTIONS, EVENTS, SHELF, result_type
from apps.core.contract.errors import CelestaError
from apps.core.contract.ids import Id

ERRORS = {kind.__name__ for kind in CelestaError.by_code.values()}
INTRODUCTION = """# Actions

Everything Core can be asked to do, domain by domain. A Command changes something in one transaction; a Query reads.
This page is generated from the contract: `./celesta actions --markdown > docs/actions.md`."""


@dataclass(frozen=True)
class Description:
    """An Action as its reader needs it."""

    name: str
    domain: str
    kind: str
    meaning: str
    fields: tuple[str, ...]
    permission: str
    scope: str
    result: str
    errors: tuple[str, ...]
    events: tuple[str, ...]


@click.command()
@click.argument("name", default="")
@click.option("--markdown", is_flag=True, help="Print the page docs/actions.md.")
def actions(name: str, markdown: bool) -> None:
    """Print what each Action means, who may send it, what it gives back, and which errors and events come of it.

    NAME narrows to Actions whose names contain it.
    """
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


def descriptions() -> Iterator[Description]:
    """Every Action in the order of the shelf."""
    for module in SHELF:
        for kind in ACTIONS.values():
            if kind.__module__ == module.__name__:
                yield describe(kind)


def describe(kind: type[Action[Any]]) -> Description:
    text = " ".join((inspect.getdoc(kind) or "").split())
    named = re.findall(r"\b[A-Z]\w+\b", text)
    return Description(
        name=kind.__name__,
        domain=kind.__module__.rpartition(".")[2],
        kind="Command" if issubclass(kind, Command) else "Query",
        meaning=text,
        fields=kind.__struct_fields__,
        permission=f"{kind.permission.name} ({kind.permission.meaning[0].lower()}{kind.permission.meaning[1:]})",
        scope=kind.scope.value if kind.scope else "",
        result=_type_name(result_type(kind)),
        errors=tuple(dict.fromkeys(name for name in named if name in ERRORS)),
        events=tuple(dict.fromkeys(name for name in named if name in EVENTS)),
    )


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


def _type_name(kind: Any) -> str:
    if kind == Id:
        return "Id"
    if kind is NoneType:
        return "None"
    if kind is Ellipsis:
        return "…"
    if get_origin(kind) in (Union, UnionType):
        return " | ".join(map(_type_name, get_args(kind)))
    arguments = ", ".join(map(_type_name, get_args(kind)))
    return f"{kind.__name__}[{arguments}]" if arguments else kind.__name__
