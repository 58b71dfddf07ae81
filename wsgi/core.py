"""Core by itself, behind its door, for topologies where front ends reach it over HTTP."""

from __future__ import annotations

import os

from apps.core.app import create_core
from apps.core.database import dispose_engines
from apps.core.relay import Relay
from ports.environment import Environment
from ports.logs import configure_logs
from ports.settings import RUN_RELAY

environment = Environment(os.environ)
configure_logs(environment)
application = create_core(os.environ)


def after_fork() -> None:
    dispose_engines(application)
    if RUN_RELAY.read(environment):
        Relay(application).start()
    application.extensions["keep_costs"]()
    application.extensions["prepare_search"]()


def before_exit() -> None:
    application.extensions["close"]()
