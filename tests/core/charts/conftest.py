"""What tests of charts share."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetRelease
from tests.factories.charts import Charting


@pytest.fixture
def charting(core_app, catalogue, worker, clock) -> Charting:
    """The play log begins on Monday 2 March 2026."""
    return Charting(core_app, catalogue, worker, clock)


@pytest.fixture
def tracks(operator, catalogue):
    """Five, of which one can be played."""
    (release_id,) = catalogue.deliver(catalogue.files("Blue Garden", [f"Blue Garden {number}" for number in range(1, 6)]))
    catalogue.transcode(catalogue.waiting("transcode")[0])
    return operator.send(GetRelease(release_id)).tracks
