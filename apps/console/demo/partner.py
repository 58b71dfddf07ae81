"""The labels' SFTP server, on the loopback and gone with the demo."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import asyncssh

USER = "labels"


@contextmanager
def partner_server(folder: Path) -> Generator[dict[str, str]]:
    """Serve the folder as `/`; gives the settings of whoever sends there."""
    folder.mkdir(parents=True, exist_ok=True)
    password, key, loop = secrets.token_urlsafe(24), asyncssh.generate_private_key("ssh-ed25519"), asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="the labels' server", daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(_listen(folder, password, key), loop).result()
    try:
        yield {
            "REPORT_DISPATCH": "sftp", "REPORT_SFTP_HOST": "127.0.0.1", "REPORT_SFTP_PORT": str(listening.get_port()),
            "REPORT_SFTP_USER": USER, "REPORT_SFTP_HOST_KEY": key.export_public_key().decode().strip(),
            "REPORT_SFTP_PASSWORD": password,
        }  # fmt: skip
    finally:
        asyncio.run_coroutine_threadsafe(_close(listening), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Doorkeeper(asyncssh.SSHServer):
    def __init__(self, password: str) -> None:
        self._password = password

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return username == USER and secrets.compare_digest(password, self._password)


async def _listen(folder: Path, password: str, key: asyncssh.SSHKey) -> asyncssh.SSHAcceptor:
    def files(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(folder).encode())

    return await asyncssh.listen(
        "127.0.0.1", 0, server_factory=lambda: _Doorkeeper(password), server_host_keys=[key],
        sftp_factory=files,
    )  # fmt: skip


async def _close(listening: asyncssh.SSHAcceptor) -> None:
    listening.close()
    await listening.wait_closed()
