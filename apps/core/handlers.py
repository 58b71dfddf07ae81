"""Loads every domain's handlers, so that the bus knows them."""

from __future__ import annotations

from importlib import import_module

from apps.core.bus import HANDLERS
from apps.core.contract.codec import ACTIONS
from ports.environment import BootError

MODULES = (
    "accounts.commands",
    "accounts.queries",
    "billing.commands",
    "billing.queries",
    "catalogue.queries",
    "charts.commands",
    "charts.queries",
    "corrections.commands",
    "corrections.queries",
    "costs.queries",
    "editorial.commands",
    "editorial.queries",
    "genres.commands",
    "genres.queries",
    "health.queries",
    "intake.commands",
    "intake.queries",
    "jobs.commands",
    "jobs.queries",
    "library.commands",
    "library.queries",
    "listening.commands",
    "listening.queries",
    "oauth.commands",
    "oauth.queries",
    "offline.commands",
    "offline.queries",
    "own_data.queries",
    "pictures.commands",
    "pictures.queries",
    "playback.commands",
    "playback.queries",
    "playlist_files.commands",
    "playlist_files.queries",
    "playlists.commands",
    "playlists.queries",
    "queue.commands",
    "queue.queries",
    "radio.commands",
    "radio.queries",
    "reporting.commands",
    "reporting.queries",
    "search.queries",
    "sharing.commands",
    "sharing.queries",
    "sitemap.queries",
    "smart.commands",
    "smart.queries",
)


def load_handlers() -> None:
    """Raises `BootError` where an Action of the contract has no handler, or a handler's Action is not of the contract."""
    for module in MODULES:
        import_module(f"apps.core.{module}")
    if missing := sorted(set(ACTIONS) - {kind.__name__ for kind in HANDLERS}):
        raise BootError(f"No handler for {', '.join(missing)}: write one and mark it with @handles.")
    if foreign := sorted(kind.__name__ for kind in HANDLERS if ACTIONS.get(kind.__name__) is not kind):
        raise BootError(f"{', '.join(foreign)} is not on the contract's shelf: add its file to SHELF in contract/codec.py.")
