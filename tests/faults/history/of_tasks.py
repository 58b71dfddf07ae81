"""Imported first by a worker: what its tasks ask of Core is written into the history, in the folder that `HISTORY` names."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tasks.office
from apps.core.client.interface import CoreClient
from tests.faults.history.record import Book, Recorded

chosen: Callable[..., CoreClient] = tasks.office.core_client


def recorded(*arguments: Any) -> CoreClient:
    client, name = chosen(*arguments), f"tasks-{os.getpid()}"
    return Recorded(client, Book(Path(os.environ["HISTORY"]) / f"{name}.jsonl", name))


tasks.office.core_client = recorded
