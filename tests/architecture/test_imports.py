"""The contracts on who may import what hold, and they bite."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from apps.console.checkout import ROOT

LINT = str(Path(sys.executable).with_name("lint-imports"))
PACKAGES = ("apps", "ports", "tasks", "wsgi")

FORBIDDEN = [
    ("apps/website/views/stray.py", "from apps.core.catalogue import models", "Of Core, others import the contract and the client only"),
    ("apps/api/views/stray.py", "import sqlalchemy", "Only Core reaches the database"),
    ("tasks/stray.py", "from apps.core import database", "Only Core reaches the database"),
    ("apps/console/stray.py", "from apps.core.bus import Bus", "Of Core, others import the contract and the client only"),
    ("apps/website/stray.py", "from apps.api import app", "The layers"),
    ("apps/core/stray.py", "from apps.website import app", "The layers"),
    ("ports/stray.py", "from apps.core.contract import ids", "The layers"),
    ("apps/core/contract/stray.py", "from apps.core.accounts import models", "Only Core reaches the database"),
]


def lint(tree: Path) -> str:
    done = subprocess.run([LINT, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """A copy of the code to break."""
    copy = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", copy)
    return copy


class TestTheImportContracts:
    def test_hold(self, tree):
        assert "3 kept, 0 broken" in lint(tree)

    @pytest.mark.parametrize(("path", "line", "contract"), FORBIDDEN, ids=[path for path, *_ in FORBIDDEN])
    def test_bite(self, tree, path, line, contract):
        stray = tree / path
        stray.write_text(f"{line}\n")
        try:
            told = lint(tree)
        finally:
            stray.unlink()
        assert any(contract in told_line and "BROKEN" in told_line for told_line in told.splitlines()), told
