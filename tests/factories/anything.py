"""Hypothesis strategies for whatever the contract takes: any value of a type, the awkward ones included."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st
from msgspec import inspect

from apps.core.contract.ids import LENGTH

MOST_ITEMS = 4
MOST_CHARACTERS = 300
ZONES = [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))]
EDGES = [edge.replace(tzinfo=zone) for edge in (datetime.min, datetime.max) for zone in ZONES]  # noqa: DTZ901 - a zone is put to them

BASE62 = string.digits + string.ascii_letters
IDS = st.builds(str.__add__, st.sampled_from(BASE62[:8]), st.text(BASE62, min_size=LENGTH - 1, max_size=LENGTH - 1))
"""Drawn as one text: by a regular expression, character by character, took as long as all that is done with them."""

SIMPLE: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.BoolType: st.booleans(),
    inspect.BytesType: st.binary(max_size=MOST_CHARACTERS),
    inspect.DateTimeType: st.datetimes(timezones=st.sampled_from(ZONES)) | st.sampled_from(EDGES),
    inspect.NoneType: st.none(),
}


@dataclass(frozen=True)
class Anything:
    """Strings keep to their patterns and lengths, numbers to their bounds; `ids` are of things that exist."""

    ids: Sequence[str]

    def of(self, wanted: Any) -> st.SearchStrategy[Any]:
        return self._of(inspect.type_info(wanted))

    def _of(self, kind: inspect.Type) -> st.SearchStrategy[Any]:
        if type(kind) in SIMPLE:
            return SIMPLE[type(kind)]
        match kind:
            case inspect.StructType():
                return st.builds(kind.cls, **{field.name: self._of(field.type) for field in kind.fields})
            case inspect.StrType():
                return self._text(kind)
            case inspect.EnumType():
                return st.sampled_from(list(kind.cls))
            case inspect.UnionType():
                return st.one_of([self._of(one) for one in kind.types])
            case inspect.FrozenSetType():
                return st.frozensets(self._of(kind.item_type), max_size=MOST_ITEMS)
            case inspect.VarTupleType():
                return st.lists(self._of(kind.item_type), min_size=kind.min_length or 0, max_size=MOST_ITEMS).map(tuple)
            case _:
                return _number(kind)

    def _text(self, kind: inspect.StrType) -> st.SearchStrategy[str]:
        if "{21}" in (kind.pattern or "") or kind.min_length == kind.max_length == LENGTH:
            return st.sampled_from(self.ids) | IDS
        if kind.pattern is not None:
            return st.from_regex(kind.pattern).map(lambda text: text[: kind.max_length])
        return st.text(min_size=kind.min_length or 0, max_size=min(kind.max_length or MOST_CHARACTERS, MOST_CHARACTERS))


def _number(kind: inspect.Type) -> st.SearchStrategy[float]:
    match kind:
        case inspect.IntType():
            return st.integers(kind.ge if kind.gt is None else kind.gt + 1, kind.le)
        case inspect.FloatType():
            return st.floats(kind.ge, kind.le, allow_nan=False, allow_infinity=False)
        case _:
            raise TypeError(f"no values of {kind} yet")
