from __future__ import annotations

import pytest


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
