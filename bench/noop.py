"""A task that does nothing but say when, for our worker and for a bare one."""

from __future__ import annotations

import os
import struct
import time

from celery import Celery

from tasks.app import celery

NAME = "bench.noop.noop"
MOMENTS = struct.Struct("dd")
"""When it was sent, and when it was begun."""


def noop(sent: float) -> None:
    descriptor = os.open(os.environ["BENCH_MOMENTS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, MOMENTS.pack(sent, time.time()))
    os.close(descriptor)


bare = Celery("bare", broker=os.environ.get("BROKER_URL"), set_as_current=False)
"""Celery as it comes; only its queue has a name of its own, as it shares our broker."""
bare.conf.task_default_queue = "bare"

for app in (celery, bare):
    app.task(noop, name=NAME)
