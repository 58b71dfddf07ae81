"""Apps: registered by the operator, connected and disconnected by listeners."""

from __future__ import annotations

import hashlib

import pytest

from apps.core.contract.accounts import SuspendAccount
from apps.core.contract.actions import Scope
from apps.core.contract.errors import AccountSuspended, Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.oauth import (
    CheckAppSecret,
    ConnectApp,
    ConnectedApp,
    DisconnectApp,
    GetApp,
    GetTokenHolder,
    ListApps,
    ListConnectedApps,
    RegisterApp,
    RemoveApp,
    approval_key,
    request_digest,
)

BACK = "https://player.example.com/back"
TWO = frozenset({Scope.CATALOGUE, Scope.PLAYBACK})


@pytest.fixture
def app(operator):
    return operator.send(RegisterApp("Pocket player", (BACK,), TWO)).client


class TestRegisterApp:
    def test_public_has_no_secret(self, operator, visitor):
        registered = operator.send(RegisterApp(" Pocket player ", (BACK, "com.example.app:/back"), TWO))
        assert registered.secret is None
        client = registered.client
        assert (client.name, client.redirect_uris, client.scopes, client.confidential) == (
            "Pocket player",
            (BACK, "com.example.app:/back"),
            TWO,
            False,
        )
        assert visitor.send(GetApp(client.id)) == client
        assert operator.send(ListApps()) == (client,)
        assert not visitor.send(CheckAppSecret(client.id, ""))

    def test_confidential_has_one_that_is_told_once(self, operator, visitor):
        registered = operator.send(RegisterApp("Server", (BACK,), TWO, confidential=True))
        assert registered.secret is not None
        assert registered.client.confidential
        assert visitor.send(CheckAppSecret(registered.client.id, registered.secret))
        assert not visitor.send(CheckAppSecret(registered.client.id, f"{registered.secret}x"))
        assert not visitor.send(CheckAppSecret(new_id(), registered.secret))

    @pytest.mark.parametrize(
        "uri",
        [
            "http://player.example.com/back", "https://", "https:///back", "javascript:alert(1)", "data:text/html,x", "myapp:/back",
            "com.example.app://host/back", "https://player.example.com/#part", "https://*.example.com/back", "/back",
            "https://user@player.example.com/", "http://127.0.0.1:0/", "http://[::1", "https://player.example.com\\@evil.example/",
        ],
    )  # fmt: skip
    def test_takes_no_redirect_that_could_lead_elsewhere(self, operator, uri):
        with pytest.raises(Invalid, match="redirect URI"):
            operator.send(RegisterApp("Pocket player", (BACK, uri), TWO))
        assert operator.send(ListApps()) == ()

    @pytest.mark.parametrize("uri", ["http://127.0.0.1/back", "http://[::1]:8000/", "http://localhost:9999/x?y=z", "com.example.app:/back"])
    def test_takes_those_of_apps_on_a_device(self, operator, uri):
        assert operator.send(RegisterApp("Pocket player", (uri,), TWO)).client.redirect_uris == (uri,)


class TestConnectApp:
    def test_is_remembered_with_what_was_allowed(self, ana, ben, app, visitor, clock):
        connected = ana.send(ConnectApp(app.id, frozenset({Scope.CATALOGUE})))
        assert connected == ConnectedApp(app.id, "Pocket player", frozenset({Scope.CATALOGUE}), clock.now())
        assert ana.send(ListConnectedApps()) == (connected,)
        assert ben.send(ListConnectedApps()) == ()
        holder = visitor.send(GetTokenHolder(ana.actor.account_id, app.id))
        assert (holder.account.name, holder.connection) == ("Ana", connected)

    def test_again_adds_scopes_and_keeps_what_was_issued_in_force(self, ana, app, clock):
        first = ana.send(ConnectApp(app.id, frozenset({Scope.CATALOGUE})))
        clock.advance(60)
        again = ana.send(ConnectApp(app.id, frozenset({Scope.PLAYBACK})))
        assert (again.scopes, again.connected_at) == (TWO, first.connected_at)

    def test_refuses_more_than_the_app_may_ask_for(self, ana, app):
        with pytest.raises(Invalid, match="history"):
            ana.send(ConnectApp(app.id, frozenset({Scope.HISTORY})))
        with pytest.raises(NotFound):
            ana.send(ConnectApp(new_id(), TWO))
        assert ana.send(ListConnectedApps()) == ()


class TestTheEndOfAConnection:
    def test_comes_with_disconnecting_and_a_new_one_begins_later(self, ana, app, visitor, clock):
        ana.send(ConnectApp(app.id, TWO))
        ana.send(DisconnectApp(app.id))
        ana.send(DisconnectApp(app.id))
        with pytest.raises(NotFound):
            visitor.send(GetTokenHolder(ana.actor.account_id, app.id))
        clock.advance(1)
        assert ana.send(ConnectApp(app.id, TWO)).connected_at == clock.now()

    def test_comes_with_removing_the_app(self, ana, app, operator, visitor):
        ana.send(ConnectApp(app.id, TWO))
        operator.send(RemoveApp(app.id))
        assert ana.send(ListConnectedApps()) == ()
        for gone in (GetApp(app.id), GetTokenHolder(ana.actor.account_id, app.id)):
            with pytest.raises(NotFound):
                visitor.send(gone)
        with pytest.raises(NotFound):
            operator.send(RemoveApp(app.id))

    def test_comes_for_a_while_with_a_suspension(self, ana, app, operator, visitor):
        ana.send(ConnectApp(app.id, TWO))
        operator.send(SuspendAccount("ana@example.com"))
        with pytest.raises(AccountSuspended):
            visitor.send(GetTokenHolder(ana.actor.account_id, app.id))


class TestSendsBackTo:
    @pytest.mark.parametrize(
        ("registered", "asked", "fits"),
        [
            (BACK, BACK, True),
            (BACK, f"{BACK}/", False),
            (BACK, f"{BACK}?x=y", False),
            (BACK, "https://player.example.com:8443/back", False),
            ("http://127.0.0.1/back", "http://127.0.0.1:49152/back", True),
            ("http://127.0.0.1:1/back", "http://127.0.0.1/back", True),
            ("http://[::1]/back", "http://[::1]:49152/back", True),
            ("http://127.0.0.1/back", "http://127.0.0.1:49152/other", False),
            ("http://127.0.0.1/back", "http://127.0.0.1:49152/back#part", False),
            ("http://127.0.0.1/back", "http://user@127.0.0.1:1/back", False),
            ("http://127.0.0.1/back", "http://127.0.0.1:99999/back", False),
            ("http://127.0.0.1/back", "http://localhost/back", False),
            ("http://127.0.0.1/back", "https://127.0.0.1/back", False),
        ],
    )
    def test_exactly_where_was_registered_but_for_the_port_of_the_loopback(self, operator, registered, asked, fits):
        client = operator.send(RegisterApp("Pocket player", (registered,), TWO)).client
        assert client.sends_back_to(asked) is fits


def test_approvals_lie_where_no_other_credential_does():
    secret = "celesta_anything"
    assert approval_key(secret) != hashlib.sha256(secret.encode()).hexdigest()
    assert approval_key(secret) == approval_key(secret) != approval_key(f"{secret}.")
    assert request_digest("a=b") == request_digest("a=b") != request_digest("a=c")
