"""The home page as the demo leaves it, where nobody has arranged one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from apps.console.demo.catalogue import SERIES
from apps.core.client.interface import Sender
from apps.core.contract.catalogue import ListReleases, ListSeries, ReleaseSummary
from apps.core.contract.editorial import Chosen, ListShelves, PutShelf, ShelfKind
from apps.core.contract.ids import PlaylistId

FEATURED = "Slow Signals"
NOTE = "Long waves from the weather ship, for the hour after everybody has gone home."
MOST_PLAYLISTS = 12


def arrange_home_page(core: Sender, now: datetime, playlists: Sequence[PlaylistId] = ()) -> None:
    """A feature, what is new, a series, and the last of these playlists, as far as they are there; nothing where staff have begun."""
    if core.send(ListShelves()):
        return
    feature = [Chosen(one.id, NOTE) for one in _releases(core) if one.title == FEATURED][:1]
    series = [Chosen(one.id) for one in core.send(ListSeries()).items if one.title == SERIES]
    of_listeners = [Chosen(one) for one in reversed(playlists[-MOST_PLAYLISTS:])]
    shelves = (
        ("Late tonight", ShelfKind.FEATURE, feature), ("New here", ShelfKind.NEWEST, []), ("From our series", ShelfKind.SERIES, series),
        ("By listeners", ShelfKind.PLAYLISTS, of_listeners),
    )  # fmt: skip
    for title, kind, items in shelves:
        if items or kind is ShelfKind.NEWEST:
            core.send(PutShelf(title, kind, tuple(items), now))


def _releases(core: Sender) -> Iterator[ReleaseSummary]:
    cursor, more = None, True
    while more:
        page = core.send(ListReleases(cursor=cursor, size=100))
        yield from page.items
        cursor, more = page.next, page.next is not None
