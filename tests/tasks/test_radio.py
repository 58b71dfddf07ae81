"""The radio model as it is trained: on exported days alone, whole and true, and heard by the next batch."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.exports import AskForExports, ListExportedDays
from apps.core.contract.ids import id_to_bytes
from apps.core.contract.jobs import JobStatus, ListJobs, TrainWork
from apps.core.contract.listening import Play, RecordPlays
from apps.core.contract.radio import AskForTraining, NextTracks, StartStation, TrackSeed
from apps.core.radio.candidates import near
from apps.core.radio.keeping import RadioModels
from apps.core.radio.model import Model
from tasks.leases import do_job
from tasks.radio import train_up_to
from tests.factories.shelf import Shelf


@pytest.fixture
def tracks(core_app, visitor):
    """Six tracks of three releases."""
    shelf = Shelf(core_app, count())
    ids = [shelf.release(title, title, tracks=2) for title in ("Blue", "Red", "Green")]
    return [track for one in ids for track in visitor.send(GetRelease(one)).tracks]


@pytest.fixture
def hear(clock):
    """Play these one after the other."""

    def run(who, *tracks):
        begins = [clock.now() + timedelta(minutes=4 * at) for at in range(len(tracks))]
        plays = [Play(f"event-{at.timestamp():.0f}", track.id, at, 60_000) for track, at in zip(tracks, begins, strict=True)]
        who.send(RecordPlays(tuple(plays)))

    return run


@pytest.fixture
def next_day(clock, office, task_queue, do_tasks, worker):
    """Export what closed, and ask for the training."""

    def run():
        clock.advance(24 * 3600)
        task_queue.held.clear()
        worker.send(AskForExports())
        do_tasks("tasks.exports.export")
        worker.send(AskForTraining())
        return [task.arguments["job_id"] for task in task_queue.held if task.name == "tasks.radio.train"]

    return run


def train(office, job_ids):
    for job_id in job_ids:
        do_job(office, job_id, TrainWork, train_up_to)


def stored(office) -> list[str]:
    return list(office.storage.keys("radio/"))


def read(office, tmp_path) -> Model:
    office.storage.fetch(stored(office)[-1], tmp_path / "fetched")
    return Model.open(tmp_path / "fetched")


class TestTraining:
    def test_learns_what_is_heard_together(self, ana, ben, tracks, hear, next_day, office, tmp_path):
        hear(ana, tracks[0], tracks[2], tracks[3])
        hear(ben, tracks[0], tracks[2])
        train(office, next_day())
        model = read(office, tmp_path)
        found = near(model, [(id_to_bytes(tracks[0].recording_id), 1.0)], 10)
        assert list(found) == [id_to_bytes(tracks[2].recording_id), id_to_bytes(tracks[3].recording_id)]
        assert model.size == 3
        assert sum(share for _, share in model.hottest) == pytest.approx(1)

    def test_parts_a_listener_s_day_at_long_pauses_and_leaves_out_what_was_given_up(
        self, ana, tracks, hear, next_day, office, clock, tmp_path
    ):
        hear(ana, tracks[0], tracks[1])
        clock.advance(3600)
        hear(ana, tracks[2], tracks[3])
        ana.send(RecordPlays((Play("given-up-at-once", tracks[4].id, clock.now() + timedelta(minutes=8), 5_000),)))
        train(office, next_day())
        model = read(office, tmp_path)
        assert list(near(model, [(id_to_bytes(tracks[0].recording_id), 1.0)], 10)) == [id_to_bytes(tracks[1].recording_id)]
        assert model.find(id_to_bytes(tracks[4].recording_id)) is None

    def test_is_heard_by_the_next_batch(self, ana, ben, tracks, hear, next_day, office, core_app):
        hear(ana, tracks[0], tracks[5])
        hear(ben, tracks[0], tracks[5])
        train(office, next_day())
        models = core_app.extensions["container"].get(RadioModels)
        station = ana.send(StartStation(TrackSeed(tracks[0].id)))
        ana.send(NextTracks(ana.send(StartStation(TrackSeed(tracks[1].id))).id))
        models.settle()
        whys = {track.recording_id: track.why for track in ana.send(NextTracks(station.id)).tracks}
        assert whys[tracks[5].recording_id] == f"Heard by people who play “{station.title}”"

    def test_makes_the_same_file_again(self, ana, tracks, hear, next_day, office, tmp_path):
        hear(ana, *tracks)
        jobs = next_day()
        for _ in range(2):
            train(office, jobs)
        assert len(stored(office)) == 1

    def test_of_nothing_heard_is_an_empty_model(self, ana, tracks, hear, next_day, office, tmp_path, clock):
        ana.send(RecordPlays((Play("given-up-at-once", tracks[0].id, clock.now(), 5_000),)))
        train(office, next_day())
        assert read(office, tmp_path).size == 0

    def test_goes_back_no_further_than_a_day_without_export(self, ana, tracks, hear, clock, office, worker, task_queue, do_tasks, tmp_path):
        for first, second in ((0, 1), (2, 3), (4, 5)):
            hear(ana, tracks[first], tracks[second])
            clock.advance(24 * 3600)
        task_queue.held.clear()
        worker.send(AskForExports())
        exports = [task for task in task_queue.held if task.name == "tasks.exports.export"]
        task_queue.held.remove(exports[1])
        do_tasks("tasks.exports.export")
        worker.send(AskForTraining())
        train(office, [task.arguments["job_id"] for task in task_queue.held if task.name == "tasks.radio.train"])
        assert [one.manifest.day for one in worker.send(ListExportedDays("2026-03-01", "2026-03-31"))] == ["2026-03-02", "2026-03-04"]
        model = read(office, tmp_path)
        assert [model.find(id_to_bytes(track.recording_id)) is not None for track in tracks] == [False] * 4 + [True] * 2

    @pytest.mark.parametrize("damage", [None, b"something else"])
    def test_on_a_day_that_is_missing_or_damaged_is_tried_again_later(
        self, ana, tracks, hear, next_day, office, operator, damage, tmp_path
    ):
        hear(ana, *tracks)
        jobs = next_day()
        (key,) = [key for key in office.storage.keys("play-log/") if "/plays-" in key]
        office.storage.delete(key)
        if damage:
            path = tmp_path / "damaged"
            path.write_bytes(damage)
            office.storage.put(key, path, "application/octet-stream")
        train(office, jobs)
        (job,) = operator.send(ListJobs(JobStatus.WAITING)).items
        assert job.kind == "train" and "2026-03-02" in job.reason
        assert stored(office) == []
