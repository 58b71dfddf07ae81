"""Each Action has one handler, a permission, a meaning, a round trip through the codec, and a test."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import msgspec
import pytest

from apps.console.actions import actions_page
from apps.console.checkout import ROOT
from apps.console.ports import ports_page
from apps.core.bus import HANDLERS, snake_case
from apps.core.contract.actions import Permission
from apps.core.contract.codec import ACTIONS, EVENTS, action_type, decode_action, decode_result, encoder, result_type
from apps.core.contract.errors import CelestaError
from apps.core.handlers import MODULES, load_handlers
from tests.factories.values import example

load_handlers()
EACH_ACTION = pytest.mark.parametrize("kind", ACTIONS.values(), ids=ACTIONS)
NAMED = re.compile(r"\b(Raises|Emits) ((?:[^.]|\.(?=\w))*)")
CLASS_NAME = re.compile(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)*\b")


@cache
def names_in_tests() -> frozenset[str]:
    """Every name that a test's code uses."""
    names: set[str] = set()
    for path in [
        *(ROOT / "tests/core").rglob("*.py"),
        *(ROOT / "tests/factories").rglob("*.py"),
        *(ROOT / "tests/conformance").rglob("*.py"),
    ]:
        names.update(node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name))
    return frozenset(names)


class TestEachAction:
    @EACH_ACTION
    def test_has_one_handler_named_like_it(self, kind):
        assert HANDLERS[kind].function.__name__ == snake_case(kind.__name__)

    def test_no_handler_is_left_without_its_action(self):
        assert {kind.__name__ for kind in HANDLERS} == set(ACTIONS)

    def test_no_handler_file_is_forgotten(self):
        core = ROOT / "apps/core"
        written = {f"{path.parent.name}.{path.stem}" for name in ("commands", "queries") for path in core.glob(f"*/{name}.py")}
        assert written == set(MODULES)

    @EACH_ACTION
    def test_says_who_may_send_it(self, kind):
        assert isinstance(kind.permission, Permission)

    @EACH_ACTION
    def test_says_what_it_means(self, kind):
        assert kind.__doc__ and kind.__doc__ != kind.__base__.__doc__

    @EACH_ACTION
    def test_names_only_errors_and_events_that_exist(self, kind):
        for verb, words in NAMED.findall(" ".join(kind.__doc__.split())):
            known = set(EVENTS) if verb == "Emits" else {one.__name__ for one in CelestaError.by_code.values()}
            first, *_ = CLASS_NAME.findall(words)
            assert first in known

    @EACH_ACTION
    def test_travels_as_json(self, kind):
        action = example(kind)
        assert decode_action(action_type(kind.__name__), encoder.encode(action)) == action

    @EACH_ACTION
    def test_has_a_result_that_travels_as_json(self, kind):
        result = example(result_type(kind))
        assert decode_result(kind, encoder.encode(result)) == result

    @EACH_ACTION
    def test_has_a_test_that_sends_it(self, kind):
        assert kind.__name__ in names_in_tests()


class TestEachEvent:
    @pytest.mark.parametrize("kind", EVENTS.values(), ids=EVENTS)
    def test_travels_as_json(self, kind):
        event = example(kind)
        assert msgspec.json.decode(encoder.encode(event), type=kind) == event


class TestTheGeneratedPages:
    @pytest.mark.parametrize(("path", "page"), [("docs/actions.md", actions_page), ("docs/ports.md", ports_page)])
    def test_are_as_they_would_be_generated_now(self, path, page):
        assert Path(ROOT, path).read_text().rstrip("\n") == page().rstrip("\n"), f"write {path} anew, as its first lines say"
