"""OAuth 2.1: an app becomes connected, stays so by refreshing, and is let go; and what is tried against that."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import pytest
from flask.testing import FlaskClient

from apps.api.oauth.credentials import CODE_SECONDS, IMPATIENCE
from apps.core.contract.accounts import ChangePassword, GetOwnAccount, SuspendAccount
from apps.core.contract.actions import Actor, Scope, Service
from apps.core.contract.oauth import Approval, ConnectApp, DisconnectApp, RegisterApp, RemoveApp, approval_key, request_digest
from tests.api.caller import PASSWORD
from tests.at_once import at_once

BACK = "https://player.example.com/back"
BASIC = "catalogue playback"


@dataclass
class PocketPlayer:
    """An app that follows the standard, and the listener who answers it."""

    client: FlaskClient
    services: object
    listener: object
    id: str
    secret: str | None = None
    verifier: str = "v" * 43
    back: str = BACK

    def request(self, **other: str | None) -> str:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code", "client_id": self.id, "redirect_uri": self.back, "scope": BASIC, "state": "s t/a+te",
            "code_challenge": challenge, "code_challenge_method": "S256", **other,
        }  # fmt: skip
        return urlencode({name: value for name, value in asked.items() if value is not None})

    def ask(self, **other: str | None):
        return self.client.get(f"/oauth/authorize?{self.request(**other)}")

    def answer(self, query: str, *, allowed: bool = True, client_id: str | None = None) -> str:
        """What the website does when the listener presses a button; returns the approval's secret."""
        asked = dict(parse_qsl(query))
        scopes = frozenset(map(Scope, asked.get("scope", BASIC).split()))
        connected = self.listener.send(ConnectApp(self.id, scopes)) if allowed else None
        account = self.listener.send(GetOwnAccount())
        secret = secrets.token_urlsafe(32)
        approval = Approval(
            account.id, client_id or self.id, request_digest(query), account.password_set_at, connected and connected.connected_at
        )
        self.services.tokens.put(approval_key(secret), msgspec.json.encode(approval), 60)
        return secret

    def code(self, **other: str | None) -> str:
        query = self.request(**other)
        return back(self.client.get(f"/oauth/authorize?{query}&approval={self.answer(query)}"))["code"]

    def redeem(self, code: str, **other: str | None):
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.back, "code_verifier": self.verifier, **other}
        return self.post("token", sent)

    def refresh(self, token: str, **other: str | None):
        return self.post("token", {"grant_type": "refresh_token", "refresh_token": token, **other})

    def post(self, endpoint: str, sent: dict[str, str | None]):
        credentials = {"client_id": self.id, "client_secret": self.secret, **sent}
        return self.client.post(f"/oauth/{endpoint}", data={name: value for name, value in credentials.items() if value is not None})

    def connect(self) -> dict[str, str]:
        answer = self.redeem(self.code())
        assert answer.status_code == 200, answer.text
        return answer.json

    def opens(self, token: str) -> int:
        return self.client.get("/v1/releases", headers={"Authorization": f"Bearer {token}"}).status_code


def back(answer) -> dict[str, str]:
    """What the app is told at its redirect URI."""
    assert answer.status_code == 302, answer.text
    assert answer.location.startswith(f"{BACK}?")
    return dict(parse_qsl(urlsplit(answer.location).query))


def refused(answer, error: str, status: int = 400) -> None:
    assert (answer.status_code, answer.json["error"]) == (status, error), answer.text


@pytest.fixture
def app(client, services, ana, operator) -> PocketPlayer:
    registered = operator.send(RegisterApp("Pocket player", (BACK,), frozenset({Scope.CATALOGUE, Scope.PLAYBACK, Scope.ACCOUNT})))
    return PocketPlayer(client, services, ana, registered.client.id)


@pytest.fixture
def server(client, services, ana, operator) -> PocketPlayer:
    """A confidential one."""
    registered = operator.send(RegisterApp("Server", (BACK,), frozenset({Scope.CATALOGUE, Scope.PLAYBACK}), confidential=True))
    return PocketPlayer(client, services, ana, registered.client.id, registered.secret)


@pytest.fixture
def forget(services):
    """Let the API's short memory pass."""
    return services.bearers.forget


class TestConnecting:
    def test_goes_by_the_website_to_the_app_and_opens_what_was_allowed(self, app):
        query = app.request()
        asked = app.client.get(f"/oauth/authorize?{query}")
        assert (asked.status_code, asked.location) == (303, f"/connect?{query}")
        told = back(app.client.get(f"/oauth/authorize?{query}&approval={app.answer(query)}"))
        assert (told["state"], told["iss"]) == ("s t/a+te", "http://localhost")
        answer = app.redeem(told["code"])
        assert answer.headers["Cache-Control"] == "no-store"
        issued = answer.json
        assert (issued["token_type"], issued["expires_in"], issued["scope"]) == ("Bearer", 3600, BASIC)
        assert app.opens(issued["access_token"]) == 200
        account = app.client.get("/v1/account", headers={"Authorization": f"Bearer {issued['access_token']}"})
        assert account.status_code == 403

    def test_of_a_confidential_app_needs_its_secret(self, server):
        code = server.code()
        server_secret, server.secret = server.secret, None
        refused(server.redeem(code), "invalid_client", 401)
        refused(server.redeem(code, client_secret="guessed"), "invalid_client", 401)
        server.secret = server_secret
        assert server.redeem(code).status_code == 200

    def test_takes_the_secret_as_basic_authorization_too(self, server):
        sent = {"grant_type": "authorization_code", "code": server.code(), "code_verifier": server.verifier}
        answer = server.client.post("/oauth/token", data=sent, auth=(server.id, server.secret))
        assert answer.status_code == 200

    def test_on_a_device_takes_any_port_of_the_loopback(self, client, services, ana, operator):
        registered = operator.send(RegisterApp("Desk", ("http://127.0.0.1/back",), frozenset({Scope.CATALOGUE, Scope.PLAYBACK})))
        desk = PocketPlayer(client, services, ana, registered.client.id, back="http://127.0.0.1:49152/back")
        query = desk.request()
        answer = client.get(f"/oauth/authorize?{query}&approval={desk.answer(query)}")
        assert answer.location.startswith("http://127.0.0.1:49152/back?")
        assert desk.ask(redirect_uri="http://127.0.0.1:49152/elsewhere").location.startswith("/connect/refused")

    def test_that_the_listener_does_not_want_tells_the_app(self, app):
        query = app.request()
        told = back(app.client.get(f"/oauth/authorize?{query}&approval={app.answer(query, allowed=False)}"))
        assert (told["error"], told["state"]) == ("access_denied", "s t/a+te")

    def test_describes_itself(self, client):
        told = client.get("/.well-known/oauth-authorization-server").json
        assert told["issuer"] == "http://localhost"
        assert told["token_endpoint"] == "http://localhost/oauth/token"
        assert told["code_challenge_methods_supported"] == ["S256"]


class TestAnApproval:
    def test_answers_one_request_once(self, app):
        query = app.request()
        secret = app.answer(query)
        assert app.client.get(f"/oauth/authorize?{query}&approval={secret}").status_code == 302
        again = app.client.get(f"/oauth/authorize?{query}&approval={secret}")
        assert (again.status_code, again.location) == (303, f"/connect?{query}")

    def test_answers_no_other_request(self, app, server):
        query = app.request()
        other = app.request(code_challenge="c" * 43)
        for secret in (app.answer(query), app.answer(other, client_id=server.id), "made-up"):
            answer = app.client.get(f"/oauth/authorize?{other}&approval={secret}")
            assert (answer.status_code, answer.location) == (303, f"/connect?{other}")


class TestAWrongRequest:
    @pytest.mark.parametrize(
        "other",
        [
            {"client_id": "0" * 22}, {"client_id": "nobody"}, {"client_id": None}, {"redirect_uri": "https://evil.example/back"},
            {"redirect_uri": f"{BACK}/../x"}, {"redirect_uri": f"{BACK}?x=y"}, {"redirect_uri": "https://player.example.com@evil.example/back"},
            {"response_type": "token", "redirect_uri": "https://evil.example/"}, {"response_type": "nonsense", "client_id": "nobody"},
        ],
    )  # fmt: skip
    def test_that_names_no_place_of_the_app_is_sent_nowhere(self, app, other):
        answer = app.ask(**other)
        assert answer.status_code == 303
        assert answer.location.startswith("/connect/refused?error=")

    @pytest.mark.parametrize(
        ("other", "error"),
        [
            ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
            ({"code_challenge_method": None}, "invalid_request"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"code_challenge": "short"}, "invalid_request"),
            ({"scope": "catalogue everything"}, "invalid_scope"),
            ({"scope": "history"}, "invalid_scope"),
        ],
    )
    @pytest.mark.parametrize("kind", ["public", "confidential"])
    def test_is_told_to_the_app(self, app, server, other, error, kind):
        told = back((app if kind == "public" else server).ask(**other))
        assert (told["error"], told["state"], told["iss"]) == (error, "s t/a+te", "http://localhost")


class TestACode:
    def test_is_good_once(self, app):
        code = app.code()
        assert app.redeem(code).status_code == 200
        refused(app.redeem(code), "invalid_grant")

    @pytest.mark.parametrize(
        ("other", "error"),
        [
            ({"code_verifier": "w" * 43}, "invalid_grant"),
            ({"code_verifier": "v"}, "invalid_request"),
            ({"code_verifier": None}, "invalid_request"),
            ({"redirect_uri": "https://player.example.com/other"}, "invalid_grant"),
        ],
    )
    def test_is_used_up_by_an_attempt_that_fails(self, app, other, error):
        code = app.code()
        refused(app.redeem(code, **other), error)
        refused(app.redeem(code), "invalid_grant")

    def test_is_for_the_app_it_was_issued_to(self, app, server):
        refused(server.redeem(app.code()), "invalid_grant")

    def test_of_fifty_attempts_at_once_one_succeeds(self, app):
        code = app.code()
        answers = at_once([lambda: app.redeem(code)] * 50)
        assert sorted(answer.status_code for answer in answers) == [200, *[400] * 49]
        (issued,) = [answer.json for answer in answers if answer.status_code == 200]
        assert app.opens(issued["access_token"]) == 200

    def test_replayed_later_ends_what_it_was_redeemed_for(self, app, clock, forget):
        code = app.code()
        issued = app.redeem(code).json
        clock.advance(IMPATIENCE.total_seconds() + 1)
        refused(app.redeem(code), "invalid_grant")
        forget()
        assert app.opens(issued["access_token"]) == 401
        refused(app.refresh(issued["refresh_token"]), "invalid_grant")

    def test_lasts_a_minute(self):
        assert CODE_SECONDS == 60


class TestARefreshToken:
    def test_rotates(self, app, clock):
        issued = app.connect()
        clock.advance(3600)
        again = app.refresh(issued["refresh_token"]).json
        assert again["refresh_token"] != issued["refresh_token"]
        assert app.opens(again["access_token"]) == 200
        assert app.refresh(again["refresh_token"]).status_code == 200

    def test_that_was_used_before_ends_the_whole_family(self, app, clock, forget):
        first = app.connect()
        second = app.refresh(first["refresh_token"]).json
        third = app.refresh(second["refresh_token"]).json
        clock.advance(IMPATIENCE.total_seconds() + 1)
        refused(app.refresh(first["refresh_token"]), "invalid_grant")
        forget()
        refused(app.refresh(third["refresh_token"]), "invalid_grant")
        assert app.opens(third["access_token"]) == 401

    def test_sent_twice_at_once_ends_nothing(self, app):
        issued = app.connect()
        answers = at_once([lambda: app.refresh(issued["refresh_token"])] * 50)
        assert sorted(answer.status_code for answer in answers) == [200, *[400] * 49]
        (again,) = [answer.json for answer in answers if answer.status_code == 200]
        assert app.refresh(again["refresh_token"]).status_code == 200

    def test_gives_fewer_scopes_where_fewer_are_asked_for_and_never_more(self, app):
        issued = app.connect()
        fewer = app.refresh(issued["refresh_token"], scope="catalogue").json
        assert fewer["scope"] == "catalogue"
        all_again = app.refresh(fewer["refresh_token"]).json
        assert all_again["scope"] == BASIC
        refused(app.refresh(all_again["refresh_token"], scope="catalogue account"), "invalid_scope")

    def test_is_for_the_app_it_was_issued_to(self, app, server):
        issued = app.connect()
        refused(server.refresh(issued["refresh_token"]), "invalid_grant")
        assert app.refresh(issued["refresh_token"]).status_code == 200

    def test_stays_good_where_what_is_asked_for_with_it_is_refused(self, app):
        issued = app.connect()
        for scope in ("bogus", "catalogue account"):
            refused(app.refresh(issued["refresh_token"], scope=scope), "invalid_scope")
        assert app.refresh(issued["refresh_token"]).status_code == 200

    def test_leaves_no_more_behind_however_often_it_is_used(self, app, services):
        issued, sizes = app.connect(), []
        for _ in range(5):
            issued = app.refresh(issued["refresh_token"]).json
            sizes.append(len(services.tokens._store._entries))
        assert len({after - before for before, after in pairwise(sizes)}) == 1
        assert sizes[1] - sizes[0] == 1  # the access token, for an hour

    def test_is_no_access_token_and_an_access_token_does_not_refresh(self, app):
        issued = app.connect()
        assert app.opens(issued["refresh_token"]) == 401
        refused(app.refresh(issued["access_token"]), "invalid_grant")


class TestTheEnd:
    @pytest.mark.parametrize("end", ["disconnected", "suspended", "password", "removed"])
    def test_of_what_was_allowed_ends_every_token(self, app, ana, operator, sender, clock, forget, end):
        issued, code = app.connect(), app.code()
        clock.advance(1)
        if end == "disconnected":
            ana.send(DisconnectApp(app.id))
        elif end == "suspended":
            operator.send(SuspendAccount("ana@example.com"))
        elif end == "password":
            ana.send(ChangePassword("correct horse battery", PASSWORD))
        else:
            operator.send(RemoveApp(app.id))
        forget()
        assert app.opens(issued["access_token"]) in {401, 403}
        for answer in (app.refresh(issued["refresh_token"]), app.redeem(code)):
            assert answer.status_code in {400, 401}
            assert answer.json["error"] == ("invalid_client" if end == "removed" else "invalid_grant")

    def test_of_a_connection_is_not_undone_by_a_new_one(self, app, ana, clock, forget):
        issued = app.connect()
        clock.advance(1)
        ana.send(DisconnectApp(app.id))
        clock.advance(1)
        again = app.connect()
        forget()
        assert app.opens(issued["access_token"]) == 401
        assert app.opens(again["access_token"]) == 200

    def test_may_be_asked_for_by_the_app(self, app, forget):
        issued = app.connect()
        assert app.post("revoke", {"token": issued["access_token"]}).status_code == 200
        assert app.opens(issued["access_token"]) == 401
        again = app.refresh(issued["refresh_token"]).json
        assert app.post("revoke", {"token": again["refresh_token"]}).status_code == 200
        forget()
        assert app.opens(again["access_token"]) == 401
        refused(app.refresh(again["refresh_token"]), "invalid_grant")

    def test_asked_for_by_another_app_or_for_nothing_changes_nothing(self, app, server):
        issued = app.connect()
        for token in (issued["access_token"], issued["refresh_token"]):
            assert server.post("revoke", {"token": token}).status_code == 400
        assert app.post("revoke", {"token": "celesta_nothing"}).status_code == 200
        assert app.opens(issued["access_token"]) == 200
        assert app.refresh(issued["refresh_token"]).status_code == 200


class TestNonsense:
    @pytest.mark.parametrize("other", [{"redirect_uri": 'https://x/"'}, {"redirect_uri": "https://x/é"}, {"response_type": "cöde"}])
    def test_in_a_request_is_refused(self, app, other):
        answer = app.ask(**other)
        assert (answer.status_code, answer.location) == (303, "/connect/refused?error=invalid_request")

    def test_in_credentials_is_refused(self, client, server):
        sent = {"grant_type": "refresh_token", "refresh_token": "x"}
        for credentials in ("Basic /////w==", "Basic x", "Bearer x", "Basic"):
            answer = client.post("/oauth/token", data=sent, headers={"Authorization": credentials})
            assert answer.status_code in {400, 401}
            assert "error" in answer.json
        refused(server.refresh("x", client_secret="s" * 300), "invalid_client", 401)

    def test_in_the_place_of_an_approval_uses_nothing_up(self, app):
        issued = app.connect()
        query = app.request()
        for secret in (issued["access_token"], issued["refresh_token"], app.code()):
            assert app.client.get(f"/oauth/authorize?{query}&approval={secret}").location == f"/connect?{query}"
        assert app.opens(issued["access_token"]) == 200
        assert app.refresh(issued["refresh_token"]).status_code == 200


class TestWhatIsNotSecure:
    def test_is_for_the_edge_to_say(self, client, app):
        """A service at home has a name and no certificate."""
        query = app.request()
        assert client.get(f"/oauth/authorize?{query}", base_url="http://music.lan").location == f"/connect?{query}"
        answer = client.post("/oauth/token", data={"grant_type": "refresh_token", "client_id": app.id}, base_url="http://music.lan")
        refused(answer, "invalid_request")


class TestAtOnce:
    def test_what_an_app_changes_is_refused_though_it_was_known_a_moment_ago(self, app, ana):
        headers = {"Authorization": f"Bearer {app.connect()['access_token']}"}
        assert app.client.get("/v1/releases", headers=headers).status_code == 200
        ana.send(DisconnectApp(app.id))
        assert app.client.post("/v1/plays", json={"plays": []}, headers=headers).status_code == 401


class TestCookies:
    def test_open_nothing_here(self, client, app):
        client.set_cookie("session", "x" * 43)
        assert client.get("/v1/account").status_code == 401
        query = app.request()
        assert client.get(f"/oauth/authorize?{query}").location == f"/connect?{query}"


def test_actions_of_listeners_stay_closed_to_apps(app, sender):
    """Connecting an app takes a log-in on the website: no token may widen what it may do itself."""
    acting = sender(Actor(Service.API, account_id=app.listener.actor.account_id, scopes=frozenset(Scope), client=app.id))
    with pytest.raises(Exception, match="needs a log-in on the website"):
        acting.send(ConnectApp(app.id, frozenset({Scope.ACCOUNT})))
