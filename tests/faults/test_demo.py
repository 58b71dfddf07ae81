"""The demo's month: everything in it comes out right, and nothing outside its folder is touched."""

from __future__ import annotations

import subprocess

import pytest

from tests.live import CELESTA, MONTH, plain

pytestmark = pytest.mark.faults


class TestTheMonth:
    def test_comes_out_right_to_the_penny(self, tmp_path):
        told = demo(tmp_path)
        assert told.returncode == 0, told.stdout + told.stderr
        assert "WRONG" not in told.stdout
        assert told.stdout.count("difference 0") == 10
        assert "25 statements sent; files at the labels' equal to the stored ones: 50 of 50 ok" in told.stdout
        assert list(tmp_path.iterdir()) == []

    def test_does_not_happen_in_production(self, tmp_path):
        told = demo(tmp_path, CELESTA_ENV="production")
        assert told.returncode == 1
        assert "does not run where CELESTA_ENV is production" in told.stderr


def demo(folder, **settings):
    environment = {**plain(), "TMPDIR": str(folder), "DATABASE_URL": "sqlite:////nowhere/at/all.db", **settings}
    return subprocess.run([CELESTA, "demo", "--month"], env=environment, capture_output=True, text=True, timeout=MONTH, check=False)
