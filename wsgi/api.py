"""The API by itself, below /api as everywhere; Core is where `CORE_CLIENT` says."""

from __future__ import annotations

import os

from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from apps.api.app import create_api
from apps.api.well_known import OAUTH_METADATA, at_api
from apps.core.client.choice import require_core_elsewhere
from ports.environment import Environment
from ports.logs import configure_logs

environment = Environment(os.environ)
configure_logs(environment)
require_core_elsewhere(environment)
api = create_api(os.environ)
application = DispatcherMiddleware(NotFound(), {"/api": api, OAUTH_METADATA: at_api(api)})
