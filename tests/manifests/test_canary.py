"""A few pods with another value beside a Deployment's own."""

from __future__ import annotations

import subprocess
from copy import deepcopy
from typing import Any

import pytest
import yaml

from tests.manifests.rendering import COMPONENT, FOLDER, Manifest, named, of_kind

pytestmark = pytest.mark.manifests
TRIED = ("website", "api", "core", "worker-media", "worker-default", "worker-reports", "worker-billing")


def run(deployment: Manifest, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([FOLDER / "canary", *arguments], input=yaml.safe_dump(deployment), capture_output=True, text=True, check=False)


def canary(deployment: Manifest, name: str, value: str, pods: int) -> Manifest:
    done = run(deployment, name, value, str(pods))
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)


def environment(deployment: Manifest) -> dict[str, str]:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {one["name"]: one["value"] for one in container.get("env", ())}


def labels(deployment: Manifest) -> dict[str, str]:
    return deployment["spec"]["template"]["metadata"]["labels"]


def selects(selector: dict[str, str], deployment: Manifest) -> bool:
    return selector.items() <= labels(deployment).items()


def without_what_differs(deployment: Manifest) -> Any:
    rest = deepcopy(deployment)
    rest["metadata"] = rest["metadata"]["namespace"]
    for key in ("replicas", "selector", "status"):
        rest["spec"].pop(key, None)
    rest.pop("status", None)
    template = rest["spec"]["template"]
    template["metadata"].pop("creationTimestamp", None)
    template["metadata"]["labels"].pop("track")
    for container in template["spec"]["containers"]:
        container.pop("env", None)
        if not container["resources"]:
            del container["resources"]
    return rest


@pytest.mark.parametrize("name", TRIED)
def test_is_the_same_but_for_the_value(name):
    stable = named("production", "Deployment", name)
    tried = canary(stable, name, "CACHE=redis", 2)
    assert (tried["metadata"]["name"], tried["spec"]["replicas"]) == (f"{name}-canary", 2)
    assert environment(tried) == environment(stable) | {"CACHE": "redis"}
    assert without_what_differs(tried) == without_what_differs(stable)


@pytest.mark.parametrize("name", TRIED)
def test_is_counted_apart_and_asked_together(name):
    stable = named("production", "Deployment", name)
    tried = canary(stable, name, "CACHE=redis", 1)
    own, others = stable["spec"]["selector"]["matchLabels"], tried["spec"]["selector"]["matchLabels"]
    assert selects(own, stable)
    assert selects(others, tried)
    assert not selects(own, tried)
    assert not selects(others, stable)
    for service in of_kind("production", "Service"):
        assert selects(service["spec"]["selector"], stable) == selects(service["spec"]["selector"], tried)
    assert labels(stable)[COMPONENT] == labels(tried)[COMPONENT] == name


def test_of_what_a_cluster_has_keeps_nothing_that_is_of_one_object_alone():
    live = deepcopy(named("production", "Deployment", "api"))
    live["metadata"] |= {"uid": "5d0f", "resourceVersion": "77", "annotations": {"deployment.kubernetes.io/revision": "4"}}
    live["status"] = {"replicas": 3}
    tried = canary(live, "api", "CACHE=redis", 1)
    assert tried["metadata"].keys() <= {"name", "namespace", "creationTimestamp"}
    assert not tried.get("status")


@pytest.mark.parametrize(
    "arguments",
    [
        ("api",),
        ("api", "CACHE", "1"),
        ("api", "=redis", "1"),
        ("api", "CACHE=redis", "few"),
        ("api", "CACHE=redis", "0"),
        ("api", "CACHEE=redis", "1"),
        ("core", "CACHE=redis", "1"),
    ],
)
def test_says_what_it_cannot_read(arguments):
    done = run(named("production", "Deployment", "api"), *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr
