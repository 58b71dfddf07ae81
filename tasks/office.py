"""What a worker process works with: Core and the ports, built when the first task asks for them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import structlog

from apps.core.client.choice import core_client
from apps.core.client.interface import Sender
from apps.core.contract.actions import Action, Actor, Service
from apps.core.contract.reporting import Sender as Reporter
from ports.analytics.interface import Analytics
from ports.container import Container
from ports.environment import BootError, Environment
from ports.report_dispatch.interface import ReportDispatch
from ports.storage.interface import Storage
from ports.transcoder.interface import Transcoder

NEEDED: Mapping[str, tuple[Any, ...]] = {"media": (Transcoder,), "reports": (Analytics,)}
"""By queue: the ports that its tasks use beside the storage. A worker of another queue needs neither them nor their packages."""
R = TypeVar("R")


class TaskSender(Sender):
    """Tells Core which request the task at hand comes of."""

    def send(self, action: Action[R], idempotency_key: str | None = None) -> R:
        request_id = structlog.contextvars.get_contextvars().get("request", "")
        return self.client.send(action, msgspec.structs.replace(self.actor, request_id=request_id), idempotency_key)


class Office:
    """One per process: connections do not survive a fork."""

    def __init__(self, values: Mapping[str, str], core: Any = None) -> None:
        """`core` is Core's app where the process has one already."""
        container = Container(values)
        self.storage = container.get(Storage)
        self.workspaces: Path = container.environment.path("WORK_PATH", container.environment.home / "work")
        self.sender = _sender(container.environment)
        self._container = container
        self.core: Sender = TaskSender(core_client(container.environment, Service.TASKS, core), Actor(Service.TASKS))

    def require(self, queues: Iterable[str]) -> None:
        """Build what the tasks of these queues work with; raises `BootError` where something of it is missing."""
        for queue in queues:
            self._container.require(NEEDED.get(queue, ()))

    @cached_property
    def transcoder(self) -> Transcoder:
        return self._container.get(Transcoder)

    @cached_property
    def analytics(self) -> Analytics:
        return self._container.get(Analytics)

    @cached_property
    def report_dispatch(self) -> ReportDispatch:
        """Built when the first report is sent: a partner's server is no reason for a worker not to start."""
        return self._container.get(ReportDispatch)


def _sender(environment: Environment) -> Reporter:
    """`BRAND_NAME`, and `REPORT_PARTY_ID` (a DDEX party identifier) where there is one."""
    try:
        told = {"name": environment.text("BRAND_NAME", "Celesta"), "party_id": environment.optional("REPORT_PARTY_ID")}
        return msgspec.convert(told, Reporter)
    except msgspec.ValidationError as error:
        raise BootError(f"Reports cannot be sent as configured ({error}): correct BRAND_NAME or REPORT_PARTY_ID.") from None


@cache
def office() -> Office:
    """This process's own; raises `BootError` where the environment is incomplete."""
    return Office(os.environ)
