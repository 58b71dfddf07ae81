"""What tests of jobs share."""

from __future__ import annotations

import pytest

from apps.core.jobs.sweeper import sweep_jobs


@pytest.fixture
def sweep(core_app):
    def once() -> int:
        with core_app.app_context():
            return sweep_jobs(core_app.extensions["container"])

    return once
