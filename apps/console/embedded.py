"""The embedded topology's environment: what `celesta run` needs where nothing is configured."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from apps.console.backups.marker import refuse_marked
from apps.console.checkout import ROOT
from ports.container import Container
from ports.environment import BootError

GENERATED_SECRETS = (
    "SESSION_KEY",
    "MEDIA_KEY",
    "LICENCE_KEY",
    "OFFLINE_KEY",
    "DOOR_KEY_WEBSITE",
    "DOOR_KEY_API",
    "DOOR_KEY_TASKS",
    "DOOR_KEY_CONSOLE",
    "VALKEY_PASSWORD",
)


def embedded_environment(values: Mapping[str, str]) -> dict[str, str]:
    """`values` and, for every setting that is not among them, the embedded topology's own; as they are where they belong to another.

    Makes the folder `CELESTA_HOME` and the secrets that are missing in it; of several processes that do so at once all get the same.
    Raises `BootError` where the folder cannot be used, has only a part of a backup or a database without its secrets, or a port's
    choice is unknown.
    """
    given = {name: value for name, value in values.items() if value}
    if _of_a_cluster(given):
        return given
    home = make_home(values)
    refuse_marked(home)
    chosen = {**_defaults(home), **given, "CELESTA_HOME": str(home)}
    try:
        if chosen["SECRETS"] == "file":
            _refuse_others_secrets(home, Path(chosen["SECRETS_PATH"]))
            _generate_secrets(chosen)
        if "REDIS_URL" not in chosen:
            chosen = {**_bundled_valkey(home, chosen), **chosen}
    except OSError as error:
        raise _unusable(home, error) from None
    return {"BROKER_URL": chosen["REDIS_URL"], **chosen}


def _of_a_cluster(given: Mapping[str, str]) -> bool:
    """Core is another process, and the secrets are kept for us where we make none: as for `celesta users` inside a pod of Core's."""
    return given.get("CORE_CLIENT") == "http" and ("SECRETS_PATH" in given or given.get("SECRETS") == "aws")


def make_home(values: Mapping[str, str]) -> Path:
    """The folder `CELESTA_HOME` (default `var` in the source tree), made where it is missing; raises `BootError` where it cannot be."""
    home = home_of(values)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(home, error) from None
    return home


def home_of(values: Mapping[str, str]) -> Path:
    return Path(values.get("CELESTA_HOME") or ROOT / "var").absolute()


def _unusable(home: Path, error: OSError) -> BootError:
    reason = f"{error.filename or home} cannot be used ({error.strerror})"
    return BootError(f"{reason}: make it writable, or set CELESTA_HOME to another folder.")


def _defaults(home: Path) -> dict[str, str]:
    return {
        "CELESTA_ENV": "development",
        "SECRETS": "file",
        "SECRETS_PATH": str(home / "secrets"),
        "DATABASE_URL": f"sqlite:///{quote(str(home / 'celesta.db'))}",
        "MIGRATE_AT_START": "on",
        "CORE_CLIENT": "in_process",
        "SESSIONS": "redis",
        "TOKENS": "redis",
        "TASK_QUEUE": "celery",
        "CACHE": "memory",
        "STORAGE": "filesystem",
        "MAIL": "outbox",
        "WEB_CONCURRENCY": "2",
        "WEB_GRACE": "4",
        "ACCESS_LOG": "off",
    }


def _refuse_others_secrets(home: Path, folder: Path) -> None:
    """New ones do not open what a database that was brought back, or copied here, has wrapped by its own."""
    if (home / "celesta.db").exists() and not any(folder.glob("*_KEY")):
        raise BootError(
            f"{home} has a database, and {folder} none of its secrets: put them back there. Without them nobody's offline copies can be "
            f"opened again; to do without, write a new one (openssl rand -hex 32) into {folder}/OFFLINE_KEY, mode 0400."
        )


def _generate_secrets(chosen: Mapping[str, str]) -> None:
    folder = Path(chosen["SECRETS_PATH"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in GENERATED_SECRETS:
        if name not in chosen:
            _keep_first(folder / name, secrets.token_urlsafe(32))


def _bundled_valkey(home: Path, chosen: Mapping[str, str]) -> dict[str, str]:
    """The addresses of our own Valkey: sessions and tokens in one of its databases, the broker in the other."""
    password = Container(chosen).environment.secret("VALKEY_PASSWORD")
    server = f"redis://:{password}@127.0.0.1:{_valkey_port(home)}"
    return {"REDIS_URL": f"{server}/0", "BROKER_URL": f"{server}/1"}


def forget_valkey_port(home: Path) -> None:
    """Choose another port next time, as somebody else listens on this one."""
    (home / "valkey.port").unlink()


def _valkey_port(home: Path) -> int:
    """A loopback port that was free when first asked for, and stays ours: every command finds Valkey there."""
    kept = home / "valkey.port"
    if not kept.exists():
        _keep_first(kept, str(free_port()))
    return int(kept.read_text(encoding="ascii"))


def free_port() -> int:
    """A port on the loopback address that nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _keep_first(path: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all; whoever came first wins."""
    if path.exists():
        return
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix="new-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        Path(temporary).chmod(0o400)
        path.hardlink_to(temporary)
    except FileExistsError:
        return
    finally:
        Path(temporary).unlink()
