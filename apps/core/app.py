"""Core's Flask app: the only place where persistence is put together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Flask

from apps.core import meter
from apps.core.accounts.passwords import Passwords
from apps.core.accounts.standing import Standings
from apps.core.billing.checkouts import Checkouts
from apps.core.billing.recording import Recorder
from apps.core.billing.shops import Shops
from apps.core.billing.taxes import Taxes
from apps.core.blueprint import door
from apps.core.bus import Bus
from apps.core.charts.definitions import Charts
from apps.core.costs.keeping import CostKeeper
from apps.core.database import close_engines, configure_database, db
from apps.core.handlers import load_handlers
from apps.core.intake.credits import Separators
from apps.core.meter import Meter
from apps.core.middleware.metrics import begin_failures_at_zero
from apps.core.middleware.order import ORDER
from apps.core.offline.signing import Signer
from apps.core.offline.wrapping import DataKeys
from apps.core.outbox import Publisher
from apps.core.radio.keeping import RadioModels
from apps.core.radio.licences import Licences
from apps.core.rights.plans import Plans
from apps.core.schema import check_schema
from ports.amazon.interface import AmazonStore
from ports.apple.interface import AppleStore
from ports.clock.interface import Clock
from ports.container import Container
from ports.edge import measure_requests
from ports.google.interface import GoogleStore
from ports.health import Checkup
from ports.payments.interface import Payments
from ports.storage.interface import Storage
from ports.task_queue.interface import TaskQueue


def create_core(values: Mapping[str, str]) -> Flask:
    """Core, configured by `values` alone; raises `BootError` with one clear line where it cannot start."""
    # numpy starts threads as it is imported. Whoever holds signals back until it is ready does so before this, or those would take them.
    from apps.core.search.keeping import SearchIndexes  # noqa: PLC0415

    app = Flask("core", static_folder=None)
    container = Container(values)
    container.put(Passwords, Passwords.from_env(container.environment))
    container.put(Publisher, Publisher(container))
    container.put(Signer, Signer.from_env(container.environment))
    container.put(DataKeys, DataKeys.from_env(container.environment))
    container.put(Separators, Separators.from_env(container.environment))
    container.put(Charts, Charts.from_env(container.environment))
    container.require((Clock, Storage, TaskQueue, Payments, AppleStore, GoogleStore, AmazonStore))
    container.put(Meter, Meter(container.get(Clock)))
    container.put(Checkup, Checkup(container))
    container.put(Standings, Standings(container.get(Clock)))
    container.put(Licences, Licences.from_env(container.environment))
    container.put(RadioModels, RadioModels.of(container))
    container.put(SearchIndexes, SearchIndexes(app, container.get(RadioModels)))
    _set_up_billing(container)
    configure_database(app, container.environment)
    load_handlers()
    begin_failures_at_zero()
    with app.app_context():
        check_schema()
        for engine in db.engines.values():
            meter.watch(engine)
        close_engines()  # a process that forks after this has nothing open that two would share
    app.extensions["container"] = container
    app.extensions["bus"] = Bus(ORDER, container)
    app.extensions["keep_costs"] = partial(_keep_costs, app)
    app.extensions["prepare_search"] = container.get(SearchIndexes).prepare
    app.extensions["close"] = partial(_close, app)
    measure_requests(app, "core")
    app.register_blueprint(door)
    return app


def _keep_costs(app: Flask) -> None:
    """Called after a fork: to a thread that was built before, Python says that it has ended."""
    app.extensions["cost_keeper"] = keeper = CostKeeper(app)
    keeper.start()


def _close(app: Flask) -> None:
    """What is held is written first."""
    keeper: CostKeeper | None = app.extensions.get("cost_keeper")
    if keeper is not None:
        keeper.finish()
    with app.app_context():
        close_engines()


def _set_up_billing(container: Container) -> None:
    plans, taxes = Plans.from_env(container.environment), Taxes.from_env(container.environment)
    shops, clock = Shops(container), container.get(Clock)
    container.put(Plans, plans)
    container.put(Taxes, taxes)
    container.put(Shops, shops)
    container.put(Checkouts, Checkouts(shops, plans, taxes, clock))
    container.put(Recorder, Recorder(plans, taxes, clock))
