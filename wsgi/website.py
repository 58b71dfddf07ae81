"""The website by itself; Core is where `CORE_CLIENT` says."""

from __future__ import annotations

import os

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from apps.website.app import create_website
from ports.container import Container
from wsgi.media import MediaServer

environment = Container(os.environ).environment
mounts = {"/media": MediaServer.from_env(environment)} if environment.flag("SERVE_MEDIA") else {}
application = DispatcherMiddleware(create_website(os.environ), mounts)
