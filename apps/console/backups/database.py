"""The database's part in a backup, in a process of Core's, since only Core reaches the database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from apps.console.checkout import ROOT
from ports.environment import BootError


def copy_database(environment: Mapping[str, str], target: Path) -> None:
    """Raises `BootError` where there is none of SQLite's, or it cannot be copied."""
    _ask_core(environment, str(target))
    target.chmod(0o600)


def announce_waiting_jobs(database: Path) -> None:
    """To be called before anybody uses a database that was brought back."""
    _ask_core({}, "--announce", str(database))


def _ask_core(environment: Mapping[str, str], *arguments: str) -> None:
    command = [sys.executable, "-m", "apps.core.backup", *arguments]
    done = subprocess.run(command, env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        raise BootError(done.stderr.strip().splitlines()[-1])
