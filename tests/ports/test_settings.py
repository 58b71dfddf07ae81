"""The settings that belong to no port: one table to read from and to check."""

from __future__ import annotations

import pytest

from ports.environment import BootError, Environment
from ports.settings import SETTINGS, TOKEN_DAYS, check_settings


class TestSettings:
    def test_defaults_are_what_they_may_be(self):
        check_settings(Environment({}))

    @pytest.mark.parametrize("name", [setting.name for setting in SETTINGS])
    def test_each_is_checked_and_named(self, name):
        with pytest.raises(BootError, match=f"^{name}=many is "):
            check_settings(Environment({name: "many"}))

    def test_what_is_given_is_read(self):
        assert TOKEN_DAYS.read(Environment({"TOKEN_DAYS": "7"})) == 7
        assert TOKEN_DAYS.read(Environment({})) == 30
