"""The pipeline: it knows nothing but how to call the one program that judges everything."""

from __future__ import annotations

import re

import yaml

from apps.console.checkout import ROOT
from apps.console.test import SUITES


def test_its_only_job_calls_the_one_program() -> None:
    (job,) = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text()).values()
    assert job["script"] == [".ci/run"]
    assert set(job) <= {"image", "script", "timeout"}
    assert job["image"].startswith("debian:12")


def test_the_program_runs_every_suite() -> None:
    program = (ROOT / ".ci" / "run").read_text()
    (listed,) = re.findall(r"^for suite in (.*); do$", program, re.MULTILINE)
    named = set(re.findall(r"\./celesta test --(\w+)", program))
    assert {suite.name for suite in SUITES} <= {*listed.split(), *named}
