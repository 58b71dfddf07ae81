"""A bare Flask view that does the same INSERT and commit as the intake of a notification, and nothing else."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, request
from sqlalchemy import create_engine, event, insert

from apps.core.billing.models import NotificationRow


def create() -> Flask:
    application = Flask(__name__)
    engine = create_engine(os.environ["DATABASE_URL"])
    event.listen(engine, "connect", _set_up)

    @application.post("/")
    def take() -> tuple[str, int]:
        notice = request.get_json()
        row = {
            "shop": "bare", "id": notice["id"], "kind": notice["type"], "reference": notice["data"]["object"]["id"], "customer": None,
            "received_at": datetime.now(UTC), "handled_at": None,
        }  # fmt: skip
        with engine.begin() as connection:
            connection.execute(insert(NotificationRow), row)
        return "", 204

    return application


def _set_up(connection: Any, record: Any) -> None:  # noqa: ARG001 - SQLAlchemy's signature
    """As Core does."""
    for setting in ("busy_timeout=5000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}")
