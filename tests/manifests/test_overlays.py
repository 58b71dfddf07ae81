"""The overlays differ in values, replicas, names of secrets and the site's own name only."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from tests.manifests.rendering import OVERLAYS, Manifest, containers, render

pytestmark = pytest.mark.manifests
REPLICAS = frozenset({"minReplicas", "maxReplicas", "replicas"})
SECRET_NAMES = frozenset({"secretName"})
HOSTS = {("Ingress", "celesta", "spec", "rules", "0", "host"), ("Ingress", "celesta", "spec", "tls", "0", "hosts", "0")}
VALUE, MAP = "a value", "the map of values"


def leaves(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every last value of a manifest, with the way to it."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from leaves(value, (*path, str(key)))
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from leaves(value, (*path, str(index)))
    else:
        yield path, part


def what_must_be_alike(manifests: tuple[Manifest, ...]) -> dict[tuple[str, ...], Any]:
    """Every leaf that no overlay may change; a ConfigMap goes by the name without its hash, and its values are an overlay's own."""
    maps = {manifest["metadata"]["name"] for manifest in manifests if manifest["kind"] == "ConfigMap"}
    alike: dict[tuple[str, ...], Any] = {}
    for manifest in manifests:
        if manifest["kind"] == "ConfigMap":
            manifest = {**manifest, "data": VALUE}  # noqa: PLW2901 - what is looked at of it
        name = MAP if manifest["metadata"]["name"] in maps else manifest["metadata"]["name"]
        for path, value in leaves(manifest, (manifest["kind"], name)):
            if path[-1] not in REPLICAS | SECRET_NAMES and path not in HOSTS:
                alike[path] = MAP if value in maps else value
    return alike


def differences(some: tuple[Manifest, ...], others: tuple[Manifest, ...]) -> set[tuple[str, ...]]:
    one, other = what_must_be_alike(some), what_must_be_alike(others)
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}


@pytest.mark.parametrize("overlay", [name for name in OVERLAYS if name != "production"])
def test_an_overlay_changes_nothing_else(overlay):
    assert differences(render(overlay), render("production")) == set()


def test_the_values_of_each_overlay_are_its_own():
    environments = [manifest["data"]["CELESTA_ENV"] for name in OVERLAYS for manifest in render(name) if manifest["kind"] == "ConfigMap"]
    assert environments == ["development", "test", "staging", "production"]


@pytest.mark.parametrize("change", ["a command", "a port", "another host", "an object that is not there", "an object more"])
def test_another_difference_is_found(change):
    """The comparison itself, as it would be with an overlay that patches more than it may."""
    changed = list(deepcopy(render("staging")))
    website = next(manifest for manifest in changed if (manifest["kind"], manifest["metadata"]["name"]) == ("Deployment", "website"))
    container = website["spec"]["template"]["spec"]["containers"][0]
    match change:
        case "a command":
            container["command"].append("--reload")
        case "a port":
            container["ports"][0]["containerPort"] = 8001
        case "another host":
            ingress = next(manifest for manifest in changed if manifest["kind"] == "Ingress")
            ingress["spec"]["rules"].append({"host": "elsewhere.example"})
        case "an object that is not there":
            changed.remove(website)
        case _:
            changed.append({**website, "metadata": {"name": "another"}})
    assert differences(tuple(changed), render("production")) != set()


def test_other_values_are_another_map_and_so_a_rollout():
    """The name that every pod refers to ends in a hash of the values: `kustomize` makes it, and the pods' templates change with it."""
    maps = [manifest["metadata"]["name"] for name in OVERLAYS for manifest in render(name) if manifest["kind"] == "ConfigMap"]
    assert len(set(maps)) == len(OVERLAYS)
    for overlay, name in zip(OVERLAYS, maps, strict=True):
        sources = [container["envFrom"] for container in containers(overlay).values()]
        assert all(source == [{"configMapRef": {"name": name}}] for source in sources)
