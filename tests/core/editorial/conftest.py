from __future__ import annotations

import pytest

from tests.factories.deals import Deals


@pytest.fixture
def deals(core_app) -> Deals:
    return Deals(core_app)
