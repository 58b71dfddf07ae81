"""The database's history. `REVISION` is the newest version: what this release needs."""

from __future__ import annotations

REVISION = "0035"
