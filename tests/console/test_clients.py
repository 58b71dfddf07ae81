"""`celesta clients`: registering the apps that listeners may connect."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from apps.console.clients import clients
from apps.core.contract.actions import Scope
from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.oauth import CheckAppSecret, GetApp

BACK = "https://player.example.com/back"


@pytest.fixture
def run(values, core_app, monkeypatch):
    for name, value in {**values, "REDIS_URL": "redis://127.0.0.1:1/0"}.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: CliRunner().invoke(clients, arguments)


class TestClients:
    def test_registers_a_public_app_for_everything_lists_and_removes_it(self, run, visitor):
        told = run("register", "Pocket player", "--redirect", BACK).output
        client_id = re.fullmatch(r"client id: (\w{22})\n", told)[1]
        app = visitor.send(GetApp(client_id))
        assert (app.name, app.redirect_uris, app.scopes, app.confidential) == ("Pocket player", (BACK,), frozenset(Scope), False)
        assert run("list").output == f"{client_id}  Pocket player  public  account catalogue history library playback purchases  {BACK}\n"
        assert run("remove", client_id).exit_code == 0
        assert run("list").output == ""

    def test_tells_a_secret_once(self, run, visitor):
        told = run("register", "Server", "--redirect", BACK, "--scope", "catalogue", "--confidential").output
        client_id, secret = re.search(r"client id: (\w+)\nclient secret: (\S+) \(it is not shown again\)\n", told).groups()
        assert visitor.send(CheckAppSecret(client_id, secret))
        assert secret not in run("list").output

    def test_refuses_what_makes_no_sense(self, run):
        assert isinstance(run("register", "Pocket player", "--redirect", "http://player.example.com/").exception, Invalid)
        assert run("register", "Pocket player").exit_code == 2
        assert run("register", "Pocket player", "--redirect", BACK, "--scope", "everything").exit_code == 2
        assert isinstance(run("remove", "0" * 22).exception, NotFound)
