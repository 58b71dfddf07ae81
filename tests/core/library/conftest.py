from __future__ import annotations

from itertools import count

import pytest

from apps.core.contract.catalogue import GetRelease, ReleaseDetail
from apps.core.meter import Meter
from tests.factories.deals import Deals
from tests.factories.shelf import Shelf


@pytest.fixture
def deals(core_app) -> Deals:
    return Deals(core_app)


@pytest.fixture
def shelf(core_app) -> Shelf:
    return Shelf(core_app, count())


@pytest.fixture
def release(shelf, visitor) -> ReleaseDetail:
    """Of five tracks that everybody may play."""
    return visitor.send(GetRelease(shelf.release("Blue Garden", "The Lanterns")))


@pytest.fixture
def statements(core_app):
    """How many SQL statements an Action has taken so far, all in all."""
    meter = core_app.extensions["container"].get(Meter)
    return lambda action: meter.costs[type(action).__name__].statements


@pytest.fixture
def walk():
    """Every item of a list, page by page."""

    def walk(sender, kind, **how):
        items, cursor = [], None
        while True:
            page = sender.send(kind(cursor=cursor, **how))
            items += page.items
            if (cursor := page.next) is None:
                return items

    return walk
