"""Environments of their own with what one extra of setup.cfg names, each package as the lock has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bench.measure import ROOT

LOCK = ROOT / "requirements.lock"
UV = Path(sys.executable).with_name("uv")


def install(extra: str, folder: Path) -> Path:
    """The new environment's Python. Of the lock only what the extra needs is installed, at its version and with its hash checked.

    Celesta itself is not: it runs from its source tree, and brings no package along that an extra forgot.
    """
    python = folder / "bin" / "python"
    _uv("venv", "--python", sys.executable, str(folder))
    locked = ("--constraints", str(LOCK), "--build-constraints", str(LOCK))
    _uv("pip", "install", "--python", str(python), "--requirements", "setup.cfg", "--extra", extra, *locked)
    return python


def installed(python: Path) -> dict[str, str]:
    """The version of each package in that environment."""
    listed = _uv("pip", "freeze", "--python", str(python))
    return dict(line.split("==") for line in listed.splitlines())


def _uv(*arguments: str) -> str:
    done = subprocess.run([UV, "--quiet", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - a tool of ours
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout
