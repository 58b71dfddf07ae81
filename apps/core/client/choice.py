"""CORE_CLIENT chooses how a front end reaches Core: inside its own process, or over HTTP."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from apps.core.client.http import HttpClient
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import CoreClient
from apps.core.contract.actions import Service
from ports.environment import BootError, Environment

CORE_FACTORY = "apps.core.app:create_core"
"""Named, not imported: front ends without Core's database packages load this module too."""


def require_core_elsewhere(environment: Environment) -> None:
    """Raises `BootError` unless Core runs in another process: to be called where this one would start no relay for a Core of its own."""
    if environment.text("CORE_CLIENT", "") != "http":
        raise BootError("This process is a front end by itself: set CORE_CLIENT=http and CORE_URL to where Core is, or start wsgi.all.")


def core_client(environment: Environment, service: Service, core: Any = None) -> CoreClient:
    """The client `CORE_CLIENT` chooses (`in_process` or `http`); `core` is the process's Core app where it has one already."""
    if _over_http(environment):
        return HttpClient.from_env(environment, service)
    if core is None:
        module, _, factory = CORE_FACTORY.partition(":")
        core = getattr(import_module(module), factory)(environment.values)
        if service is Service.TASKS:
            # Web processes begin by themselves once they have forked; a command on the console is over soon, and forks when it likes.
            core.extensions["keep_costs"]()
    return InProcessClient(core, service)


def check_core_client(environment: Environment) -> None:
    """Raises `BootError` where a front end could not build the client it chooses; Core itself is not loaded."""
    if _over_http(environment):
        for service in Service:
            HttpClient.from_env(environment, service)


def _over_http(environment: Environment) -> bool:
    return environment.choice("CORE_CLIENT", ("in_process", "http"), "in_process") == "http"
