from __future__ import annotations

import pytest

from tests.faults.house import House
from tests.services import valkey


@pytest.fixture
def house(tmp_path):
    with valkey() as server:
        house = House(tmp_path, server)
        house.build()
        yield house
        house.end()


@pytest.fixture
def quick_house(tmp_path):
    """One that makes silence of everything, at once."""
    with valkey() as server:
        house = House(tmp_path, server, {"TRANSCODER": "fake"})
        house.build()
        yield house
        house.end()
