"""A `kubectl` whose cluster is a file: it renders as the real one does, and refuses what Kubernetes refuses.

`python -m tests.manifests.kubectl REAL STATE …`: REAL is the real one, STATE the file with the objects and with what was done, in order.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

Objects = dict[str, Any]
"""By kind and name."""


def main(kubectl: str, file: Path, words: list[str]) -> int:
    cluster: dict[str, Any] = json.loads(file.read_text())
    objects, done = cluster["objects"], cluster["done"]
    failure = ""
    match words:
        case ["-n", "celesta", "delete", "job", name, "--ignore-not-found"]:
            if objects.pop(f"Job/{name}", None):
                done.append(f"delete Job/{name}")
        case ["apply", "-k", folder, *selection]:
            failure = apply(objects, done, rendered(kubectl, folder, selection))
        case ["diff", "-k", folder, *selection]:
            failure = refusal(objects, rendered(kubectl, folder, selection))
        case ["-n", "celesta", "wait", "--for=condition=complete", _, "job/migrations"]:
            failure = awaited(cluster, "Job/migrations")
        case ["-n", "celesta", "rollout", "status", deployment, _]:
            failure = awaited(cluster, f"Deployment/{deployment.partition('/')[2]}")
        case ["-n", "celesta", "get", "deployments", "-o", "name"]:
            print(*(f"deployment.apps/{key.partition('/')[2]}" for key in objects if key.startswith("Deployment/")), sep="\n")
        case _:
            failure = f"error: unknown command: {words}"
    file.write_text(json.dumps(cluster))
    print(failure, end="", file=sys.stderr)
    return 1 if failure else 0


def rendered(kubectl: str, folder: str, selection: list[str]) -> Objects:
    """What the folder holds, without what the selection (`-l`, then `label!=value`, by commas) leaves out."""
    text = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=True).stdout
    manifests = {f"{one['kind']}/{one['metadata']['name']}": one for one in yaml.safe_load_all(text)}
    left_out = {tuple(rule.split("!=")) for rule in ",".join(selection[1:]).split(",")}
    return {key: one for key, one in manifests.items() if left_out.isdisjoint(one["metadata"].get("labels", {}).items())}


def refusal(objects: Objects, wanted: Objects) -> str:
    for key, one in wanted.items():
        if key.startswith("Job/") and key in objects and objects[key]["spec"]["template"] != one["spec"]["template"]:
            return f"The {key} is invalid: spec.template: field is immutable"
    return ""


def apply(objects: Objects, done: list[str], wanted: Objects) -> str:
    """Everything but what is refused, as Kubernetes goes object by object."""
    failure = refusal(objects, wanted)
    for key, one in wanted.items():
        if objects.get(key) != one and not (failure and key.startswith("Job/")):
            objects[key] = one
            done.append(f"apply {key}")
    return failure


def awaited(cluster: dict[str, Any], key: str) -> str:
    if key in cluster["never_ready"] or key not in cluster["objects"]:
        return f"error: timed out waiting for {key}"
    cluster["done"].append(f"await {key}")
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
