"""What tests of the search may ask for."""

from __future__ import annotations

import pytest

from apps.core.contract.search import Search
from apps.core.search.keeping import SearchIndexes


@pytest.fixture
def indexes(core_app):
    return core_app.extensions["container"].get(SearchIndexes)


@pytest.fixture
def find(visitor, indexes):
    """Search as a visitor, the index in step."""

    def ask(text, sender=visitor, **how):
        indexes.look_again()
        return sender.send(Search(text, **how))

    return ask
