from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from bench.installing import install


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The Python of an environment that has one extra alone; made once for all tests."""
    return cache(lambda extra: install(extra, tmp_path_factory.mktemp(extra) / "environment"))
