"""The website by itself; Core is where `CORE_CLIENT` says, and audio is sent by nginx, S3 or a CDN."""

from __future__ import annotations

import os

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from apps.core.client.choice import require_core_elsewhere
from apps.website.app import create_website
from ports.container import Container
from ports.environment import Environment
from ports.logs import configure_logs
from wsgi.test_shop import shop_pages

configure_logs(Environment(os.environ))
container = Container(os.environ)
require_core_elsewhere(container.environment)
test_shop = shop_pages(container.environment)
application = DispatcherMiddleware(create_website(os.environ), test_shop)


def after_fork() -> None:
    for pages in test_shop.values():
        pages.start_delivery()
