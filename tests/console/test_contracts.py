"""`celesta contracts`, and `celesta users partner`: what labels get, and who sees it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from apps.console.contracts import contracts
from apps.console.users import users


@pytest.fixture
def run(values, core_app, monkeypatch, catalogue):
    for name, value in {**values, "REDIS_URL": "redis://127.0.0.1:1/0"}.items():
        monkeypatch.setenv(name, value)
    catalogue.deliver([file for name in ("Moon", "Sun") for file in catalogue.files(name, ["One"], label=name)])
    return lambda command, *arguments: CliRunner().invoke(command, arguments)


class TestContracts:
    def test_are_agreed_and_listed(self, run):
        for share in ("65", "2/3"):
            assert run(contracts, "set", "moon", share, "--from", "2026-03-06", "--evidence", "claimed").exit_code == 0
        agreed = "Moon  WW  2/3  plays from 30 s, claimed  from 2026-03-06\n"
        assert run(contracts, "list").output == agreed
        assert [line.split("  ")[1] for line in run(contracts, "labels").output.splitlines()] == ["Moon", "Sun"]

    @pytest.mark.parametrize(
        ("arguments", "said"), [(("Moon", "x"), "no share"), (("Moon", "1/0"), "no share"), (("Mars", "65"), "no label")]
    )
    def test_that_make_no_sense_are_one_clear_line(self, run, arguments, said):
        done = run(contracts, "set", *arguments, "--from", "2026-03-06")
        assert (done.exit_code, said in done.output) == (1, True)


class TestPartner:
    def test_is_given_labels_by_name(self, run, ana):
        assert run(users, "partner", "ana@example.com", "Sun", "moon").output == "ana@example.com  Moon, Sun\n"
        assert "listener, partner" in run(users, "list").output
        assert run(users, "partner", "ana@example.com").output == "ana@example.com  no label\n"
        assert run(users, "partner", "ana@example.com", "Mars").exit_code == 1
