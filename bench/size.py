"""What each role installs, with the source tree it runs from, beside everything that production has."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.installing import install
from bench.measure import ROOT, end_cleanly, show

ROLES = ("website", "api", "core", "worker", "worker-reports", "beat", "flower")
EVERYTHING = "production"
"""What the image holds. The embedded topology adds the bundled ffmpeg and Valkey, which would flatter the others."""
BARS = {"website": "at most 0.50"}


def main() -> None:
    end_cleanly()
    tree = _tree()
    sizes = {extra: _installed(extra) + tree for extra in (EVERYTHING, *ROLES)}
    whole = sizes.pop(EVERYTHING)
    show("everything", f"{whole / 1e6:.0f} MB", f"of these the source tree {tree / 1e6:.0f} MB")
    for role, size in sizes.items():
        show(f"{role} / everything", f"{size / whole:.2f} ({size / 1e6:.0f} MB)", BARS.get(role, ""))


def _installed(extra: str) -> int:
    with TemporaryDirectory(prefix="celesta-bench-") as folder:
        install(extra, Path(folder, "environment"))
        return _bytes(Path(folder).rglob("*"))


def _tree() -> int:
    """The parts that a process runs from."""
    parts = ("apps", "ports", "static", "tasks", "templates", "wsgi")
    return _bytes(path for part in parts for path in (ROOT / part).rglob("*") if path.suffix != ".pyc")


def _bytes(paths: Iterable[Path]) -> int:
    return sum(path.lstat().st_size for path in paths if path.is_file() and not path.is_symlink())
