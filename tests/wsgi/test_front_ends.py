"""A front end in a process of its own."""

from __future__ import annotations

import sys
from importlib import import_module

import pytest

from ports.environment import BootError


@pytest.mark.parametrize("module", ["wsgi.website", "wsgi.api"])
@pytest.mark.parametrize("choice", ["in_process", ""])
def test_does_not_start_with_a_core_whose_events_nobody_relays(module, choice, values, monkeypatch):
    for name, value in {**values, "CORE_CLIENT": choice}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(BootError, match=r"CORE_CLIENT=http and CORE_URL .* wsgi\.all"):
        import_module(module)
