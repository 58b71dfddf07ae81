"""`celesta users`: people and their roles, on the operator's own behalf."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from apps.console.administrator import invitation_link
from apps.console.preflight import take_run_lock
from apps.console.users import USUAL_ADDRESS, users
from apps.core.contract.accounts import AcceptInvitation
from apps.core.contract.actions import Role
from apps.core.contract.errors import Conflict, NotFound
from tests.conftest import PASSWORD


@pytest.fixture
def run(own_home):
    return lambda *arguments: CliRunner().invoke(users, arguments)


class TestUsers:
    def test_lists_everybody_or_those_asked_for(self, run, ana, administrator):
        assert re.findall(r"^(\S+)  (\S+)  active  (.+)  since", run("list").output, re.MULTILINE) == [
            ("ada@example.com", "Ada", "administrator, listener"),
            ("ana@example.com", "Ana", "listener"),
        ]
        assert run("list", "an").output.count("\n") == 1

    def test_lists_more_than_a_page(self, run, person):
        for number in range(101):
            person(f"Person{number}")
        assert run("list").output.count("\n") == 101

    def test_gives_exactly_the_roles_named(self, run, ana, administrator):
        assert "active  listener, partner, staff  since" in run("roles", "ana@example.com", "staff", "partner").output
        assert "active  listener  since" in run("roles", "ana@example.com").output

    def test_an_unknown_role_is_refused_with_those_there_are(self, run, ana):
        done = run("roles", "ana@example.com", "queen")
        assert done.exit_code == 2
        assert "'partner', 'staff', 'administrator'" in done.output

    def test_suspends_and_restores(self, run, ana):
        assert "Ana  suspended  listener" in run("suspend", "ana@example.com").output
        assert "Ana  active  listener" in run("restore", "ana@example.com").output

    @pytest.mark.parametrize("command", ["suspend", "restore", "roles"])
    @pytest.mark.parametrize("address", ["nobody@x", "nobody", ""])
    def test_what_is_no_address_is_one_clear_line(self, run, command, address):
        done = run(command, address)
        assert done.exit_code == 1
        assert done.output == f"Error: {address!r} is not an e-mail address: write it as ana@example.com.\n"

    def test_what_core_refuses_is_raised_for_the_command_line_to_print(self, run, administrator):
        for command in ("suspend", "restore", "roles"):
            assert isinstance(run(command, "nobody@example.com").exception, NotFound)
        assert isinstance(run("roles", "ada@example.com").exception, Conflict)


class TestInvite:
    def test_prints_a_link_that_makes_its_reader_the_administrator(self, run, visitor):
        link = run("invite", "--address", "https://music.example/").output.strip()
        token = link.removeprefix("https://music.example/welcome/")
        account = visitor.send(AcceptInvitation(token, "ada@example.com", "Ada", PASSWORD))
        assert Role.ADMINISTRATOR in account.roles

    @pytest.mark.parametrize(
        "address",
        ["music.example", "ftp://music.example", "http://", "http://a b", "http://music.example:port", "http://music.example:0",
         "https://music.example/?x=1", "https://music.example/#top", "https://ana@music.example", "http://[::1"],
    )  # fmt: skip
    def test_what_is_no_address_of_a_website_is_one_clear_line(self, run, address):
        done = run("invite", "--address", address)
        assert done.exit_code == 1
        assert done.output == f"Error: {address!r} is not where a website can be: write --address as https://music.example.com.\n"

    def test_leads_to_where_celesta_runs_here(self, run, values):
        assert run("invite").output.startswith(f"{USUAL_ADDRESS}/welcome/")
        with take_run_lock(Path(values["CELESTA_HOME"]), "http://127.0.0.1:9001"):
            assert run("invite").output.startswith("http://127.0.0.1:9001/welcome/")

    def test_leads_nowhere_a_copy_ran_before(self, run, values):
        with subprocess.Popen([sys.executable, "-c", ""]) as ended:
            ended.wait()
        (Path(values["CELESTA_HOME"]) / "run.lock").write_text(f"{ended.pid} http://127.0.0.1:9001")
        assert run("invite").output.startswith(f"{USUAL_ADDRESS}/welcome/")

    def test_says_so_where_there_is_an_administrator(self, run, administrator):
        done = run("invite")
        assert done.exit_code == 1
        assert "There is an administrator already" in done.output
        assert invitation_link("http://127.0.0.1") is None
