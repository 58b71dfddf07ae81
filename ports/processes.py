"""Which ports each process asks for: what only others use need not be set up where it runs, and their secrets are not there."""

from __future__ import annotations

from collections.abc import Mapping

from ports.registry import PORTS, Port

CORE = ("SECRETS", "STORAGE", "TASK_QUEUE", "PAYMENTS", "APPLE", "GOOGLE", "AMAZON", "CLOCK")
TASKS = ("SECRETS", "TASK_QUEUE")
WORKER = (*TASKS, "STORAGE")

PROCESSES: Mapping[str, tuple[str, ...]] = {
    "website": ("SECRETS", "SESSIONS", "TOKENS", "TERRITORY", "CLOCK"),
    "api": ("SECRETS", "TOKENS", "TERRITORY", "CLOCK"),
    "core": CORE,
    "relay": CORE,
    "migrations": ("SECRETS",),
    "worker-default": WORKER,
    "worker-billing": WORKER,
    "worker-media": (*WORKER, "TRANSCODER"),
    "worker-reports": (*WORKER, "ANALYTICS", "REPORT_DISPATCH"),
    "beat": TASKS,
    "flower": TASKS,
}
"""By process, the variables that choose its ports."""


def ports_of(process: str) -> tuple[Port, ...]:
    """In the order of the table of ports; raises `KeyError` where there is no such process."""
    variables = PROCESSES[process]
    return tuple(port for port in PORTS if port.variable in variables)
