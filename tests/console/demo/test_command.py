"""The demo stays away from what is real."""

from __future__ import annotations

import subprocess

from tests.live import CELESTA, PATIENCE, plain


class TestTheMonth:
    def test_does_not_happen_in_production(self, tmp_path):
        environment = {**plain(), "TMPDIR": str(tmp_path), "CELESTA_ENV": "production"}
        command = [CELESTA, "demo", "--month"]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert told.returncode == 1
        assert "does not run where CELESTA_ENV is production" in told.stderr
        assert list(tmp_path.iterdir()) == []
