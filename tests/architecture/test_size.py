"""Files and functions stay small enough to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from apps.console.checkout import ROOT

LONGEST_FILE, LONGEST_TEST_FILE, LONGEST_FUNCTION = 400, 600, 50
FOLDERS = ("apps", "bench", "ports", "tasks", "tests", "wsgi")
FILES = [
    path.relative_to(ROOT)
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "versions" not in path.parts  # what Alembic wrote is history
]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_is_small(path: Path):
    text = (ROOT / path).read_text()
    in_tests = path.parts[0] == "tests"
    assert text.count("\n") <= (LONGEST_TEST_FILE if in_tests else LONGEST_FILE)
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION]
    assert long == []
