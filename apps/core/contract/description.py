"""What an Action means, who may send it and what comes of it, read from its own words."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from apps.core.contract.actions import Action, Command
from apps.core.contract.codec import ACTIONS, EVENTS, SHELF, result_type
from apps.core.contract.errors import CelestaError
from apps.core.contract.ids import Id

ERRORS = {kind.__name__: kind for kind in CelestaError.by_code.values()}


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
