"""Core, as the operators' console reaches it."""

from __future__ import annotations

import logging

import structlog

from apps.core.client.choice import core_client
from apps.core.client.interface import Sender
from apps.core.contract.actions import Actor, Service
from ports.container import Container


def operator(container: Container) -> Sender:
    """Sends on the console's own behalf: whoever may run commands here is trusted with what operators do.

    Core may live in this process: of its log only our own mistakes are shown, as the command itself says what was refused.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    return Sender(core_client(container.environment, Service.CONSOLE), Actor(Service.CONSOLE))
