"""All three apps, with an API that looks at nobody's token: what finding out who asks is measured against."""

from __future__ import annotations

import os

from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from apps.api.app import create_api
from apps.api.context import EXTENSION, Services
from apps.api.tokens import Bearer, Bearers
from apps.core.app import create_core
from apps.core.contract.actions import Role, Scope


class Everybody(Bearers):
    """Whoever comes is the account `BENCH_ACCOUNT`."""

    somebody = Bearer("", os.environ.get("BENCH_ACCOUNT", ""), frozenset({Role.LISTENER}), "none", frozenset(Scope), None)

    def resolve(self, authorization: str | None, *, at_once: bool = False) -> Bearer:
        del authorization, at_once
        return self.somebody


def create() -> DispatcherMiddleware:
    api = create_api(os.environ, create_core(os.environ))
    services: Services = api.extensions[EXTENSION]
    services.bearers = Everybody(services.tokens, services.people)
    return DispatcherMiddleware(NotFound(), {"/api": api})
