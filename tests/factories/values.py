"""An example of any type that the contract is made of, with every field filled in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import inspect

from apps.core.contract.ids import new_id

MOMENT = datetime(2026, 3, 2, 12, 30, 15, 250_000, tzinfo=UTC)
TEXTS = (
    *(new_id(), "ana@example.com", "GB", "GBP", "0" * 64, "a-word", "a longer piece of text", "/srv/music"),
    *(
        "https://music.example/plans",
        "2026-03-02",
        "2026-000001",
        "PADPIDA2026",
        "0" * 64,
        "0" * 32,
        "#336699",
        f"covers/{new_id()}/0a1b",
        f"covers/own/{new_id()}",
        "",
    ),
)
"""One of them fits each pattern and each length there is."""

SIMPLE: dict[type[inspect.Type], Any] = {
    inspect.FloatType: 0.5,
    inspect.BoolType: True,
    inspect.BytesType: b"\x00\xff",
    inspect.DateTimeType: MOMENT,
    inspect.DictType: {"name": "value"},
}


def example(wanted: Any) -> Any:
    return _example(inspect.type_info(wanted))


def _example(kind: inspect.Type) -> Any:
    if type(kind) in SIMPLE:
        return SIMPLE[type(kind)]
    match kind:
        case inspect.StructType():
            return kind.cls(**{field.name: _example(field.type) for field in kind.fields})
        case inspect.StrType():
            return next(text for text in TEXTS if _fits(text, kind))
        case inspect.IntType():
            return kind.ge if kind.ge is not None else (kind.gt or 0) + 1
        case inspect.EnumType():
            return next(iter(kind.cls))
        case inspect.VarTupleType() | inspect.FrozenSetType():
            items = (_example(kind.item_type),)
            return items if isinstance(kind, inspect.VarTupleType) else frozenset(items)
        case inspect.UnionType():
            return _example(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
        case _:
            raise TypeError(f"no example of {kind} yet")


def _fits(text: str, kind: inspect.StrType) -> bool:
    limits = msgspec.Meta(pattern=kind.pattern, min_length=kind.min_length, max_length=kind.max_length)
    try:
        msgspec.convert(text, type=Annotated[str, limits])
    except msgspec.ValidationError:
        return False
    return True
