"""Workers that die: what they held is done elsewhere, once, and nothing of it shows before it is whole."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from apps.core.contract.actions import Service
from apps.core.contract.catalogue import GetRelease, ListReleases
from apps.core.contract.intake import ListDeliveries
from apps.core.contract.jobs import MAXIMUM_ATTEMPTS, JobStatus
from apps.core.contract.playback import StartPlayback
from ports.container import Container
from ports.storage.interface import Storage
from tests.factories.audio import make_audio, wave_claiming
from tests.faults.house import House, Process

pytestmark = pytest.mark.faults

TAKEN_OVER_WITHIN = 30
"""Seconds, as promised: a lease, a sweep, a claim."""
LARGE = 300 << 20
"""Bytes: enough to be met while they are copied."""


@pytest.fixture
def music(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


def transcoders(worker: Process) -> list[psutil.Process]:
    return [child for child in worker.children() if "ffmpeg" in child.name()]


def share_read(worker: Process, size: int) -> float:
    """How much of a source of this size the worker's ffmpeg has read."""
    positions = [0]
    for child in transcoders(worker):
        try:
            positions += [file.position for file in child.open_files() if Path(file.path).stat().st_size == size]
        except (psutil.NoSuchProcess, FileNotFoundError):
            continue
    return max(positions) / size


def attempts(house: House, kind: str) -> list[int]:
    return [job.attempts for job in house.jobs(kind)]


def tracks(house: House, listener):
    return [track for release in listener.send(ListReleases()).items for track in listener.send(GetRelease(release.id)).tracks]


class TestWorkerKilledWhileItTranscodes:
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_another_takes_over_and_finishes_once(self, house, music, share):
        source = make_audio(music / "a.wav", seconds=240, tags={"title": "Long", "album": "Long"})
        listener, size = house.listener(), source.stat().st_size
        house.relay()
        first = house.worker("first")
        house.import_folder(music, "--no-wait")
        house.wait_until(lambda: share_read(first, size) >= share)
        encoding = transcoders(first)
        for process in encoding:
            process.suspend()  # or it is done before the second worker is there
        second = house.worker("second")
        first.kill()

        assert house.job("transcode").status is JobStatus.RUNNING
        assert listener.send(ListReleases()).items == ()
        house.wait_until(lambda: house.job("transcode").attempts == 2, TAKEN_OVER_WITHIN)
        assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in encoding)

        house.wait_until(lambda: house.job("transcode").status is JobStatus.DONE)
        assert house.job("transcode").attempts == 2
        house.wait_until(lambda: second.count("action=RecordTranscode"))  # it says so after it is done
        assert second.count("action=RecordTranscode") == 1
        (track,) = tracks(house, listener)
        assert track.playable
        session = listener.send(StartPlayback(track.id, "device"))
        assert {file.name for file in session.files} == {"aac-64", "aac-128", "aac-256", "flac"}
        storage = Container(house.values).get(Storage)
        previews = [key for key in storage.keys("") if "/preview-" in key]
        kept = [key for key in storage.keys("") if key not in previews]
        assert (len(kept), len(previews)) == (4, 1)
        assert sorted(storage.size(key) for key in kept) == sorted(file.size for file in session.files)


class TestWorkThatKillsItsWorker:
    def test_is_given_up_after_three_attempts_with_its_reason(self, house, music):
        make_audio(music / "a.wav", seconds=600)
        house.relay()
        worker = house.worker("worker")
        house.import_folder(music, "--no-wait")
        for attempt in range(1, MAXIMUM_ATTEMPTS + 1):
            house.wait_until(lambda attempt=attempt: attempts(house, "transcode") == [attempt] and transcoders(worker))
            (child,) = worker.children(recursive=False)
            child.kill()
        house.wait_until(lambda: house.job("transcode").status is JobStatus.FAILED)
        job = house.job("transcode")
        assert job.attempts == MAXIMUM_ATTEMPTS
        assert job.reason == "It was tried 3 times and each time the worker died."
        (delivery,) = house.sender(Service.CONSOLE).send(ListDeliveries()).items
        assert (delivery.recordings, delivery.recordings_refused) == (1, 1)


class TestWorkerKilledWhileItReceives:
    def test_every_file_arrives_once(self, quick_house, music):
        house = quick_house
        for number in range(3):
            path = wave_claiming(music / f"{number}.wav", LARGE)
            os.truncate(path, LARGE)
            with path.open("r+b") as file:
                file.seek(-1, os.SEEK_END)
                file.write(bytes([number]))
        house.relay()
        first = house.worker("first")
        house.import_folder(music, "--no-wait")
        house.wait_until(lambda: list((house.folder / "home" / "work").glob("job-*/copy")))
        first.kill()
        assert house.job("receive").status is JobStatus.RUNNING
        house.worker("second")
        house.wait_until(lambda: house.all_done(4))
        assert house.job("receive").attempts == 2
        assert len(tracks(house, house.listener())) == 3
        assert not list(Container(house.values).get(Storage).keys("quarantine/"))
