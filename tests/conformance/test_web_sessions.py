"""Every implementation of the web sessions port passes this suite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ports.environment import BootError
from ports.expiring import ExpiringStore
from ports.web_sessions.interface import WebSessions, WebSessionsUnavailable
from ports.web_sessions.memory import MemoryWebSessions
from ports.web_sessions.redis import RedisWebSessions
from tests.services import wait_until

HOUR = 3600


@pytest.fixture(params=["redis", "memory"])
def sessions(request, settings, environment) -> WebSessions:
    if request.param == "memory":
        return MemoryWebSessions.from_env(environment)
    settings["REDIS_URL"] = request.getfixturevalue("redis_server").url
    return RedisWebSessions.from_env(environment)


class TestWebSessions:
    def test_loads_what_was_saved(self, sessions):
        sessions.save("digest", b"\x00\xff{}", HOUR)
        assert sessions.load("digest") == b"\x00\xff{}"

    def test_knows_no_other_session(self, sessions):
        sessions.save("digest", b"{}", HOUR)
        assert sessions.load("other") is None

    def test_saving_again_replaces_the_value(self, sessions):
        sessions.save("digest", b"first", HOUR)
        sessions.save("digest", b"second", HOUR, account_id="ana")
        assert sessions.load("digest") == b"second"

    def test_saving_again_begins_the_lifetime_again(self, sessions):
        sessions.save("digest", b"{}", 1)
        sessions.save("witness", b"{}", 1)
        sessions.save("digest", b"{}", HOUR)
        wait_until(lambda: sessions.load("witness") is None)
        assert sessions.load("digest") == b"{}"

    def test_ends_with_its_lifetime(self, sessions):
        sessions.save("digest", b"{}", 1, account_id="ana")
        wait_until(lambda: sessions.load("digest") is None)

    def test_an_ended_session_is_gone(self, sessions):
        sessions.save("digest", b"{}", HOUR)
        sessions.save("other", b"{}", HOUR)
        sessions.end("digest")
        assert (sessions.load("digest"), sessions.load("other")) == (None, b"{}")

    def test_ending_what_is_not_there_changes_nothing(self, sessions):
        sessions.end("digest")
        sessions.end_all("ana")
        sessions.save("digest", b"{}", HOUR, account_id="ana")
        assert sessions.load("digest") == b"{}"

    def test_ends_all_of_an_account_and_no_other(self, sessions):
        for key, account_id in (("a", "ana"), ("b", "ana"), ("c", "ben"), ("d", None)):
            sessions.save(key, b"{}", HOUR, account_id=account_id)
        sessions.end_all("ana")
        assert [sessions.load(key) for key in "abcd"] == [None, None, b"{}", b"{}"]

    def test_a_request_in_flight_brings_no_ended_session_back(self, sessions):
        for key in ("ended", "ended with all"):
            sessions.save(key, b"{}", HOUR, account_id="ana")
        sessions.end("ended")
        sessions.end_all("ana")
        sessions.end("ended")
        for key in ("ended", "ended with all"):
            sessions.save(key, b"{}", HOUR, account_id="ana")
            assert sessions.load(key) is None

    def test_an_account_logs_in_again_after_all_its_sessions_ended(self, sessions):
        sessions.save("before", b"{}", HOUR, account_id="ana")
        sessions.end_all("ana")
        sessions.save("after", b"{}", HOUR, account_id="ana")
        assert sessions.load("after") == b"{}"
        sessions.end_all("ana")
        assert sessions.load("after") is None

    def test_saves_beside_end_all_leave_nothing_that_the_next_does_not_end(self, sessions):
        with ThreadPoolExecutor(4) as pool:
            saves = [pool.submit(sessions.save, str(number), b"{}", HOUR, "ana") for number in range(200)]
            for _ in range(20):
                sessions.end_all("ana")
            for save in saves:
                save.result()
        sessions.end_all("ana")
        assert [number for number in range(200) if sessions.load(str(number))] == []

    @pytest.mark.parametrize(("value", "lifetime"), [(b"{}", 0), (b"{}", -1), (b"", HOUR)])
    def test_refuses_what_cannot_be_kept(self, sessions, value, lifetime):
        with pytest.raises(ValueError, match=r"at least 1|never empty"):
            sessions.save("digest", value, lifetime)

    def test_answers_and_is_no_fake(self, sessions):
        sessions.ping()
        assert sessions.fake is False


class TestRedisWebSessions:
    def test_says_that_the_server_is_away_and_goes_on_when_it_is_back(self, settings, environment, own_server):
        settings["REDIS_URL"] = own_server.url
        sessions = RedisWebSessions.from_env(environment)
        sessions.save("digest", b"{}", HOUR)
        own_server.stop()
        for ask in (
            sessions.ping,
            lambda: sessions.load("digest"),
            lambda: sessions.save("digest", b"{}", HOUR),
            lambda: sessions.end("digest"),
        ):
            with pytest.raises(WebSessionsUnavailable, match="does not answer"):
                ask()
        own_server.start()
        assert sessions.load("digest") == b"{}"

    def test_a_full_server_still_ends_sessions(self, settings, environment, own_server):
        settings["REDIS_URL"] = own_server.url
        sessions = RedisWebSessions.from_env(environment)
        for key in ("a", "b"):
            sessions.save(key, b"{}", HOUR, account_id="ana")
        with own_server.client as client:
            client.config_set("maxmemory", "1mb")
        with pytest.raises(WebSessionsUnavailable, match="maxmemory"):
            sessions.save("c", b"{}", HOUR)
        sessions.end("a")
        sessions.end_all("ana")
        assert (sessions.load("a"), sessions.load("b")) == (None, None)

    def test_a_missing_url_is_named(self, environment):
        with pytest.raises(BootError, match="REDIS_URL"):
            RedisWebSessions.from_env(environment)


class TestMemoryWebSessions:
    def test_refuses_to_serve_several_processes(self, settings, environment):
        settings["WEB_CONCURRENCY"] = "2"
        with pytest.raises(BootError, match="set SESSIONS=redis"):
            MemoryWebSessions.from_env(environment)

    def test_takes_no_new_session_when_full_and_still_ends_old_ones(self):
        sessions = MemoryWebSessions(ExpiringStore(most=1))
        sessions.save("digest", b"{}", HOUR, account_id="ana")
        with pytest.raises(WebSessionsUnavailable, match="1 entries"):
            sessions.save("other", b"{}", HOUR)
        sessions.end_all("ana")
        assert sessions.load("digest") is None

    def test_an_ended_key_is_forgotten_after_a_minute(self):
        now = [0.0]
        sessions = MemoryWebSessions(ExpiringStore(monotonic=lambda: now[0]))
        sessions.save("digest", b"{}", HOUR)
        sessions.end("digest")
        now[0] = 60
        sessions.save("digest", b"{}", HOUR)
        assert sessions.load("digest") == b"{}"
