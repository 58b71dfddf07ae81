"""Tasks for Celery workers, handed to their broker by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from celery import Celery
from kombu.exceptions import OperationalError

from ports.environment import BootError, Environment
from ports.task_queue.interface import REQUEST_HEADER, Argument, QueueUnavailable, TaskQueue

BROKERS = ("redis", "rediss", "redis+socket", "sqs")
PUBLISHING: Mapping[str, Any] = {
    "task_serializer": "json",
    "broker_connection_timeout": 1,
    "broker_transport_options": {"socket_connect_timeout": 1, "socket_timeout": 1, "socket_keepalive": True},
    "task_publish_retry": True,
    "task_publish_retry_policy": {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1, "interval_max": 0.2},
}
"""A request waits for this: two attempts of a second each, then it is told. Workers have settings of their own."""


class CeleryTaskQueue(TaskQueue):
    """Publishes to the secret `BROKER_URL` (Celery's form: `redis://`, `redis+socket://`, `sqs://`); keeps no results."""

    fake: ClassVar[bool] = False

    def __init__(self, broker_url: str) -> None:
        self._app = Celery("celesta", broker=broker_url, set_as_current=False)
        self._app.conf.update(PUBLISHING)

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        broker_url = environment.secret("BROKER_URL")
        if broker_url.partition("://")[0] not in BROKERS:
            raise BootError(f"The secret BROKER_URL names no broker we know: begin it with one of {', '.join(BROKERS)} and ://.")
        try:
            urlsplit(broker_url).port  # noqa: B018 - read for its check: others would tell what they took for a port
        except ValueError:
            raise BootError("The secret BROKER_URL is no address: write / : @ in its password as %2F %3A %40.") from None
        return cls(broker_url)

    def ping(self) -> None:
        try:
            with self._app.connection_for_write() as connection:
                connection.ensure_connection(max_retries=1, interval_start=0.1, timeout=1)
                connection.default_channel.close()
        except (OperationalError, OSError) as error:
            what_to_do = "see that it runs where the secret BROKER_URL says, and lets us in by the credentials there."
            raise QueueUnavailable(f"The broker does not answer ({error}): {what_to_do}") from error

    def enqueue(
        self, task: str, arguments: Mapping[str, Argument], queue: str = "default", task_id: str | None = None, request_id: str = ""
    ) -> None:
        headers = {REQUEST_HEADER: request_id} if request_id else None
        try:
            self._app.send_task(task, kwargs=dict(arguments), queue=queue, task_id=task_id, ignore_result=True, headers=headers)
        except (OperationalError, OSError) as error:
            raise QueueUnavailable(f"{task} was not taken by the broker: {error}") from error
