"""The contract's small print: errors, patterns and times that hold on every database and across the door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import inspect

from apps.core.contract.actions import ANYONE, Actor, Command, Query
from apps.core.contract.codec import ACTIONS, declared, result_type
from apps.core.contract.errors import CelestaError, Defect, ErrorReport


def descendants(kind: type[CelestaError]) -> Iterator[type[CelestaError]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def parts(kind: inspect.Type) -> Iterator[inspect.Type]:
    """The type and all it is made of."""
    yield kind
    match kind:
        case inspect.StructType():
            inner = [field.type for field in kind.fields]
        case inspect.UnionType():
            inner = list(kind.types)
        case inspect.VarTupleType() | inspect.FrozenSetType():
            inner = [kind.item_type]
        case _:
            inner = []
    for one in inner:
        yield from parts(one)


ANY_TEXT = r"[^\x00]*$"
"""Line ends included."""

SENT = {name: list(parts(inspect.type_info(kind))) for name, kind in {**ACTIONS, "Actor": Actor}.items()}
ERRORS = list(descendants(CelestaError))


class TestErrors:
    def test_have_a_code_of_their_own(self):
        assert len(CelestaError.by_code) == len(ERRORS)

    @pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
    def test_cross_the_door(self, kind):
        error = kind("What happened.", "What to do.", {"reason": "why"})
        again = CelestaError.from_report(error.report())
        assert type(again) is kind
        assert again.report() == error.report()
        assert str(again) == "What happened."

    @pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
    def test_take_their_values_along_for_other_languages(self, kind):
        error = kind("“%(title)s” is 100 %% full.", "Wait %(seconds)s s.", title="50 %", seconds=5)
        again = CelestaError.from_report(error.report())
        assert (again.message, again.next_step) == ("“50 %” is 100 % full.", "Wait 5 s.")
        assert again.wording == error.wording

    @pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
    def test_have_a_title_and_a_status_of_their_family(self, kind):
        assert kind.title != CelestaError.title
        assert 400 <= kind.status <= 599

    def test_of_a_newer_core_are_defects(self):
        assert type(CelestaError.from_report(ErrorReport("unheard_of", "It went wrong."))) is Defect

    def test_start_without_details_of_another(self):
        Defect("one").details["reason"] = "why"
        assert Defect("another").details == {}


class TestWhatIsSent:
    @pytest.mark.parametrize("name", SENT)
    def test_has_patterns_that_no_line_end_slips_through(self, name):
        """In Python `$` matches before a line end too; `(?!\\n)$` does not, and reads the same in JSON Schema."""
        patterns = {part.pattern for part in SENT[name] if isinstance(part, inspect.StrType) and part.pattern}
        for pattern in patterns:
            assert pattern.endswith((r"(?!\n)$", ANY_TEXT)), pattern

    @pytest.mark.parametrize("name", SENT)
    def test_has_times_with_a_zone(self, name):
        assert all(part.tz for part in SENT[name] if isinstance(part, inspect.DateTimeType))


class TestTheShelf:
    def test_holds_what_is_concrete_only(self):
        assert not {"Action", "Command", "Query"} & set(declared(Command) | declared(Query))

    def test_asks_each_action_for_its_result(self):
        class Vague(Command, frozen=True):
            """Says nothing of its result."""

            permission = ANYONE

        with pytest.raises(TypeError, match="Vague does not say"):
            result_type(Vague)
