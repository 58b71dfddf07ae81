"""Which of a page's music the viewer keeps: where its hearts are full."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from apps.core.contract.library import MOST_LOOKED_UP, FindFavourites
from apps.website.actor import core, viewer


def favourites_among(tracks: Iterable[str] = (), releases: Iterable[str] = (), artists: Iterable[str] = ()) -> frozenset[str]:
    """Their ids, of whatever kind; a visitor keeps nothing."""
    if viewer() is None:
        return frozenset()
    some = (tuple(islice(ids, MOST_LOOKED_UP)) for ids in (tracks, releases, artists))
    found = core().send(FindFavourites(*some))
    return found.track_ids | found.release_ids | found.artist_ids
