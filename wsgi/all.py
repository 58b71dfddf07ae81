"""All three apps in one process, mounted by a dispatcher, with the audio beside them: the embedded topology."""

from __future__ import annotations

import os

from werkzeug.middleware.dispatcher import DispatcherMiddleware

from apps.api.app import create_api
from apps.api.well_known import OAUTH_METADATA, at_api
from apps.core.app import create_core
from apps.core.database import dispose_engines
from apps.core.migrate import migrate
from apps.core.relay import Relay
from apps.website.app import create_website
from ports.container import Container
from ports.environment import Environment
from ports.logs import configure_logs
from ports.settings import MIGRATE_AT_START
from wsgi.media import stored_files
from wsgi.test_shop import shop_pages

environment = Environment(os.environ)
configure_logs(environment)
if MIGRATE_AT_START.read(environment):
    migrate(os.environ)
core = create_core(os.environ)
container: Container = core.extensions["container"]
api = create_api(os.environ, core)
test_shop = shop_pages(container.environment)
application = DispatcherMiddleware(
    create_website(os.environ, core),
    {
        "/api": api,
        OAUTH_METADATA: at_api(api),
        "/core": core,
        **stored_files(container),
        **test_shop,
    },
)


def after_fork() -> None:
    dispose_engines(core)
    Relay(core).start()
    core.extensions["keep_costs"]()
    core.extensions["prepare_search"]()
    for pages in test_shop.values():
        pages.start_delivery()


def before_exit() -> None:
    core.extensions["close"]()
