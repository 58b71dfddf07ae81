"""The back office: the Celery app that workers, beat and Flower run, as the environment sets it up."""

from __future__ import annotations

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_shutdown

from ports.container import Container
from ports.environment import BootError, Environment
from ports.logs import configure_logs
from ports.settings import WORKER_GRACE
from ports.transcoder.sandbox import keep_memory_private
from tasks.events import EventBatches
from tasks.heartbeat import Pulse, Turns
from tasks.office import Office, office
from tasks.schedule import SCHEDULE, beat_schedule

log = logging.getLogger(__name__)

ROUTES = {
    "tasks.billing.*": {"queue": "billing"},
    "tasks.charts.ask_for_editions": {"queue": "default"},
    "tasks.charts.*": {"queue": "reports"},
    "tasks.covers.*": {"queue": "media"},
    "tasks.encryption.*": {"queue": "default"},
    "tasks.exports.ask": {"queue": "default"},
    "tasks.exports.*": {"queue": "reports"},
    "tasks.intake.*": {"queue": "default"},
    "tasks.transcoding.*": {"queue": "media"},
    "tasks.housekeeping.*": {"queue": "default"},
    "tasks.statements.*": {"queue": "reports"},
    "tasks.dispatch.*": {"queue": "reports"},
    "tasks.radio.ask": {"queue": "default"},
    "tasks.radio.*": {"queue": "reports"},
}
"""By name: which queue a task waits in, and so which worker does it."""

SOFT_TIME_LIMIT = 55 * 60
TIME_LIMIT = 57 * 60
VISIBILITY_TIMEOUT = 60 * 60
"""Seconds. A task still running at the last of them would be handed to a second worker, so the first two end it before."""

BOOKKEEPING = ("celery.worker.strategy", "celery.beat", "celery.app.trace")
"""Loggers that tell of each task's coming and going too, which has a line of our own: only at the level DEBUG."""


def settings() -> dict[str, Any]:
    """Raises `BootError` where the environment is incomplete."""
    environment = Container(os.environ).environment
    # Without a broker the tasks are called as functions and no worker is started.
    broker = environment.secret("BROKER_URL") if environment.text("TASK_QUEUE", "celery") == "celery" else "memory://"
    return {
        "broker_url": broker,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_TIMEOUT,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "socket_keepalive": True,
            "socket_timeout": 30,
            "health_check_interval": 10,
        },
        "result_backend": None,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_default_queue": "default",
        "task_routes": ROUTES,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        # What comes again by itself is not passed on by a worker that dies of it.
        "task_annotations": {task: {"reject_on_worker_lost": False} for task in SCHEDULE},
        "task_soft_time_limit": SOFT_TIME_LIMIT,
        "task_time_limit": TIME_LIMIT,
        "worker_prefetch_multiplier": 1,
        "worker_soft_shutdown_timeout": WORKER_GRACE.read(environment),
        "worker_send_task_events": True,
        "task_send_sent_event": True,
        "beat_schedule": beat_schedule(),
        "beat_scheduler": "tasks.heartbeat:Scheduler",
    }


celery = Celery(
    "celesta",
    include=[
        *("tasks.billing", "tasks.canary", "tasks.charts", "tasks.covers", "tasks.dispatch", "tasks.encryption", "tasks.exports"),
        *("tasks.housekeeping", "tasks.intake", "tasks.radio", "tasks.rounds", "tasks.statements", "tasks.transcoding", "tasks.watching"),
    ],
    set_as_current=False,
)  # fmt: skip
celery.add_defaults(settings)
assert celery.steps is not None
celery.steps["worker"].add(Pulse)
celery.steps["consumer"].update({EventBatches, Turns})


@setup_logging.connect
def log_as_all_processes_do(**_: Any) -> None:
    configure_logs(Environment(os.environ))
    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        for name in BOOKKEEPING:
            logging.getLogger(name).setLevel(logging.WARNING)


@worker_init.connect
def keep_secrets(**_: Any) -> None:
    """The processes that tasks run in inherit it, and ffmpeg, which runs as the same user, then cannot read the keys out of them."""
    try:
        keep_memory_private()
    except (OSError, AttributeError) as error:
        log.warning("Other processes of this user may read this worker's memory: %s", error)


@worker_init.connect
def check_office(sender: Any, **_: Any) -> None:
    """Stop a worker that could not do its work before it takes any: a port is missing, or the schema is another release's."""
    try:
        trial = Office(os.environ)
        trial.require(sender.app.amqp.queues.consume_from)
        trial.core.client.close()
    except BootError as error:
        # Celery would only log an Exception and go on.
        raise SystemExit(str(error)) from None


@worker_process_shutdown.connect
def leave_office(**_: Any) -> None:
    """Where a task has built one: what its Core holds is written."""
    if office.cache_info().currsize:
        office().core.client.close()
