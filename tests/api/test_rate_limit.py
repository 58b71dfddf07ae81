from __future__ import annotations

import pytest

from apps.api.app import create_api
from apps.api.limits import CALLERS, RateLimit
from apps.core.contract.errors import TooMany


@pytest.fixture
def limit(seconds) -> RateLimit:
    return RateLimit(2, seconds)


def ask(limit: RateLimit, times: int, caller: str = "ana") -> None:
    for _ in range(times):
        limit.count(caller)


class TestRateLimit:
    def test_ten_seconds_worth_may_come_at_once(self, limit):
        ask(limit, 20)
        with pytest.raises(TooMany) as refused:
            limit.count("ana")
        assert refused.value.details["retry_after"] == "1"

    def test_time_gives_back_what_it_is_worth(self, limit, seconds):
        ask(limit, 20)
        seconds.now += 1
        ask(limit, 2)
        with pytest.raises(TooMany):
            limit.count("ana")

    def test_being_refused_costs_nothing(self, limit, seconds):
        ask(limit, 20)
        for _ in range(50):
            with pytest.raises(TooMany):
                limit.count("ana")
        seconds.now += 0.5
        limit.count("ana")

    def test_a_long_rest_is_worth_ten_seconds_only(self, limit, seconds):
        ask(limit, 20)
        seconds.now += 3600
        ask(limit, 20)
        with pytest.raises(TooMany):
            limit.count("ana")

    def test_each_caller_is_counted_alone(self, limit):
        ask(limit, 20)
        limit.count("eve")

    def test_the_longest_unseen_are_forgotten(self, limit):
        ask(limit, 20)
        for number in range(CALLERS):
            limit.count(str(number))
        assert len(limit._callers) == CALLERS
        limit.count("ana")


class TestTheLimitOfAnAccount:
    def test_is_a_setting(self, values, core_app, player):
        services = create_api({**values, "API_REQUESTS_PER_SECOND": "7"}, core_app).extensions["celesta"]
        with pytest.raises(TooMany, match="7 requests a second"):
            ask(services.limit, 1000)

    def test_is_told_with_when_to_come_back(self, player, services, seconds):
        services.limit = RateLimit(1, seconds)
        answers = [player.get("/v1/account") for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert answers[-1].headers["Retry-After"] == "1"
        assert answers[-1].json["next_step"]
