"""From plays to a published edition, by the tasks that do it: once, and never from a play log that is not whole."""

from __future__ import annotations

import pytest

from apps.core.charts.definitions import Charts
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.charts import AskForEditions, GetEdition, RecordEdition
from apps.core.contract.errors import NotFound
from apps.core.contract.exports import PARTITIONS, AskForExports, ListExportedDays
from apps.core.contract.jobs import LEASE_SECONDS, ChartWork, JobStatus, ListJobs
from apps.core.contract.listening import Play, RecordPlays
from tasks.charts import count_edition
from tasks.leases import do_job
from tasks.schedule import ASK_FOR_EDITIONS, take_slot
from tests.at_once import at_once
from tests.conftest import START
from tests.factories.charts import Charting, chart

TODAY, DAY = "2026-03-02", 24 * 3600
COUNT = "tasks.charts.count"


@pytest.fixture
def release(ana, catalogue):
    return ana.send(GetRelease(catalogue.release("Moonlit", tracks=2)))


@pytest.fixture
def play(release):
    def send(who, number, times, started_at=START, name="play"):
        track = release.tracks[number]
        who.send(RecordPlays(tuple(Play(f"{name}-{number}-{one:03}", track.id, started_at, 40_000) for one in range(times))))

    return send


@pytest.fixture
def day_passes(core_app, catalogue, worker, clock, office, do_tasks):
    """A daily chart that takes everybody's word; each day is exported, and two schedulers ask for its edition."""
    Charting(core_app, catalogue, worker, clock)

    def run() -> None:
        clock.advance(DAY)
        office.core.send(AskForExports())
        do_tasks("tasks.exports.export")
        schedulers = [lambda: take_slot(office, ASK_FOR_EDITIONS, clock.now) and office.core.send(AskForEditions())] * 2
        assert sorted(map(bool, at_once(schedulers))) == [False, True]

    return run


@pytest.fixture
def published(worker):
    """Titles and plays of the latest edition."""
    return lambda: [(entry.title, entry.plays) for entry in worker.send(GetEdition("daily")).entries]


class TestAnEdition:
    def test_is_counted_from_what_was_played(self, ana, ben, play, day_passes, do_tasks, published, worker, release):
        play(ana, 0, 12)
        play(ana, 1, 4)
        play(ben, 1, 7)
        day_passes()
        assert len(do_tasks(COUNT)[COUNT]) == 1
        assert published() == [("Moonlit 2", 11), ("Moonlit 1", 10)]
        edition = worker.send(GetEdition("daily"))
        assert edition.manifests == tuple(day.sha256 for day in worker.send(ListExportedDays(TODAY, TODAY)))
        assert [entry.key for entry in edition.entries] == [release.tracks[number].recording_id for number in (1, 0)]
        assert [entry.track.id for entry in edition.entries if entry.track] == [release.tracks[number].id for number in (1, 0)]

    def test_is_empty_without_plays_and_takes_in_what_came_late_while_its_days_were_open(
        self, ana, ben, play, day_passes, do_tasks, core_app, worker
    ):
        """A day of New York ends on the next day of the log: what comes late to the first of the two is in the second one's files."""
        new_york = chart("new-york", zone="America/New_York")
        core_app.extensions["container"].put(Charts, Charts({"daily": chart(), "new-york": new_york}))
        play(ana, 0, 1, START.replace(hour=20))
        day_passes()
        play(ben, 0, 1, START.replace(hour=21))
        day_passes()
        assert len(do_tasks(COUNT)[COUNT]) == 3
        editions = [worker.send(GetEdition(code, day)) for code, day in (("daily", TODAY), ("daily", None), ("new-york", TODAY))]
        assert [[entry.plays for entry in edition.entries] for edition in editions] == [[1], [], [2]]
        assert [len(edition.manifests) for edition in editions] == [1, 1, 2]


class TestAPlayLogThatIsNotWhole:
    def test_publishes_nothing_and_names_what_is_missing_until_it_is_back(
        self, ana, play, day_passes, do_tasks, published, office, operator, clock, task_queue, tmp_path
    ):
        play(ana, 0, 1)
        day_passes()
        (key,) = office.storage.keys(f"{PARTITIONS}{TODAY}/recordings")
        office.storage.fetch(key, tmp_path / "copy")
        office.storage.delete(key)
        (job_id,) = do_tasks(COUNT)[COUNT]
        (job,) = [job for job in operator.send(ListJobs()).items if job.id == job_id]
        assert (job.status, key in job.reason, TODAY in job.reason) == (JobStatus.WAITING, True, True)
        with pytest.raises(NotFound):
            published()
        office.storage.put(key, tmp_path / "copy", "application/vnd.apache.parquet")
        do_job(office, job_id, ChartWork, count_edition)
        assert published() == [("Moonlit 1", 1)]


class TestTwoAtOnce:
    def test_one_killed_before_it_was_recorded_leaves_the_old_until_the_new_is_whole(
        self, ana, play, day_passes, do_tasks, published, office, clock, task_queue
    ):
        play(ana, 0, 2)
        day_passes()
        do_tasks(COUNT)
        play(ana, 1, 3, clock.now(), "later")
        day_passes()
        (task,) = [task for task in task_queue.held if task.name == COUNT]
        job_id, core = task.arguments["job_id"], office.core
        seen = []

        class Dying:
            client = core.client

            @staticmethod
            def send(action):
                if isinstance(action, RecordEdition):
                    seen.append(published())
                    raise KeyboardInterrupt
                return core.send(action)

        office.core = Dying
        with pytest.raises(KeyboardInterrupt):
            do_job(office, job_id, ChartWork, count_edition)
        office.core = core
        seen.append(published())
        clock.advance(LEASE_SECONDS + 1)
        answers = at_once([lambda: do_job(office, job_id, ChartWork, count_edition), *[lambda: seen.append(published())] * 8])
        assert not any(isinstance(answer, Exception) for answer in answers)
        assert all(one in ([("Moonlit 1", 2)], [("Moonlit 2", 3)]) for one in seen)
        assert published() == [("Moonlit 2", 3)]
        do_job(office, job_id, ChartWork, count_edition)
        assert published() == [("Moonlit 2", 3)]
