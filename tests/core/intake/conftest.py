from __future__ import annotations

from collections.abc import Callable

import pytest

from apps.core.contract.intake import FoundFile, OpenDelivery, RecordFiles


@pytest.fixture
def delivery_id(operator) -> str:
    """Open and empty."""
    return operator.send(OpenDelivery("/music"))


@pytest.fixture
def record(operator, delivery_id) -> Callable[..., None]:
    def add(*files: FoundFile) -> None:
        operator.send(RecordFiles(delivery_id, files))

    return add
