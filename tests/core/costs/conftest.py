from __future__ import annotations

import pytest

from apps.core.costs.keeping import CostKeeper


@pytest.fixture
def keeper(core_app) -> CostKeeper:
    return CostKeeper(core_app)
