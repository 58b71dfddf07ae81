"""What every process counts and times for Prometheus: all metrics in one table, off unless `METRICS_PORT` is set.

Labels take few values: names out of our own code, never what somebody sent. docs/observability.md says where they are served.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds that somebody waits; what is promised (0.2 and 0.3) is among them."""
LONG = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds that work in the background takes."""


class Kind(StrEnum):
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    MOST = "most"
    """A gauge of which the largest of all processes counts; what a dead one said is forgotten."""


@dataclass(frozen=True)
class Metric:
    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    def series(self) -> Iterable[str]:
        """The names under which it is exported."""
        return [self.name] if self.kind is not Kind.HISTOGRAM else [f"{self.name}_{part}" for part in ("bucket", "sum", "count")]


BUILD = Metric("celesta_build_info", Kind.MOST, "Always 1: the release that runs.", ("version",))
CHOSEN = Metric("celesta_port_info", Kind.MOST, "Always 1: the implementation chosen for each port.", ("port", "implementation"))
REQUESTS = Metric(
    "celesta_http_requests_total", Kind.COUNTER, "Requests answered, by the class of their status.", ("app", "route", "method", "status")
)
REQUEST_SECONDS = Metric(
    "celesta_http_request_duration_seconds", Kind.HISTOGRAM, "How long requests took.", ("app", "route", "method"), QUICK
)
ACTIONS = Metric("celesta_actions_total", Kind.COUNTER, "Actions handled; the outcome is ok or an error's code.", ("action", "outcome"))
ACTION_SECONDS = Metric("celesta_action_duration_seconds", Kind.HISTOGRAM, "How long Actions took.", ("action",), QUICK)
ACTION_STATEMENTS = Metric("celesta_action_statements_total", Kind.COUNTER, "SQL statements that Actions executed.", ("action",))
ACTION_ROWS = Metric("celesta_action_rows_total", Kind.COUNTER, "Rows that Actions fetched or wrote.", ("action",))
ACTION_DATABASE = Metric("celesta_action_database_seconds_total", Kind.COUNTER, "What Actions' statements took.", ("action",))
TASKS = Metric("celesta_tasks_total", Kind.COUNTER, "Tasks ended, by how.", ("task", "queue", "outcome"))
TASK_SECONDS = Metric("celesta_task_duration_seconds", Kind.HISTOGRAM, "How long tasks took.", ("task",), LONG)
JOBS = Metric("celesta_jobs", Kind.MOST, "Jobs that are not done, by their task's queue.", ("queue", "status"))
OLDEST_JOB = Metric("celesta_job_oldest_waiting_seconds", Kind.MOST, "For how long the oldest waiting job has waited.", ("queue",))
LAPSES = Metric("celesta_job_leases_lapsed_total", Kind.COUNTER, "Jobs whose worker went silent.")
OUTBOX = Metric("celesta_outbox_events", Kind.MOST, "Events that no task has been told of yet.")
OLDEST_EVENT = Metric("celesta_outbox_oldest_seconds", Kind.MOST, "For how long the oldest of them has waited.")
OLDEST_NOTIFICATION = Metric(
    "celesta_shop_notification_oldest_seconds", Kind.MOST, "For how long the oldest unhandled word of a shop has waited."
)
FINISHED = Metric(
    "celesta_last_finished_timestamp_seconds",
    Kind.MOST,
    "When the newest export, chart and statements were finished, or since when the first is waited for; 0 where nothing was played.",
    ("work",),
)
DISK = Metric("celesta_disk_used_ratio", Kind.MOST, "What is used where Core keeps its files, from 0 to 1.")
SEEN = Metric("celesta_backlog_seen_timestamp_seconds", Kind.MOST, "When the relay last looked at what waits.")
PLAYS = Metric("celesta_plays_total", Kind.COUNTER, "Plays that players told of.", ("outcome",))
NOTIFICATIONS = Metric("celesta_shop_notifications_total", Kind.COUNTER, "What shops sent us.", ("shop", "outcome"))
SUBSCRIPTIONS = Metric("celesta_subscription_changes_total", Kind.COUNTER, "Subscriptions that came into a state.", ("state",))

METRICS = (
    *(BUILD, CHOSEN, REQUESTS, REQUEST_SECONDS, ACTIONS, ACTION_SECONDS, ACTION_STATEMENTS, ACTION_ROWS, ACTION_DATABASE),
    *(TASKS, TASK_SECONDS, JOBS, OLDEST_JOB, LAPSES, OUTBOX, OLDEST_EVENT, OLDEST_NOTIFICATION, FINISHED, DISK, SEEN),
    *(PLAYS, NOTIFICATIONS, SUBSCRIPTIONS),
)

_collectors: dict[str, Any] = {}
"""By name; empty while nothing is to be recorded."""


def begin_recording(registry: CollectorRegistry) -> None:
    """Make the metrics; what was counted before is not known."""
    from prometheus_client import Counter, Gauge, Histogram  # noqa: PLC0415 - how it counts is settled by the environment when it is loaded

    made: dict[str, Any] = {}
    for metric in METRICS:
        name, meaning, labels = metric.name, metric.meaning, metric.labels
        match metric.kind:
            case Kind.COUNTER:
                made[name] = Counter(name, meaning, labels, registry=registry)
            case Kind.HISTOGRAM:
                made[name] = Histogram(name, meaning, labels, registry=registry, buckets=metric.buckets)
            case Kind.MOST:
                made[name] = Gauge(name, meaning, labels, registry=registry, multiprocess_mode="livemax")
    _collectors.update(made)


def end_recording() -> None:
    _collectors.clear()


def recording() -> bool:
    return bool(_collectors)


def count(metric: Metric, *labels: str, by: float = 1) -> None:
    """Add to a counter; nothing where nothing is recorded."""
    if (collector := _collectors.get(metric.name)) is not None:
        (collector.labels(*labels) if labels else collector).inc(by)


def begin_at_zero(metric: Metric, *labels: str) -> None:
    """Let a counter be seen before it counts: an increase is the difference of two values, and its first would be none."""
    count(metric, *labels, by=0)


def observe(metric: Metric, *labels: str, seconds: float) -> None:
    if (collector := _collectors.get(metric.name)) is not None:
        (collector.labels(*labels) if labels else collector).observe(seconds)


def show(metric: Metric, *labels: str, value: float) -> None:
    """Set a gauge of this process."""
    if (collector := _collectors.get(metric.name)) is not None:
        (collector.labels(*labels) if labels else collector).set(value)
