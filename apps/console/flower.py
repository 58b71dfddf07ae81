"""Flower as an app of ours: its log-in is OAuth like any other's."""

from __future__ import annotations

import os

from apps.console.core import operator
from apps.console.embedded import embedded_environment
from apps.core.contract.actions import Scope
from apps.core.contract.oauth import ListApps, RegisterApp
from ports.container import Container

NAME = "Flower"
REDIRECT = "http://127.0.0.1/login"
"""At whichever port it gets."""


def flower_client() -> str:
    """The client id that Flower logs staff in by, registered where it was not yet."""
    core = operator(Container(embedded_environment(os.environ)))
    for app in core.send(ListApps()):
        if (app.name, app.redirect_uris) == (NAME, (REDIRECT,)):
            return app.id
    return core.send(RegisterApp(NAME, (REDIRECT,), frozenset({Scope.ACCOUNT}))).client.id
