"""Serving metrics: one address for a parent process and all the children that it forks, apart from what the public reaches.

`METRICS_PORT` switches it on; `METRICS_HOST` is the address it listens on (default the loopback one). The children count into files below
`METRICS_PATH` (default `metrics` in `CELESTA_HOME`), in a folder by the port, which is emptied when the parent has taken the port.
"""

from __future__ import annotations

import os
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ports.environment import BootError, Environment
from ports.metrics import BUILD, CHOSEN, begin_recording, show
from ports.registry import PORTS
from ports.settings import METRICS_PORT

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""What the library reads when it is loaded, and whenever a process counts for the first time."""


def serve_metrics(environment: Environment) -> Exposition | None:
    """Have this process and its children count, and serve it; to be called once in the parent, before any of them is forked.

    None where metrics are not wanted. Raises `BootError` where the address is taken, or their folder cannot be written to.
    """
    port = METRICS_PORT.read(environment)
    if not port:
        return None
    folder = environment.path("METRICS_PATH", environment.home / "metrics") / str(port)
    # The folder is that of whoever has the port, who may be running: only with the port in hand is what lies there nobody's.
    exposition = Exposition(environment.text("METRICS_HOST", "127.0.0.1"), port)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        exposition.close()
        raise BootError(f"Metrics cannot be kept in {folder} ({error.strerror}): set METRICS_PATH to a folder of ours.") from None
    exposition.show_what_is_counted_in(folder)
    return exposition


def tell_what_runs(environment: Environment) -> None:
    """The release and the chosen implementations, as this process was told; in each that works, as they go with it."""
    show(BUILD, version("celesta"), value=1)
    for port in PORTS:
        show(CHOSEN, port.name, port.chosen(environment), value=1)


class Exposition:
    """Answers `GET /metrics` from a thread of the parent."""

    def __init__(self, host: str, port: int) -> None:
        """Raises `BootError` where the address is taken."""
        from prometheus_client import CollectorRegistry, start_http_server  # noqa: PLC0415 - loaded only where metrics are wanted

        self._registry = CollectorRegistry()
        try:
            self._server, _ = start_http_server(port, host, self._registry)
        except OSError as error:
            raise BootError(f"Metrics cannot be served at {host}:{port} ({error.strerror}): choose another METRICS_PORT.") from None

    def show_what_is_counted_in(self, folder: Path) -> None:
        """By this process and its children, from now on."""
        os.environ[FOLDER] = str(folder)
        from prometheus_client import CollectorRegistry, values  # noqa: PLC0415 - reads FOLDER as it is loaded
        from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 - reads FOLDER as it is loaded

        values.ValueClass = values.get_value_class()  # whoever loaded this library before did so without a folder
        begin_recording(CollectorRegistry())
        MultiProcessCollector(self._registry, path=str(folder))

    def leave(self) -> None:
        """In a child: what it has inherited must not keep the port."""
        self._server.socket.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def forget_process(pid: int) -> None:
    """A child is gone: what it showed is no more so; what it counted stays counted."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - see above

    process: Any = mark_process_dead
    process(pid, str(Path(os.environ[FOLDER])))
