"""The API by itself, below /api as everywhere; Core is where `CORE_CLIENT` says."""

from __future__ import annotations

import os

from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from apps.api.app import create_api
from ports.environment import Environment
from ports.logs import configure_logs

configure_logs(Environment(os.environ))
application = DispatcherMiddleware(NotFound(), {"/api": create_api(os.environ)})
