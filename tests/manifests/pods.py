"""One pod of the rendered manifests as a local process: its command, its environment, its probes, its end."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.console.checkout import ROOT
from apps.console.embedded import free_port
from tests.manifests.rendering import Manifest, secrets_of

HERE = "127.0.0.1"
LISTENING = {"0.0.0.0": HERE}
PORT_VARIABLES = {"http": ("PORT", "FLOWER_PORT"), "metrics": ("METRICS_PORT",)}
"""By the port that a container names, the variables that tell its process."""
PATIENCE = 180
"""Seconds for a process to be ready, on a machine that is busy with other things; Kubernetes' own limits are for its own machines."""


@dataclass(frozen=True)
class Surroundings:
    """What is the same for all pods of a run."""

    folder: Path
    addresses: Mapping[str, str]
    """By the name that manifests know a service by (`core:8000`), where it is here."""
    secrets: Mapping[str, str]
    """What the operator's Secret holds."""


@dataclass
class Pod:
    """Started when made, and ended as a kubelet ends one: what runs before the end, SIGTERM, and SIGKILL after the period of grace."""

    name: str
    manifest: Manifest
    values: Mapping[str, str]
    """The ConfigMap's and the container's own."""
    surroundings: Surroundings
    ready: bool = False
    killed: bool = False
    """Whether it had to be."""
    port: int = field(default_factory=free_port)
    metrics_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.folder = self.surroundings.folder / self.name
        self._mounts = self._mount()
        command = [self._here(word) for word in self.container["command"]]
        self.environment = self._environment()
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )

    @property
    def container(self) -> dict[str, Any]:
        (container,) = self.manifest["spec"]["containers"]
        return container

    @property
    def log(self) -> Path:
        return self.surroundings.folder / f"{self.name}.log"

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def _mount(self) -> dict[str, Path]:
        """By the path in the container, the folder here: one of its own for each volume, with the secrets in theirs."""
        kinds = {volume["name"]: volume for volume in self.manifest["spec"]["volumes"]}
        folders: dict[str, Path] = {}
        for mount in self.container["volumeMounts"]:
            folder = folders[mount["mountPath"]] = self.folder / mount["name"]
            folder.mkdir(parents=True)
            if "secret" in kinds[mount["name"]]:
                for path, key in secrets_of(self.manifest).items():
                    if key in self.surroundings.secrets:
                        (folder / path).write_text(self.surroundings.secrets[key])
                        (folder / path).chmod(0o400)
        return folders

    def _environment(self) -> dict[str, str]:
        """Nothing of this process's own: only what a container has anyhow, and what it is told."""
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        told = {name: self._here(value) for name, value in self.values.items()}
        for port in self.container.get("ports", ()):
            here = self.port if port["name"] == "http" else self.metrics_port
            told |= {name: str(here) for name in PORT_VARIABLES[port["name"]] if told.get(name) == str(port["containerPort"])}
        return {"PATH": path, "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **told}

    def _here(self, text: str) -> str:
        """The same text with this machine's paths and addresses in place of the cluster's."""
        text = LISTENING.get(text, text)
        for inside, folder in self._mounts.items():
            text = re.sub(rf"(?<![\w/]){re.escape(inside)}(?=/|$)", str(folder), text)
        for name, address in self.surroundings.addresses.items():
            text = text.replace(f"//{name}", f"//{address}")
        return text

    def passes(self, probe: str) -> bool:
        """One attempt at the probe of that name, as a kubelet makes it."""
        asked = self.container[probe]
        if "exec" in asked:
            return self.run(asked["exec"]["command"], asked.get("timeoutSeconds", 1) * 5) == 0
        if "httpGet" in asked:
            return self._answers(asked["httpGet"])
        with socket.socket() as connection:
            return connection.connect_ex((HERE, self.port)) == 0

    def _answers(self, asked: Mapping[str, Any]) -> bool:
        connection = http.client.HTTPConnection(HERE, self.port, timeout=5)
        headers = {header["name"]: header["value"] for header in asked.get("httpHeaders", ())}
        try:
            connection.request("GET", asked["path"], headers=headers)
            return 200 <= connection.getresponse().status < 400
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def run(self, command: Sequence[str], seconds: float) -> int:
        """A command inside the container: its exit code."""
        words = [self._here(word) for word in command]
        done = subprocess.run(words, cwd=ROOT, env=self.environment, capture_output=True, timeout=seconds, check=False)
        return done.returncode

    def await_ready(self) -> None:
        """Return when it has started and is ready; fail with what it said where it ends, or is not in time."""
        deadline = time.monotonic() + PATIENCE
        for probe in ("startupProbe", "readinessProbe"):
            while not self.passes(probe):
                assert self.process.poll() is None, f"{self.name} ended: {self.said[-3000:]}"
                assert time.monotonic() < deadline, f"{self.name} is not ready: {self.said[-3000:]}"
                time.sleep(0.1)
        self.ready = True

    def end(self) -> None:
        """As Kubernetes does, with its periods of grace."""
        self.ready = False
        deadline = time.monotonic() + self.manifest["spec"].get("terminationGracePeriodSeconds", 30)
        if before := self.container.get("lifecycle", {}).get("preStop"):
            self.run(before["exec"]["command"], PATIENCE)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            self.killed = True
        self.kill()

    def kill(self) -> None:
        """It and whatever it left behind."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self.process.wait()
