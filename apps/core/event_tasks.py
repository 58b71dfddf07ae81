"""Which task is told of which event: one readable table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from apps.core.contract.accounts import AccountSuspensionChanged
from apps.core.contract.actions import Event
from apps.core.contract.jobs import JobReady
from ports.task_queue.interface import Argument


@dataclass(frozen=True)
class Task:
    name: str
    queue: str
    arguments: Mapping[str, Argument]


JOB_TASKS = {
    "dispatch": ("tasks.dispatch.dispatch", "reports"),
    "cover": ("tasks.covers.prepare", "media"),
    "chart": ("tasks.charts.count", "reports"),
    "encrypt": ("tasks.encryption.encrypt", "default"),
    "export": ("tasks.exports.export", "reports"),
    "picture": ("tasks.covers.prepare_uploaded", "media"),
    "receive": ("tasks.intake.receive", "default"),
    "statements": ("tasks.statements.write", "reports"),
    "train": ("tasks.radio.train", "reports"),
    "transcode": ("tasks.transcoding.transcode", "media"),
}
"""By kind of job: the task and its queue."""


TOLD: frozenset[type[Event]] = frozenset({JobReady, AccountSuspensionChanged})
"""The other events are facts on record, of which nobody is told."""


def tasks_for(kind: type[Event], fields: bytes) -> Iterator[Task]:
    if kind is JobReady:
        event = msgspec.json.decode(fields, type=JobReady)
        name, queue = JOB_TASKS[event.kind]
        yield Task(name, queue, {"job_id": event.job_id})
    if kind is AccountSuspensionChanged:
        change = msgspec.json.decode(fields, type=AccountSuspensionChanged)
        if change.suspended:
            yield Task("tasks.billing.stop_charging", "billing", {"account_id": change.account_id})
