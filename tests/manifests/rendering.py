"""The manifests as `kubectl apply -k` would send them."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import Any

import yaml

from apps.console.checkout import ROOT

Manifest = dict[str, Any]

FOLDER = ROOT / "deploy" / "kubernetes"
OVERLAYS = ("local", "ci", "staging", "production")
COMPONENT = "app.kubernetes.io/component"


@cache
def render(overlay: str) -> tuple[Manifest, ...]:
    """Every object of the overlay. Not to be changed: it is read once."""
    kubectl = shutil.which("kubectl")
    assert kubectl, "kubectl is not installed: sudo apt-get install kubernetes-client"
    command = [kubectl, "kustomize", str(FOLDER / "overlays" / overlay)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return tuple(yaml.safe_load_all(done.stdout))


def of_kind(overlay: str, *kinds: str) -> list[Manifest]:
    return [manifest for manifest in render(overlay) if manifest["kind"] in kinds]


def named(overlay: str, kind: str, name: str) -> Manifest:
    return next(manifest for manifest in of_kind(overlay, kind) if manifest["metadata"]["name"] == name)


def pods(overlay: str) -> dict[str, Manifest]:
    """By component, what each Deployment and Job starts: metadata and spec."""
    return {owner["metadata"]["name"]: owner["spec"]["template"] for owner in of_kind(overlay, "Deployment", "Job")}


def containers(overlay: str) -> dict[str, Manifest]:
    """By component: each pod has one container."""
    return {name: container for name, pod in pods(overlay).items() for container in pod["spec"]["containers"]}


def environment(overlay: str, container: Manifest) -> dict[str, str]:
    """What the container is told: its ConfigMaps' values, then its own."""
    maps = {manifest["metadata"]["name"]: manifest["data"] for manifest in of_kind(overlay, "ConfigMap")}
    values: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        values.update(maps[source["configMapRef"]["name"]])
    return values | {variable["name"]: variable["value"] for variable in container.get("env", ())}


def secrets_of(pod: Manifest) -> dict[str, str]:
    """By the name that the files get, the Secret's keys that the pod is given."""
    sources = [volume["secret"] for volume in pod["spec"].get("volumes", ()) if "secret" in volume]
    return {item["path"]: item["key"] for source in sources for item in source["items"]}
