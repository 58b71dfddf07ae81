from __future__ import annotations

import pytest

from apps.api.app import create_api
from apps.api.tokens import Bearers, Grant, issue
from apps.core.client.people import People
from apps.core.contract.accounts import ChangePassword, RestoreAccount, SuspendAccount
from apps.core.contract.actions import Actor, Scope, Service
from apps.core.contract.errors import AccountSuspended, Unauthenticated
from ports.expiring import ExpiringStore
from ports.tokens.memory import MemoryTokens
from tests.api.caller import PASSWORD, App, Seconds, problem


class TestIssuingTokens:
    def test_a_password_becomes_a_token_with_all_scopes(self, client, register):
        register("ana@example.com")
        answer = client.post("/v1/tokens", json={"email": "ana@example.com", "password": PASSWORD})
        assert answer.status_code == 201
        assert answer.json["token_type"] == "Bearer"
        assert set(answer.json["scopes"]) == set(Scope)
        assert answer.headers["Cache-Control"] == "no-store"

    def test_the_token_opens_the_account(self, player):
        assert player.get("/v1/account").json["email"] == "ana@example.com"

    def test_the_token_ends_when_it_says(self, client, register, services):
        register("ana@example.com")
        answer = client.post("/v1/tokens", json={"email": "ana@example.com", "password": PASSWORD})
        assert answer.json["expires_at"][:10] > services.clock.now().isoformat()[:10]

    def test_a_wrong_password_is_refused_in_the_words_of_an_unknown_account(self, client, register):
        register("ana@example.com")
        wrong = client.post("/v1/tokens", json={"email": "ana@example.com", "password": "a morning in may"})
        unknown = client.post("/v1/tokens", json={"email": "eve@example.com", "password": "a morning in may"})
        assert problem(wrong, 401)["detail"] == problem(unknown, 401)["detail"]
        assert problem(wrong, 401)["type"] == "/problems/log_in_failed"
        assert wrong.headers["WWW-Authenticate"].startswith("Bearer")

    def test_too_many_failures_are_told_when_to_come_back(self, client, register):
        register("ana@example.com")
        for _ in range(10):
            client.post("/v1/tokens", json={"email": "ana@example.com", "password": "a morning in may"})
        refused = client.post("/v1/tokens", json={"email": "ana@example.com", "password": PASSWORD})
        assert problem(refused, 429)["type"] == "/problems/too_many"
        assert refused.headers["Retry-After"] == "900"

    def test_an_unknown_scope_is_refused(self, client, register):
        register("ana@example.com")
        answer = client.post("/v1/tokens", json={"email": "ana@example.com", "password": PASSWORD, "scopes": ["everything"]})
        assert "everything" in problem(answer, 422)["detail"]

    def test_a_suspended_account_gets_none(self, client, register, operator):
        register("ana@example.com")
        operator.send(SuspendAccount("ana@example.com"))
        answer = client.post("/v1/tokens", json={"email": "ana@example.com", "password": PASSWORD})
        assert problem(answer, 403)["type"] == "/problems/account_suspended"


class TestANewPassword:
    def test_ends_the_tokens_issued_for_the_old_one(self, player, client, sender, clock, services):
        clock.advance(1)
        listener = sender(Actor(Service.WEBSITE, account_id=player.account.id))
        listener.send(ChangePassword(PASSWORD, "quite another evening"))
        services.bearers.forget()
        assert "password was changed" in problem(player.get("/v1/account"), 401)["detail"]
        answer = client.post("/v1/tokens", json={"email": "ana@example.com", "password": "quite another evening"})
        assert App(client, player.account, answer.json["token"]).get("/v1/account").status_code == 200


class TestBehindAProxy:
    def test_failures_are_counted_by_the_caller_it_names(self, values, core_app, register):
        register("ana@example.com")
        client = create_api({**values, "TRUSTED_PROXIES": "1"}, core_app).test_client()

        def log_in(number: int, password: str) -> int:
            body = {"email": f"{'ana' if password == PASSWORD else number}@example.com", "password": password}
            return client.post("/v1/tokens", json=body, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code

        assert {log_in(number, "a morning in may") for number in range(31)} == {401}
        assert log_in(99, PASSWORD) == 201


class TestWithoutAToken:
    def test_nothing_is_told(self, client):
        answer = client.get("/v1/releases")
        assert problem(answer, 401)["type"] == "/problems/unauthenticated"
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="celesta"'

    def test_a_cookie_opens_nothing(self, client, player):
        for name in ("session", "celesta_session", "token", "Authorization"):
            client.set_cookie(name, player.token)
        problem(client.get("/v1/account"), 401)

    def test_a_token_in_the_query_opens_nothing(self, client, player):
        assert client.get(f"/v1/account?access_token={player.token}").status_code in {400, 401}
        assert client.get(f"/v1/releases?access_token={player.token}").status_code in {400, 401}

    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer celesta_short", "Bearer celesta_" + "é" * 43, "celesta_" + "a" * 43]
    )
    def test_a_malformed_header_opens_nothing(self, client, header):
        answer = client.get("/v1/account", headers={"Authorization": header})
        assert "Authorization header" in problem(answer, 401)["detail"]
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]

    def test_an_unknown_token_opens_nothing(self, client):
        problem(client.get("/v1/account", headers={"Authorization": "Bearer celesta_" + "a" * 43}), 401)

    def test_guessing_is_counted_by_address(self, api, client, services):
        services.limit._most = 3
        answers = [client.get("/v1/account", headers={"Authorization": "Bearer celesta_" + "a" * 43}).status_code for _ in range(5)]
        assert answers[:3] == [401] * 3
        assert answers[-1] == 429


class TestScopes:
    def test_what_was_not_granted_is_refused(self, log_in):
        app = log_in(scopes=(Scope.CATALOGUE,))
        assert app.get("/v1/releases").status_code == 200
        assert "history" in problem(app.get("/v1/history"), 403)["detail"]
        problem(app.get("/v1/account"), 403)

    def test_a_kept_page_asks_for_the_scope_too(self, player, log_in):
        assert player.get("/v1/releases").status_code == 200
        assert "catalogue" in problem(log_in("eve@example.com", (Scope.HISTORY,)).get("/v1/releases"), 403)["detail"]


class TestRevoking:
    def test_a_revoked_token_is_dead_at_once_here(self, player):
        assert player.get("/v1/account").status_code == 200
        assert player.delete("/v1/tokens/current").status_code == 204
        problem(player.get("/v1/account"), 401)

    def test_another_token_of_the_account_lives_on(self, player, client):
        other = client.post("/v1/tokens", json={"email": "ana@example.com", "password": PASSWORD}).json["token"]
        player.delete("/v1/tokens/current")
        assert client.get("/v1/account", headers={"Authorization": f"Bearer {other}"}).status_code == 200

    def test_an_ended_token_opens_nothing(self, player, services):
        seconds = Seconds()
        store = MemoryTokens(ExpiringStore(monotonic=seconds))
        services.bearers = Bearers(store, People(services.core, seconds), seconds)
        token = issue(store, Grant(player.account.id, frozenset(Scope), "", player.account.password_set_at), lifetime=60)
        player.headers["Authorization"] = f"Bearer {token}"
        seconds.now += 59
        assert player.get("/v1/account").status_code == 200
        seconds.now += 6
        problem(player.get("/v1/account"), 401)


class TestBearers:
    @pytest.fixture
    def bearers(self, services, seconds) -> Bearers:
        return Bearers(services.tokens, People(services.core, seconds), seconds)

    def test_carry_what_core_knows_of_the_account(self, bearers, player):
        bearer = bearers.resolve(player.headers["Authorization"])
        assert (bearer.account_id, bearer.roles, bearer.plan) == (player.account.id, player.account.roles, player.account.plan)
        assert (bearer.scopes, bearer.client) == (frozenset(Scope), "Pocket player")

    def test_a_token_revoked_elsewhere_reads_for_five_seconds_at_most(self, bearers, player, services, seconds):
        key = bearers.resolve(player.headers["Authorization"]).key
        services.tokens.revoke(key)
        seconds.now += 4.9
        assert bearers.resolve(player.headers["Authorization"]).account_id == player.account.id
        seconds.now += 0.2
        with pytest.raises(Unauthenticated):
            bearers.resolve(player.headers["Authorization"])

    def test_a_suspension_is_known_within_five_seconds_and_so_is_its_end(self, bearers, player, operator, seconds):
        bearers.resolve(player.headers["Authorization"])
        operator.send(SuspendAccount("ana@example.com"))
        seconds.now += 5
        with pytest.raises(AccountSuspended):
            bearers.resolve(player.headers["Authorization"])
        operator.send(RestoreAccount("ana@example.com"))
        assert bearers.resolve(player.headers["Authorization"]).account_id == player.account.id

    def test_the_store_holds_no_token_that_could_be_used(self, bearers, player):
        key = bearers.resolve(player.headers["Authorization"]).key
        assert key not in player.token
        with pytest.raises(Unauthenticated):
            bearers.resolve(f"Bearer {key}")


class TestWithoutATokenStore:
    def test_nobody_is_let_in_and_told_to_try_again(self, values, core_app, player):
        down = create_api({**values, "TOKENS": "redis", "SECRETS": "env", "REDIS_URL": "redis://127.0.0.1:1/0"}, core_app)
        answer = down.test_client().get("/v1/account", headers=player.headers)
        assert problem(answer, 503)["type"] == "/problems/unavailable"
        assert answer.headers["Retry-After"] == "5"
