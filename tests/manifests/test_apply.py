"""`deploy/kubernetes/apply`: in which order a cluster comes to what an overlay says, and that the way there can be gone again and again."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from apps.console.checkout import ROOT
from tasks.app import ROUTES
from tests.manifests.rendering import FOLDER, of_kind

pytestmark = pytest.mark.manifests
QUEUES = {route["queue"] for route in ROUTES.values()}
JOB = "Job/migrations"
CORE = {"Deployment/core", "Deployment/relay"}
ASKING = {f"Deployment/{name}" for name in ("website", "api", "beat", "flower", *(f"worker-{queue}" for queue in QUEUES))}
BY_HAND = re.compile(r"kubectl (?:apply|diff) -k")


class Operator:
    """With a copy of the manifests, and a cluster that is a file."""

    def __init__(self, folder: Path) -> None:
        self.manifests = Path(shutil.copytree(FOLDER, folder / "kubernetes"))
        self._cluster = folder / "cluster.json"
        self._cluster.write_text(json.dumps({"objects": {}, "done": [], "never_ready": []}))
        programs = folder / "programs"
        programs.mkdir()
        stand_in = shlex.join([sys.executable, "-m", "tests.manifests.kubectl", str(shutil.which("kubectl")), str(self._cluster)])
        (programs / "kubectl").write_text(f'#!/bin/sh\nexec {stand_in} "$@"\n')
        (programs / "kubectl").chmod(0o700)
        self._environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False)

    def apply(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(self.manifests / "apply"), *arguments)

    @property
    def cluster(self) -> dict[str, Any]:
        return json.loads(self._cluster.read_text())

    def since(self, moment: int) -> list[str]:
        """What was done in the cluster since then."""
        return self.cluster["done"][moment:]

    def never_ready(self, key: str) -> None:
        self._cluster.write_text(json.dumps({**self.cluster, "never_ready": [key]}))

    def change(self, old: str, new: str) -> None:
        overlay = self.manifests / "overlays" / "production" / "kustomization.yaml"
        text = overlay.read_text()
        assert old in text
        overlay.write_text(text.replace(old, new))


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    return Operator(tmp_path)


@pytest.fixture
def running(operator: Operator) -> Operator:
    """Production is up, and its Job has done its work and is still there."""
    done = operator.apply("production")
    assert done.returncode == 0, done.stderr
    return operator


class TestTheOrder:
    def test_is_the_schema_then_core_then_those_who_ask_it(self, operator):
        assert operator.apply("production").returncode == 0
        done = operator.since(0)
        assert done.index(f"apply {JOB}") < done.index(f"await {JOB}")
        assert done.index(f"await {JOB}") < min(done.index(f"apply {key}") for key in CORE)
        assert done.index("await Deployment/core") < min(done.index(f"apply {key}") for key in ASKING)
        assert {f"await {key}" for key in CORE | ASKING} <= set(done[done.index("apply Deployment/website") :])

    def test_is_said_of_every_process(self):
        processes = of_kind("production", "Deployment", "Job")
        steps = {f"{one['kind']}/{one['metadata']['name']}": one["metadata"]["labels"]["rollout"] for one in processes}
        assert steps == {JOB: "schema", **dict.fromkeys(CORE, "core"), **dict.fromkeys(ASKING, "rest")}

    @pytest.mark.parametrize("broken", [JOB, "Deployment/core"])
    def test_stops_where_a_step_does_not_succeed(self, running, broken):
        """What ran before goes on: nobody who asks Core is told of the release that it has not got."""
        before, moment = running.cluster["objects"], len(running.since(0))
        running.never_ready(broken)
        running.change("TERRITORY_DEFAULT=GB", "TERRITORY_DEFAULT=DE")
        assert running.apply("production").returncode != 0
        assert not {f"apply {key}" for key in ASKING} & set(running.since(moment))
        assert all(running.cluster["objects"][key] == before[key] for key in ASKING)


class TestAChangedValue:
    def test_reaches_every_process_and_a_job_made_anew(self, running):
        moment = len(running.since(0))
        running.change("TERRITORY_DEFAULT=GB", "TERRITORY_DEFAULT=DE")
        done = running.apply("production")
        assert done.returncode == 0, done.stderr
        assert running.since(moment)[0] == f"delete {JOB}"
        assert {f"apply {key}" for key in CORE | ASKING | {JOB}} <= set(running.since(moment))

    def test_goes_back_the_same_way(self, running):
        before = running.cluster["objects"]
        running.change("TERRITORY_DEFAULT=GB", "TERRITORY_DEFAULT=DE")
        assert running.apply("production").returncode == 0
        running.change("TERRITORY_DEFAULT=DE", "TERRITORY_DEFAULT=GB")
        assert running.apply("production").returncode == 0
        after = running.cluster["objects"]
        assert {key: after[key] for key in before} == before

    def test_is_shown_before_and_nothing_is_done(self, running):
        moment = len(running.since(0))
        running.change("TERRITORY_DEFAULT=GB", "TERRITORY_DEFAULT=DE")
        done = running.apply("--diff", "production")
        assert (done.returncode, done.stderr) == (0, "")
        assert running.since(moment) == []

    @pytest.mark.parametrize("task", ["apply", "diff"])
    def test_by_kubectl_alone_would_be_refused(self, running, task):
        """Why there is a script: the Job of before is still there, and its template names the map."""
        running.change("TERRITORY_DEFAULT=GB", "TERRITORY_DEFAULT=DE")
        done = running.run("kubectl", task, "-k", str(running.manifests / "overlays" / "production"))
        assert done.returncode != 0
        assert "immutable" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("--diff",), ("nowhere",), ("staging", "production"), ("--all", "production")])
def test_says_what_it_cannot_read(operator, arguments):
    done = operator.apply(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "production" in done.stderr
    assert operator.since(0) == []


def test_the_documents_know_no_other_way():
    pages = {page.name: page.read_text() for page in (ROOT / "docs").glob("*.md")}
    assert {name: BY_HAND.findall(text) for name, text in pages.items() if BY_HAND.search(text)} == {}
    assert {"operations.md", "kubernetes.md", "ship-dark.md"} <= {
        name for name, text in pages.items() if "deploy/kubernetes/apply " in text
    }
