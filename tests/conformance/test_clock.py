"""Every implementation of the clock port passes this suite."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ports.clock.interface import Clock
from ports.clock.stepped import SteppedClock
from ports.clock.system import SystemClock
from ports.environment import BootError

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture(params=[SystemClock, SteppedClock])
def clock(request, environment) -> Clock:
    return request.param.from_env(environment)


class TestClock:
    def test_tells_an_aware_moment_in_utc(self, clock):
        assert clock.now().tzinfo is UTC

    def test_does_not_run_backwards(self, clock):
        moments = [clock.now() for _ in range(100)]
        assert moments == sorted(moments)

    def test_answers(self, clock):
        clock.ping()


class TestSystemClock:
    def test_tells_the_machines_time(self, environment):
        before = datetime.now(UTC)
        told = SystemClock.from_env(environment).now()
        assert before <= told <= datetime.now(UTC)


class TestSteppedClock:
    @pytest.fixture
    def stepped(self, environment) -> SteppedClock:
        return SteppedClock.from_env(environment)

    def test_says_loudly_that_it_is_a_fake(self, environment, caplog):
        caplog.set_level(logging.WARNING)
        assert SteppedClock.from_env(environment).fake is True
        assert "clock is a fake" in caplog.text

    def test_stands_still(self, stepped):
        assert stepped.now() == stepped.now()

    def test_advances_when_told(self, stepped):
        stepped.set(NEW_YEAR)
        assert stepped.advance(90.5) == stepped.now() == NEW_YEAR + timedelta(seconds=90.5)

    def test_every_process_tells_the_same_time(self, stepped, environment):
        stepped.set(NEW_YEAR)
        assert SteppedClock.from_env(environment).now() == NEW_YEAR

    def test_takes_a_moment_of_any_zone(self, stepped):
        stepped.set(datetime(2027, 1, 1, 9, tzinfo=timezone(timedelta(hours=9))))
        assert stepped.now() == NEW_YEAR

    def test_refuses_a_naive_moment(self, stepped):
        with pytest.raises(ValueError, match="no time zone"):
            stepped.set(datetime(2027, 1, 1))  # noqa: DTZ001 - that it is naive is the point

    def test_parallel_steps_add_up(self, stepped, environment):
        stepped.set(NEW_YEAR)
        clocks = [SteppedClock.from_env(environment) for _ in range(10)]
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda clock: [clock.advance(1) for _ in range(10)], clocks))
        assert stepped.now() == NEW_YEAR + timedelta(seconds=100)

    def test_a_damaged_file_is_named(self, settings, environment, tmp_path):
        settings["CLOCK_FILE"] = str(tmp_path / "damaged")
        (tmp_path / "damaged").write_text("noon")
        with pytest.raises(BootError, match=f"{tmp_path}/damaged holds no time: delete it"):
            SteppedClock.from_env(environment).now()

    def test_a_folder_that_cannot_be_made_stops_the_boot(self, settings, environment, tmp_path):
        (tmp_path / "file").write_text("")
        settings["CLOCK_FILE"] = str(tmp_path / "file" / "clock")
        with pytest.raises(BootError, match="set CLOCK_FILE"):
            SteppedClock.from_env(environment)
