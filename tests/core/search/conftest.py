"""What tests of the search may ask for."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from psycopg import Binary
from sqlalchemy import event
from sqlalchemy.engine import Engine

from apps.core.contract.search import Search
from apps.core.search.keeping import SearchIndexes


@pytest.fixture
def indexes(core_app):
    return core_app.extensions["container"].get(SearchIndexes)


@pytest.fixture
def database_statements():
    """Collects what is sent to the database meanwhile, with its parameters."""

    @contextmanager
    def collect():
        sent = []

        def note(_connection, _cursor, statement, parameters, *_):
            values = parameters.values() if isinstance(parameters, dict) else parameters
            sent.append((statement, [value.obj if isinstance(value, Binary) else value for value in values]))

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return collect


@pytest.fixture
def find(visitor, indexes):
    """Search as a visitor, the index in step."""

    def ask(text, sender=visitor, **how):
        indexes.look_again()
        return sender.send(Search(text, **how))

    return ask
