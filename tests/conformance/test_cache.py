"""Every implementation of the cache port passes this suite."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ports.cache.interface import Cache, CacheUnavailable
from ports.cache.memory import OVERHEAD, MemoryCache
from ports.cache.redis import PAUSE, RedisCache
from ports.environment import BootError
from tests.services import wait_until

HOUR = 3600


@pytest.fixture(params=["redis", "memory"])
def cache(request, settings, environment) -> Cache:
    if request.param == "memory":
        return MemoryCache.from_env(environment)
    settings["CACHE_URL"] = request.getfixturevalue("redis_server").url
    return RedisCache.from_env(environment)


class TestCache:
    def test_gives_what_was_put(self, cache):
        cache.put("page", b"\x00\xffbytes", HOUR)
        assert cache.get("page") == b"\x00\xffbytes"

    def test_an_empty_value_is_a_value(self, cache):
        cache.put("page", b"", HOUR)
        assert cache.get("page") == b""

    def test_knows_no_other_key(self, cache):
        cache.put("page", b"bytes", HOUR)
        assert cache.get("other") is None

    def test_a_later_value_replaces_the_earlier(self, cache):
        cache.put("page", b"earlier", HOUR)
        cache.put("page", b"later", HOUR)
        assert cache.get("page") == b"later"

    def test_forgets_what_is_deleted(self, cache):
        cache.put("page", b"bytes", HOUR)
        cache.delete("page")
        cache.delete("page")
        assert cache.get("page") is None

    def test_forgets_after_the_lifetime(self, cache):
        cache.put("short", b"bytes", 1)
        cache.put("long", b"bytes", HOUR)
        wait_until(lambda: cache.get("short") is None)
        assert cache.get("long") == b"bytes"

    def test_counts(self, cache):
        assert [cache.increment("attempts", HOUR) for _ in range(3)] == [1, 2, 3]
        assert cache.get("attempts") == b"3"

    def test_counts_each_key_for_itself(self, cache):
        cache.increment("ana", HOUR)
        assert cache.increment("ben", HOUR) == 1

    def test_counts_exactly_for_many_at_once(self, cache):
        together = Barrier(50)

        def increment(_: int) -> int:
            together.wait()
            return cache.increment("attempts", HOUR)

        with ThreadPoolExecutor(50) as pool:
            assert sorted(pool.map(increment, range(50))) == list(range(1, 51))

    def test_a_counter_ends_after_its_first_increment_whatever_comes_later(self, cache):
        cache.increment("attempts", 1)
        cache.increment("attempts", HOUR)
        wait_until(lambda: cache.get("attempts") is None)
        assert cache.increment("attempts", HOUR) == 1

    def test_a_deleted_counter_begins_again(self, cache):
        cache.increment("attempts", HOUR)
        cache.delete("attempts")
        assert cache.increment("attempts", HOUR) == 1

    def test_counts_nothing_under_the_key_of_a_value(self, cache):
        cache.put("page", b"bytes", HOUR)
        with pytest.raises(ValueError, match="page holds no counter"):
            cache.increment("page", HOUR)
        assert cache.get("page") == b"bytes"

    @pytest.mark.parametrize("lifetime", [0, -1])
    def test_refuses_a_lifetime_that_is_over(self, cache, lifetime):
        with pytest.raises(ValueError, match="at least 1"):
            cache.put("page", b"bytes", lifetime)
        with pytest.raises(ValueError, match="at least 1"):
            cache.increment("attempts", lifetime)

    def test_answers_and_is_no_fake(self, cache):
        cache.ping()
        assert cache.fake is False


class TestRedisCache:
    def test_is_empty_while_the_server_is_away_and_says_so_once(self, settings, environment, own_server, caplog):
        settings["CACHE_URL"] = own_server.url
        cache = RedisCache.from_env(environment)
        cache.put("page", b"bytes", HOUR)
        own_server.stop()
        assert cache.get("page") is None
        cache.put("page", b"other", HOUR)
        cache.delete("page")
        assert caplog.text.count("does not answer") == 1

    def test_counts_nothing_while_the_server_is_away(self, settings, environment, own_server):
        settings["CACHE_URL"] = own_server.url
        cache = RedisCache.from_env(environment)
        own_server.stop()
        for _ in range(2):
            with pytest.raises(CacheUnavailable):
                cache.increment("attempts", HOUR)
        with pytest.raises(CacheUnavailable):
            cache.ping()

    def test_asks_again_after_a_pause(self, own_server, caplog):
        now = [0.0]
        with own_server.client as client:
            cache = RedisCache(client, monotonic=lambda: now[0])
            cache.put("page", b"bytes", HOUR)
            own_server.stop()
            assert cache.get("page") is None
            own_server.start()
            assert cache.get("page") is None
            now[0] = PAUSE
            assert cache.get("page") == b"bytes"
            assert cache.increment("attempts", HOUR) == 1
        assert caplog.text.count("answers again") == 1

    def test_a_missing_url_is_named(self, environment):
        with pytest.raises(BootError, match="CACHE_URL"):
            RedisCache.from_env(environment)


class TestMemoryCache:
    def test_forgets_what_was_used_longest_ago_when_full(self):
        cache = MemoryCache(most_bytes=3 * (OVERHEAD + 2))
        for key in "abc":
            cache.put(key, b"1", HOUR)
        cache.get("a")
        cache.put("d", b"1", HOUR)
        assert [cache.get(key) for key in "abcd"] == [b"1", None, b"1", b"1"]

    def test_makes_room_for_a_larger_value(self):
        cache = MemoryCache(most_bytes=3 * (OVERHEAD + 2))
        for key in "abc":
            cache.put(key, b"1", HOUR)
        cache.put("d", bytes(OVERHEAD), HOUR)
        assert [cache.get(key) for key in "abcd"] == [None, None, b"1", bytes(OVERHEAD)]

    def test_does_not_keep_what_is_larger_than_itself(self):
        cache = MemoryCache(most_bytes=OVERHEAD)
        cache.put("page", b"bytes", HOUR)
        assert cache.get("page") is None

    def test_a_replaced_value_takes_its_room_once(self):
        cache = MemoryCache(most_bytes=2 * (OVERHEAD + 2))
        cache.put("a", b"1", HOUR)
        for _ in range(10):
            cache.put("b", b"1", HOUR)
        assert cache.get("a") == b"1"

    def test_its_size_is_a_setting(self, settings, environment):
        settings["CACHE_MEGABYTES"] = "1"
        cache = MemoryCache.from_env(environment)
        cache.put("fits", bytes(500_000), HOUR)
        cache.put("fits too", bytes(500_000), HOUR)
        cache.put("too much", bytes(500_000), HOUR)
        assert [cache.get(key) is None for key in ("fits", "fits too", "too much")] == [True, False, False]

    def test_a_size_of_nothing_stops_the_boot(self, settings, environment):
        settings["CACHE_MEGABYTES"] = "0"
        with pytest.raises(BootError, match="CACHE_MEGABYTES"):
            MemoryCache.from_env(environment)
