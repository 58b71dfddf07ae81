"""A Command that the fault run does not know fails here, in seconds: it needs a round that sends it, and a rule by which it is compared."""

from __future__ import annotations

import inspect

from apps.core.bus import HANDLERS
from apps.core.contract.actions import Command
from apps.core.handlers import load_handlers
from tests.faults.history.compared.everything import RULES


class TestEveryCommand:
    def test_is_compared(self):
        load_handlers()
        on_the_shelf = {kind for kind in HANDLERS if issubclass(kind, Command) and inspect.getmodule(kind).__name__.startswith("apps.")}
        assert {kind for rule in RULES for kind in rule.kinds} == on_the_shelf
