"""A rule as the rows of a form, and back: what can be built without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from apps.core.contract.errors import Invalid
from apps.core.contract.smart import (
    DEEPEST_RULE,
    WIDEST_RULE,
    Comparison,
    DaysRule,
    ExplicitRule,
    FavouriteRule,
    InnerGroup,
    NumberRule,
    PlaylistRule,
    SmartRule,
    TextRule,
)
from apps.website.languages import marked

TEXT_TESTS = {
    "is": marked("is"),
    "is_not": marked("is not"),
    "contains": marked("contains"),
    "contains_not": marked("does not contain"),
    "begins_with": marked("begins with"),
}
NUMBER_TESTS = {"is": marked("is"), "at_least": marked("is at least"), "at_most": marked("is at most")}
DAY_TESTS = {"within": marked("within the last days"), "not_within": marked("not within the last days")}
FLAG_TESTS = {"yes": marked("yes"), "no": marked("no")}
FIELDS: Mapping[str, tuple[str, str]] = {
    "title": (marked("Title"), "text"),
    "artist": (marked("Artist"), "text"),
    "release": (marked("Release"), "text"),
    "genre": (marked("Genre"), "text"),
    "label": (marked("Label"), "text"),
    "year": (marked("Year"), "number"),
    "duration": (marked("Length in seconds"), "number"),
    "plays": (marked("Plays of mine"), "number"),
    "added": (marked("Added"), "days"),
    "last_played": (marked("Played by me"), "days"),
    "explicit": (marked("Explicit words"), "flag"),
    "favourite": (marked("A favourite of mine"), "flag"),
    "playlist": (marked("In a playlist"), "playlist"),
}
"""By name: what it is called, and what kind of comparison it takes."""
TESTS: Mapping[str, Mapping[str, str]] = {
    "text": TEXT_TESTS, "number": NUMBER_TESTS, "days": DAY_TESTS, "flag": FLAG_TESTS, "playlist": FLAG_TESTS,
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One comparison as it is chosen."""

    field: str = "genre"
    test: str = "is"
    value: str = ""

    @property
    def kind(self) -> str:
        return FIELDS[self.field][1]

    @property
    def tests(self) -> Mapping[str, str]:
        return TESTS[self.kind]


def rows_of(form: Mapping[str, str]) -> list[Row]:
    """The rows that were sent, without the one to be removed, with one more where that is asked for."""
    rows: list[Row] = []
    for number in range(WIDEST_RULE):
        field = form.get(f"field-{number}", "")
        if field in FIELDS and form.get("do") != f"remove-{number}":
            tests = TESTS[FIELDS[field][1]]
            test = form.get(f"test-{number}", "")
            rows.append(Row(field, test if test in tests else next(iter(tests)), form.get(f"value-{number}", "").strip()))
    if (form.get("do") == "add" and len(rows) < WIDEST_RULE) or not rows:
        rows.append(Row())
    return rows


def rule_of(form: Mapping[str, str], rows: Sequence[Row]) -> SmartRule:
    """Raises `Invalid` where a row is not filled in."""
    group = {"type": "group", "match": form.get("match", "all"), "rules": [_comparison(row) for row in rows]}
    try:
        told = {"group": group, "order": form.get("order", "newest"), "limit": int(form.get("limit") or 100)}
        return msgspec.convert(told, SmartRule)
    except (ValueError, msgspec.ValidationError):
        raise Invalid(
            "A rule is not filled in, or not as it must be.",
            "Give each a value that fits. Groups of rules lie at most %(deepest)s deep in one another, with at most %(widest)s rules each.",
            deepest=DEEPEST_RULE, widest=WIDEST_RULE,
        ) from None  # fmt: skip


def _comparison(row: Row) -> dict[str, Any]:
    match row.kind:
        case "text":
            return {"type": "text", "field": row.field, "test": row.test, "text": row.value}
        case "number":
            return {"type": "number", "field": row.field, "test": row.test, "number": _whole(row.value)}
        case "days":
            return {"type": "days", "field": row.field, "within": row.test == "within", "days": _whole(row.value)}
        case "flag":
            return {"type": row.field, "is_so": row.test == "yes"}
        case _:
            return {"type": "playlist", "playlist_id": row.value, "is_so": row.test == "yes"}


def _whole(value: str) -> int | str:
    """What is no number stays what it was, and is refused with the rest."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value


def as_form(rule: SmartRule) -> tuple[dict[str, str], list[Row]] | None:
    """The form that makes this rule; None where it has groups within, which the form has not."""
    rows: list[Row] = []
    for one in rule.group.rules:
        if isinstance(one, InnerGroup):
            return None
        rows.append(_row(one))
    return {"match": rule.group.match.value, "order": rule.order.value, "limit": str(rule.limit)}, rows


def _row(rule: Comparison) -> Row:
    match rule:
        case TextRule():
            return Row(rule.field.value, rule.test.value, rule.text)
        case NumberRule():
            return Row(rule.field.value, rule.test.value, str(rule.number))
        case DaysRule():
            return Row(rule.field.value, "within" if rule.within else "not_within", str(rule.days))
        case ExplicitRule():
            return Row("explicit", "yes" if rule.is_so else "no")
        case FavouriteRule():
            return Row("favourite", "yes" if rule.is_so else "no")
        case PlaylistRule():
            return Row("playlist", "yes" if rule.is_so else "no", rule.playlist_id)
