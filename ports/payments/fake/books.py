"""The test shop's books: every object as a JSON document in one SQLite file, shared by all threads and processes."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ports.environment import BootError, Environment

Document = dict[str, Any]

PATIENCE = 30
"""Seconds to wait for whoever is writing at the moment."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, owner TEXT, due INTEGER, document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS object_of ON object (kind, owner);
CREATE INDEX IF NOT EXISTS object_due ON object (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS event (
    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL,
    delivered INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, next_try REAL NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS event_undelivered ON event (next_try) WHERE NOT delivered;
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, asked TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def shop_file(environment: Environment) -> Path:
    """`test-shop.db` below `CELESTA_HOME`."""
    return environment.home / "test-shop.db"


class Missing(LookupError):
    """The shop has no object of that name."""


class Books:
    """Opened for one transaction at a time. All is kept or, where an exception ends it, nothing."""

    def __init__(self, path: Path) -> None:
        """Raises `BootError` where the file cannot be kept there."""
        self._path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as error:
            raise BootError(f"The test shop cannot be kept in {path} ({error.strerror}): let this user write to CELESTA_HOME.") from None
        with self.open(0) as ledger:
            ledger.make()

    @contextmanager
    def open(self, now: int) -> Generator[Ledger]:
        """`now` is when what follows happens, in seconds since 1970."""
        with closing(sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")  # a test shop may lose its last second with the power
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Ledger(connection, now)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


class Ledger:
    """The books while they are open."""

    def __init__(self, connection: sqlite3.Connection, now: int) -> None:
        self.now = now
        self.connection = connection

    def make(self) -> None:
        """Make what the file does not hold yet, the secret that signs notifications too."""
        for statement in SCHEMA.split(";"):
            self.connection.execute(statement)
        self._keep_first("webhook_secret", f"whsec_{secrets.token_urlsafe(24)}")

    def add(self, kind: str, document: Document, owner: str | None = None, due: int | None = None) -> Document:
        """Write a new object down; its id, kind and time are added to it. `due` is when something happens to it by itself."""
        full = {"id": document.pop("id", None) or new_id(kind), "object": kind, "created": self.now, "livemode": False, **document}
        row = (full["id"], kind, owner, due, json.dumps(full))
        self.connection.execute("INSERT INTO object (id, kind, owner, due, document) VALUES (?, ?, ?, ?, ?)", row)
        return full

    def keep(self, document: Document, due: int | None = None) -> None:
        """Write down how an object is now, and when something happens to it next."""
        row = (json.dumps(document), due, document["id"])
        self.connection.execute("UPDATE object SET document = ?, due = ? WHERE id = ?", row)

    def forget(self, name: str, *kinds: str) -> None:
        """Delete an object, and what it owns of these kinds."""
        self.connection.execute("DELETE FROM object WHERE id = ?", (name,))
        for kind in kinds:
            self.connection.execute("DELETE FROM object WHERE kind = ? AND owner = ?", (kind, name))

    def get(self, kind: str, name: str) -> Document:
        """Raises `Missing`."""
        row = self.connection.execute("SELECT document FROM object WHERE id = ? AND kind = ?", (name, kind)).fetchone()
        if row is None:
            raise Missing(f"No such {kind}: '{name}'")
        return json.loads(row[0])

    def listed(self, kind: str, owner: str | None = None) -> Iterator[Document]:
        """Objects of a kind, of one owner where named, newest first as Stripe lists them."""
        mine = "" if owner is None else " AND owner = ?"
        values = (kind,) if owner is None else (kind, owner)
        rows = self.connection.execute(f"SELECT document FROM object WHERE kind = ?{mine} ORDER BY sequence DESC", values)  # noqa: S608 - both texts are ours
        return (json.loads(row[0]) for row in rows.fetchall())

    def next_due(self, until: int) -> tuple[int, Document] | None:
        """What happens first by itself, and when, no later than `until`."""
        query = "SELECT due, document FROM object WHERE due <= ? ORDER BY due, sequence LIMIT 1"
        row = self.connection.execute(query, (until,)).fetchone()
        return None if row is None else (row[0], json.loads(row[1]))

    def setting(self, name: str) -> str | None:
        row = self.connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def set(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def _keep_first(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR IGNORE INTO setting VALUES (?, ?)", (name, value))


PREFIXES = {
    "billing_portal.configuration": "bpc", "billing_portal.session": "bps", "charge": "ch", "checkout.session": "cs_test",
    "customer": "cus", "dispute": "dp", "event": "evt", "invoice": "in", "invoice_payment": "inpay", "line_item": "il",
    "payment_intent": "pi", "payment_method": "pm", "price": "price", "refund": "re", "subscription": "sub",
    "subscription_item": "si",
}  # fmt: skip


def new_id(kind: str) -> str:
    """A name for an object, in Stripe's form; nobody guesses it."""
    return f"{PREFIXES[kind]}_{secrets.token_hex(16)}"
