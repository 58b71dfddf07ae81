"""What must be true before anything is started; each failure is one line."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import shutil
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from apps.core.client.choice import check_core_client
from ports.container import Container
from ports.environment import BootError
from ports.health import check_ports
from ports.logs import log_settings
from ports.registry import PORTS
from ports.settings import check_settings

LEAST_SPACE = 200_000_000
"""Bytes."""
STILL_STOPPING = 8.0
"""Seconds that the processes of a killed copy may take to end."""


def check_space(home: Path, least: int = LEAST_SPACE) -> None:
    free = shutil.disk_usage(home).free
    if free < least:
        needed = f"only {free // 1_000_000} MB are free and {least // 1_000_000} MB are needed"
        raise BootError(f"The disk of {home} is nearly full: {needed}. Make room, or set CELESTA_HOME to a folder on another disk.")


def check_environment(container: Container) -> None:
    """Raise `BootError` for what the processes would not start with; the database's address, which only Core can judge, excepted."""
    environment = container.environment
    check_settings(environment)
    log_settings(environment)
    check_core_client(environment)
    with _fakes_unheard():
        container.require(port.interface for port in PORTS)
    for name in ("SESSION_KEY", "LICENCE_KEY", "OFFLINE_KEY", "DATABASE_URL"):
        environment.secret(name)


def check_servers(container: Container) -> None:
    """Raise `BootError` where sessions or tasks are kept by a server that does not answer."""
    for one in check_ports(container, [port for port in PORTS if port.variable in {"SESSIONS", "TOKENS", "TASK_QUEUE"}]):
        if one.trouble:
            raise BootError(f"{one.name}: {one.trouble}")


@contextmanager
def _fakes_unheard() -> Generator[None]:
    """A fake says that it is one; the processes that use it say so again."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def check_port(host: str, port: int) -> None:
    """Raise `BootError` where the website could not listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(1)
    except socket.gaierror:
        raise BootError(f"--host {host} is not an address: give one of this machine, for example 127.0.0.1.") from None
    except OSError as error:
        raise BootError(_why_not(host, port, error)) from None


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is used by another program: stop that one, or choose another with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the system and this user may not use it: choose one from 1024 on with --port."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host} is not an address of this machine: give one that is, for example 127.0.0.1."
    return f"Port {port} on {host} cannot be used ({error.strerror}): choose another with --host and --port."


def take_run_lock(home: Path, address: str = "") -> TextIO:
    """The lock that makes this the only copy for `home`, held while the returned file is open; raises `BootError` where there is one.

    A copy that runs says where; what brings a backup back says nothing.
    """
    try:
        file = os.fdopen(os.open(home / "run.lock", os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
    except OSError as error:
        raise BootError(
            f"{home} cannot be written to ({error.strerror}): make it writable, or set CELESTA_HOME to another folder."
        ) from None
    deadline = time.monotonic() + STILL_STOPPING
    while not _lock(file):
        pid, _, running_at = file.read().partition(" ")
        file.seek(0)
        if _alive(pid) or time.monotonic() > deadline:
            file.close()
            raise _held(pid, running_at)
        time.sleep(0.1)
    file.truncate()
    file.write(f"{os.getpid()} {address}")
    file.flush()
    return file


def _held(pid: str, running_at: str) -> BootError:
    if pid and not running_at:
        return BootError(f"Process {pid} brings a backup back here: wait until that is done, or set CELESTA_HOME to another folder.")
    where = f"as process {pid} at {running_at}" if pid else "and is just starting"
    return BootError(f"Celesta already runs here {where}: stop that copy first, or set CELESTA_HOME to another folder.")


def running_address(home: Path) -> str | None:
    """Where the copy that runs for `home` is; None where there is none."""
    try:
        pid, _, address = (home / "run.lock").read_text(encoding="utf-8").partition(" ")
    except OSError:
        return None
    return address if address and _alive(pid) else None


def _lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _alive(pid: str) -> bool:
    """Whether the holder still runs: a killed copy's lock is held for some seconds more, by what ends its processes."""
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
