"""What a worker process works with: Core and the ports, built when the first task asks for them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from apps.core.client.choice import core_client
from apps.core.client.interface import Sender
from apps.core.contract.actions import Actor, Service
from ports.analytics.interface import Analytics
from ports.container import Container
from ports.storage.interface import Storage
from ports.transcoder.interface import Transcoder


class Office:
    """One per process: connections do not survive a fork."""

    def __init__(self, values: Mapping[str, str], core: Any = None) -> None:
        """`core` is Core's app where the process has one already."""
        container = Container(values)
        self.storage = container.get(Storage)
        self.transcoder = container.get(Transcoder)
        self.analytics = container.get(Analytics)
        self.workspaces: Path = container.environment.path("WORK_PATH", container.environment.home / "work")
        self.core = Sender(core_client(container.environment, Service.TASKS, core), Actor(Service.TASKS))


@cache
def office() -> Office:
    """This process's own; raises `BootError` where the environment is incomplete."""
    return Office(os.environ)
