"""A real SFTP server in this process, on a free port of the loopback, below a folder of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import asyncssh

USER, PASSWORD = "partner", "hunter2hunter2"
_KEYS: dict[str, asyncssh.SSHKey] = {}


def host_key(algorithm: str = "ssh-ed25519") -> asyncssh.SSHKey:
    """One per algorithm and test run, since an RSA key takes a while to make."""
    return _KEYS.setdefault(algorithm, asyncssh.generate_private_key(algorithm))


def known_host(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


@dataclass
class SftpServer:
    folder: Path
    """What partners see as `/`."""
    key: asyncssh.SSHKey
    port: int = 0
    log_ins: list[str] = field(default_factory=list)
    """Whoever told a name, let in or not."""
    cuts_after: int | None = None
    """The bytes of a file after which the connection breaks, once."""
    connections: list[asyncssh.SSHServerConnection] = field(default_factory=list)

    def files(self) -> dict[str, bytes]:
        found = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}

    def settings(self) -> dict[str, str]:
        """What a sender is told of it."""
        return {
            "REPORT_SFTP_HOST": "127.0.0.1", "REPORT_SFTP_PORT": str(self.port), "REPORT_SFTP_USER": USER,
            "REPORT_SFTP_PASSWORD": PASSWORD, "REPORT_SFTP_HOST_KEY": known_host(self.key),
        }  # fmt: skip


@contextmanager
def sftp(folder: Path, key: asyncssh.SSHKey | None = None, partner: asyncssh.SSHKey | None = None) -> Generator[SftpServer]:
    """`partner` is the key that lets in beside the password."""
    folder.mkdir(parents=True, exist_ok=True)
    server, loop = SftpServer(folder, key or host_key()), asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(_listen(server, partner), loop).result(20)
    server.port = listening.get_port()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_close(server, listening), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Doorkeeper(asyncssh.SSHServer):
    def __init__(self, server: SftpServer, partner: asyncssh.SSHKey | None) -> None:
        self._server = server
        self._partner = partner

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._server.connections.append(conn)

    def begin_auth(self, username: str) -> bool:
        self._server.log_ins.append(username)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return self._partner is not None

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._partner is not None and username == USER and key.public_data == self._partner.public_data


class _Files(asyncssh.SFTPServer):
    def __init__(self, chan: Any, server: SftpServer) -> None:
        super().__init__(chan, chroot=str(server.folder).encode())
        self._server = server

    def write(self, file_obj: object, offset: int, data: bytes) -> Any:
        written = super().write(file_obj, offset, data)
        if self._server.cuts_after is not None and offset + len(data) > self._server.cuts_after:
            self._server.cuts_after = None
            self.channel.get_connection().abort()
        return written


async def _listen(server: SftpServer, partner: asyncssh.SSHKey | None) -> asyncssh.SSHAcceptor:
    return await asyncssh.listen(
        "127.0.0.1", 0, server_factory=lambda: _Doorkeeper(server, partner), server_host_keys=[server.key],
        sftp_factory=lambda chan: _Files(chan, server), allow_scp=False,
    )  # fmt: skip


async def _close(server: SftpServer, listening: asyncssh.SSHAcceptor) -> None:
    listening.close()
    for connection in server.connections:
        connection.abort()
    await listening.wait_closed()
    await asyncio.gather(*(connection.wait_closed() for connection in server.connections), return_exceptions=True)
