"""Every implementation of the tokens port passes this suite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ports.environment import BootError
from ports.expiring import ExpiringStore
from ports.tokens.interface import Tokens, TokensUnavailable
from ports.tokens.memory import MemoryTokens
from ports.tokens.redis import RedisTokens
from tests.services import wait_until

HOUR = 3600


@pytest.fixture(params=["redis", "memory"])
def tokens(request, settings, environment) -> Tokens:
    if request.param == "memory":
        return MemoryTokens.from_env(environment)
    settings["REDIS_URL"] = request.getfixturevalue("redis_server").url
    return RedisTokens.from_env(environment)


class TestTokens:
    def test_gives_what_was_put(self, tokens):
        tokens.put("digest", b"\x00\xffgrant", HOUR)
        assert tokens.get("digest") == b"\x00\xffgrant"
        assert tokens.get("digest") == b"\x00\xffgrant"

    def test_knows_no_other_key(self, tokens):
        tokens.put("digest", b"grant", HOUR)
        assert tokens.get("other") is None
        assert tokens.take("other") is None

    def test_keeps_an_empty_value(self, tokens):
        tokens.put("digest", b"", HOUR)
        assert tokens.take("digest") == b""

    def test_a_later_value_replaces_the_earlier(self, tokens):
        tokens.put("digest", b"earlier", HOUR)
        tokens.put("digest", b"later", HOUR)
        assert tokens.get("digest") == b"later"

    def test_a_taken_token_is_gone(self, tokens):
        tokens.put("digest", b"code", HOUR)
        assert tokens.take("digest") == b"code"
        assert tokens.take("digest") is None
        assert tokens.get("digest") is None

    def test_of_many_takers_exactly_one_gets_the_token(self, tokens):
        tokens.put("digest", b"code", HOUR, family="grant")
        together = Barrier(50)

        def take(_: int) -> bytes | None:
            together.wait()
            return tokens.take("digest")

        with ThreadPoolExecutor(50) as pool:
            assert sorted(pool.map(take, range(50)), key=bool) == [None] * 49 + [b"code"]

    def test_a_revoked_token_is_gone(self, tokens):
        tokens.put("digest", b"grant", HOUR)
        tokens.revoke("digest")
        tokens.revoke("digest")
        assert tokens.get("digest") is None

    def test_ends_with_its_lifetime(self, tokens):
        tokens.put("short", b"grant", 1)
        tokens.put("long", b"grant", HOUR)
        wait_until(lambda: tokens.get("short") is None)
        assert tokens.take("short") is None
        assert tokens.get("long") == b"grant"

    @pytest.mark.parametrize("lifetime", [0, -1])
    def test_refuses_a_lifetime_that_is_over(self, tokens, lifetime):
        with pytest.raises(ValueError, match="at least 1"):
            tokens.put("digest", b"grant", lifetime)

    def test_revokes_a_family_and_no_other(self, tokens):
        for key, family in (("a", "grant-1"), ("b", "grant-1"), ("c", "grant-2"), ("d", None)):
            tokens.put(key, b"value", HOUR, family=family)
        tokens.revoke_family("grant-1")
        assert [tokens.get(key) for key in "abcd"] == [None, None, b"value", b"value"]

    def test_revoking_an_unknown_family_changes_nothing(self, tokens):
        tokens.put("digest", b"grant", HOUR, family="grant-1")
        tokens.revoke_family("grant-2")
        assert tokens.get("digest") == b"grant"

    def test_a_family_may_be_used_again_after_its_revocation(self, tokens):
        tokens.put("before", b"value", HOUR, family="account")
        tokens.revoke_family("account")
        tokens.put("after", b"value", HOUR, family="account")
        assert (tokens.get("before"), tokens.get("after")) == (None, b"value")

    def test_a_put_beside_a_revocation_is_revoked_by_it_or_by_the_next(self, tokens):
        together = Barrier(2)

        def put() -> None:
            together.wait()
            for number in range(200):
                tokens.put(str(number), b"value", HOUR, family="grant")

        def revoke() -> None:
            together.wait()
            for _ in range(50):
                tokens.revoke_family("grant")

        with ThreadPoolExecutor(2) as pool:
            for done in (pool.submit(put), pool.submit(revoke)):
                done.result()
        tokens.revoke_family("grant")
        assert [number for number in range(200) if tokens.get(str(number))] == []

    def test_answers_and_is_no_fake(self, tokens):
        tokens.ping()
        assert tokens.fake is False


class TestRedisTokens:
    def test_speaks_through_a_unix_socket(self, settings, environment, redis_server):
        settings["REDIS_URL"] = redis_server.socket_url
        RedisTokens.from_env(environment).put("digest", b"grant", HOUR)
        settings["REDIS_URL"] = redis_server.url
        assert RedisTokens.from_env(environment).get("digest") == b"grant"

    def test_leaves_nothing_behind_when_everything_has_ended(self, settings, environment, redis_server):
        settings["REDIS_URL"] = redis_server.url
        RedisTokens.from_env(environment).put("digest", b"grant", 1, family="grant")
        with redis_server.client as client:
            wait_until(lambda: client.dbsize() == 0)

    def test_ended_members_leave_a_family_that_goes_on(self, settings, environment, redis_server):
        settings["REDIS_URL"] = redis_server.url
        tokens = RedisTokens.from_env(environment)
        tokens.put("short", b"grant", 1, family="grant")
        with redis_server.client as client:

            def members_after_another_put() -> int:
                tokens.put("long", b"grant", HOUR, family="grant")
                return client.zcard("token-family:grant")

            wait_until(lambda: members_after_another_put() == 1)

    def test_a_shorter_member_does_not_shorten_the_familys_life(self, settings, environment, redis_server):
        settings["REDIS_URL"] = redis_server.url
        tokens = RedisTokens.from_env(environment)
        tokens.put("long", b"grant", HOUR, family="grant")
        tokens.put("short", b"grant", 1, family="grant")
        with redis_server.client as client:
            assert client.ttl("token-family:grant") >= client.ttl("token:long") > 1

    def test_goes_on_after_the_server_was_away(self, settings, environment, own_server):
        settings["REDIS_URL"] = own_server.url
        tokens = RedisTokens.from_env(environment)
        tokens.put("digest", b"grant", HOUR, family="grant")
        own_server.stop()
        for ask in (tokens.ping, lambda: tokens.get("digest"), lambda: tokens.take("digest"), lambda: tokens.revoke_family("grant")):
            with pytest.raises(TokensUnavailable, match="does not answer"):
                ask()
        own_server.start()
        assert tokens.get("digest") == b"grant"
        tokens.revoke_family("grant")
        assert tokens.get("digest") is None

    def test_a_full_server_takes_nothing_new_but_still_revokes(self, settings, environment, own_server):
        settings["REDIS_URL"] = own_server.url
        tokens = RedisTokens.from_env(environment)
        tokens.put("digest", b"grant", HOUR, family="grant")
        with own_server.client as client:
            client.config_set("maxmemory", "1mb")
        with pytest.raises(TokensUnavailable, match="maxmemory"):
            tokens.put("other", b"grant", HOUR)
        tokens.revoke_family("grant")
        assert tokens.get("digest") is None

    def test_a_url_of_another_kind_stops_the_boot_and_is_not_shown(self, settings, environment):
        settings["REDIS_URL"] = "http://:precious@localhost"
        with pytest.raises(BootError, match="REDIS_URL is no Redis URL") as refused:
            RedisTokens.from_env(environment)
        assert "precious" not in str(refused.value)


class TestMemoryTokens:
    @pytest.mark.parametrize("processes", ["2", "16"])
    def test_refuses_to_serve_several_processes(self, settings, environment, processes):
        settings["WEB_CONCURRENCY"] = processes
        with pytest.raises(BootError, match="set TOKENS=redis"):
            MemoryTokens.from_env(environment)

    def test_takes_nothing_new_when_full_until_something_ends(self):
        now = [0.0]
        tokens = MemoryTokens(ExpiringStore(most=2, monotonic=lambda: now[0]))
        tokens.put("short", b"value", 10, family="grant")
        tokens.put("long", b"value", 100, family="grant")
        with pytest.raises(TokensUnavailable, match="2 entries"):
            tokens.put("third", b"value", 10)
        now[0] = 10
        tokens.put("third", b"value", 10)
        tokens.revoke_family("grant")
        assert [tokens.get(key) for key in ("short", "long", "third")] == [None, None, b"value"]

    def test_replaces_a_token_when_full(self):
        tokens = MemoryTokens(ExpiringStore(most=1))
        tokens.put("digest", b"earlier", HOUR)
        tokens.put("digest", b"later", HOUR)
        assert tokens.get("digest") == b"later"
