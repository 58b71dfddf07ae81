"""Secrets that are recognised wherever they turn up, and the search for them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

SECRETS = (
    "SESSION_KEY", "MEDIA_KEY", "LICENCE_KEY", "OFFLINE_KEY", "DOOR_KEY_WEBSITE", "DOOR_KEY_API", "DOOR_KEY_TASKS", "DOOR_KEY_CONSOLE",
    "VALKEY_PASSWORD", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "REPORT_SFTP_KEY", "REPORT_SFTP_PASSWORD",
)  # fmt: skip
"""That have one value by themselves."""
ADDRESSES = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "CACHE_URL", "SMTP_URL")
"""That have a password within."""


def canary(name: str) -> str:
    """A value for the secret, long enough for a key, that nothing else looks like."""
    return f"canary-{name.lower().replace('_', '-')}-9f2c7a41d85e0b36f1a4"


def write_canaries(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    for name in SECRETS:
        path = folder / name
        path.write_text(canary(name))
        path.chmod(0o400)


def forms(value: str) -> Iterator[bytes]:
    """How a value may be written: as it is, in hexadecimal (bytes in a dump), or within base64 (a task's message)."""
    plain = value.encode()
    yield plain
    yield plain.hex().encode()
    for before in range(3):
        encoded = b64encode(bytes(before) + plain)
        yield encoded[(0, 2, 3)[before] : len(encoded) - 4]


def search(places: Mapping[str, bytes], canaries: Mapping[str, str]) -> list[str]:
    """`what in where`, for whatever was found."""
    written = {name: tuple(forms(value)) for name, value in canaries.items()}
    return [
        f"{name} in {place}" for place, content in places.items() for name, some in written.items() if any(one in content for one in some)
    ]


def files(folder: Path) -> dict[str, bytes]:
    """Everything that lies there, however it is called."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def command_lines() -> bytes:
    """Of every process of this machine: what anybody on it can see."""
    lines: list[str] = []
    for process in psutil.process_iter():
        try:
            lines.extend(process.cmdline())
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
    return "\n".join(lines).encode()
