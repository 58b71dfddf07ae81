"""A few weeks of the demo's year, in a process of their own, as they set its environment."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.live import plain

pytestmark = pytest.mark.faults

WEEKS = """
import sys
from pathlib import Path
from apps.console.demo.files import write_excerpts
from apps.console.demo.house import NOWHERE, House, make_environment
from apps.console.demo.year import Year
from apps.core.contract.editorial import GetHome

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    year = Year(House(make_environment(folder / "home", NOWHERE)), print, weeks=2)
    write_excerpts(folder / "music", 1)
    year.begin(folder / "music")
    year.live()
    print(*year.lines(), sep="\\n")
    print(f"Elif keeps {year.kept(year.listeners[4])}.")
    home = year.listeners[0].core.send(GetHome())
    print(*(f"{shelf.title}: {len(shelf.playlists)} playlists" for shelf in home.shelves), sep="\\n")
"""


class TestTheYear:
    def test_has_listeners_who_play_skip_and_like_and_a_chart_each_week(self, tmp_path):
        script = tmp_path / "weeks.py"
        script.write_text(WEEKS)
        told = subprocess.run([sys.executable, script, tmp_path], env=plain(), capture_output=True, text=True, timeout=500, check=False)
        assert told.returncode == 0, told.stderr
        told_of = told.stdout.splitlines()
        begins = next(at for at, line in enumerate(told_of) if line.startswith("16 listeners"))
        first, *others = told_of[begins:]
        assert first.startswith("16 listeners, 2 weeks: 3 likes, 3 playlists, "), told.stdout
        assert first.endswith(" plays, 3 skips")
        assert "UK singles: 2 weekly editions." in others
        assert sum("weeks at number one: " in line for line in others) >= 1
        assert any(line.startswith("Ana lately played ") for line in others)
        assert "Elif keeps 1 tracks, 1 releases, 1 artists, 0 playlists." in others
        assert others[-1] == "By listeners: 3 playlists"
