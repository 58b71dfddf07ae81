"""The alerts are raised by the series they are for, as Prometheus itself reckons."""

from __future__ import annotations

import subprocess

import pytest

from apps.console.checkout import ROOT

pytestmark = pytest.mark.manifests


@pytest.mark.parametrize("command", [("check", "rules", "alerts.yaml"), ("test", "rules", "alerts_test.yaml")], ids=" ".join)
def test_as_promtool_finds(command: tuple[str, ...]):
    done = subprocess.run(["promtool", *command], cwd=ROOT / "deploy/prometheus", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
