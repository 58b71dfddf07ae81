"""The website by itself; Core is where `CORE_CLIENT` says."""

from __future__ import annotations

import os

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from apps.core.client.choice import require_core_elsewhere
from apps.website.app import create_website
from ports.clock.interface import Clock
from ports.container import Container
from ports.environment import Environment
from ports.logs import configure_logs
from ports.settings import SERVE_MEDIA
from wsgi.media import MediaServer
from wsgi.test_shop import shop_pages

configure_logs(Environment(os.environ))
container = Container(os.environ)
require_core_elsewhere(container.environment)
# Where no nginx or CDN stands in front, this process sends the audio too.
serves_media = SERVE_MEDIA.read(container.environment)
mounts = {"/media": MediaServer.from_env(container.environment, container.get(Clock))} if serves_media else {}
test_shop = shop_pages(container.environment)
application = DispatcherMiddleware(create_website(os.environ), {**mounts, **test_shop})


def after_fork() -> None:
    for pages in test_shop.values():
        pages.start_delivery()
