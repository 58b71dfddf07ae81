"""The embedded topology's environment: what `celesta run` needs where nothing is configured."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from apps.console.checkout import ROOT
from ports.environment import BootError, Environment

GENERATED_SECRETS = (
    "SESSION_KEY",
    "MEDIA_KEY",
    "DOOR_KEY_WEBSITE",
    "DOOR_KEY_API",
    "DOOR_KEY_TASKS",
    "DOOR_KEY_CONSOLE",
    "FLOWER_PASSWORD",
    "VALKEY_PASSWORD",
)
LONGEST_SOCKET_PATH = 103
"""The shortest of the systems' limits on the path of a Unix socket, in bytes."""


def embedded_environment(values: Mapping[str, str]) -> dict[str, str]:
    """`values` and, for every setting that is not among them, the embedded topology's own.

    Makes the folder `CELESTA_HOME` and the secrets that are missing in it; of processes that do so at once all get the same.
    Raises `BootError` where that folder cannot be used.
    """
    home = Environment({"CELESTA_HOME": str(ROOT / "var"), **_given(values)}).home
    chosen = {**_defaults(home), **_given(values), "CELESTA_HOME": str(home)}
    try:
        home.mkdir(parents=True, exist_ok=True)
        if chosen["SECRETS"] == "file":
            _generate_secrets(Path(chosen["SECRETS_PATH"]), chosen)
        if "REDIS_URL" not in chosen:
            chosen = {**valkey_addresses(home, chosen), **chosen}
    except OSError as error:
        raise BootError(
            f"{error.filename or home} cannot be used ({error.strerror}): make it writable, or set CELESTA_HOME to another folder."
        ) from None
    return chosen
