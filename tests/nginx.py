"""Debian's nginx, configured as `celesta nginx` configures it."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from apps.console.embedded import free_port
from apps.console.nginx import nginx_command, nginx_folder, write_configuration
from ports.environment import Environment
from tests.services import answers_at, wait_until


@dataclass(frozen=True)
class Nginx:
    port: int
    environment: Environment
    process: subprocess.Popen[bytes]
    log: Path
    """Its lines about what it sent."""
    said: Path
    """Its errors."""

    def reload(self) -> None:
        """As `celesta nginx --reload` does; the change takes effect a moment later."""
        write_configuration(self.environment, nginx_folder(self.environment))
        self.process.send_signal(signal.SIGHUP)


@contextmanager
def nginx(settings: dict[str, str], environment: Environment) -> Generator[Nginx]:
    """Listens on a free port of loopback; `settings` are what the environment reads."""
    with tempfile.TemporaryDirectory(prefix="nginx-") as name:
        port, log, said = free_port(), Path(name, "stream.log"), Path(name, "errors")
        settings |= {"PORT": str(port), "NGINX_PATH": f"{name}/run", "NGINX_LOG": str(log)}
        folder = nginx_folder(environment)
        write_configuration(environment, folder)
        with said.open("wb") as errors:
            process = subprocess.Popen(nginx_command(folder), env={}, stdout=errors, stderr=errors)
        try:
            wait_until(lambda: answers_at(port) or process.poll() is not None)
            assert process.poll() is None, said.read_text()
            yield Nginx(port, environment, process, log, said)
        finally:
            process.terminate()
            process.wait()
