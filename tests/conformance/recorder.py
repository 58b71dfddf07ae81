"""Tasks that tell what they were given, and the worker that does them: `celery --app tests.conformance.recorder worker`."""

from __future__ import annotations

import json
import os

import redis
from celery import Celery

app = Celery("recorder", broker=os.environ.get("RECORDER_BROKER", "memory://"), set_as_current=False)


@app.task(name="tests.conformance.recorder.record")
def record(redis_url: str, **given: object) -> None:
    with redis.Redis.from_url(redis_url) as store:
        store.rpush("recorded", json.dumps(given))


@app.task(name="tests.conformance.recorder.fail")
def fail() -> None:
    raise RuntimeError("failed on purpose")


def plain(redis_url: str, **given: object) -> None:
    """No Celery task: a function that a queue in process can call as well."""
    with redis.Redis.from_url(redis_url) as store:
        store.rpush("recorded", json.dumps(given))
