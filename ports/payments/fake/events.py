"""The events of the test shop: what happened, in order, and who has been told."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ports.payments.fake.books import Document, Ledger, new_id

LONGEST_PAUSE = 60
"""Seconds between two tries to deliver an event."""


@dataclass(frozen=True)
class Delivery:
    """An event to be delivered, and how often that failed."""

    event: Document
    attempts: int


def happened(ledger: Ledger, kind: str, about: Document) -> None:
    """Write down an event; `about` is kept as it is at this moment."""
    event = {
        "id": new_id("event"),
        "object": "event",
        "created": ledger.now,
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }
    ledger.connection.execute("INSERT INTO event (id, document) VALUES (?, ?)", (event["id"], json.dumps(event)))


def all_events(ledger: Ledger, undelivered: bool = False) -> list[Document]:
    """Every event from the first on, or those of which nobody has been told."""
    query = f"SELECT document FROM event {'WHERE NOT delivered' if undelivered else ''} ORDER BY sequence"  # noqa: S608 - ours
    return [json.loads(row[0]) for row in ledger.connection.execute(query)]


def claim(ledger: Ledger, clock: float) -> Delivery | None:
    """The next event to deliver by the time `clock`. Nobody else gets it before its next try, twice as far off each time."""
    query = "SELECT id, document, attempts FROM event WHERE NOT delivered AND next_try <= ? ORDER BY sequence LIMIT 1"
    row = ledger.connection.execute(query, (clock,)).fetchone()
    if row is None:
        return None
    pause = min(2 ** min(row[2], 10), LONGEST_PAUSE)
    ledger.connection.execute("UPDATE event SET attempts = attempts + 1, next_try = ? WHERE id = ?", (clock + pause, row[0]))
    return Delivery(json.loads(row[1]), row[2])


def mark_delivered(ledger: Ledger, event: str) -> None:
    ledger.connection.execute("UPDATE event SET delivered = 1 WHERE id = ?", (event,))
