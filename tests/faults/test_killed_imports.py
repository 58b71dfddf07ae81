"""Imports that are killed and begun again, and two at once."""

from __future__ import annotations

import os
import signal

import pytest

from apps.core.contract.actions import Service
from apps.core.contract.catalogue import GetRelease, ListReleases
from apps.core.contract.intake import DeliveryStatus, ListDeliveries
from tests.factories.audio import make_audio, tag
from tests.factories.pictures import make_picture

pytestmark = pytest.mark.faults

RELEASES, TRACKS = 6, 5
IMPORT = ("-c", "from apps.console.main import main; main()", "import")


@pytest.fixture
def folder(tmp_path):
    """Some releases, each with a cover."""
    folder = tmp_path / "music"
    sound = make_audio(tmp_path / "sound.flac", seconds=0.2).read_bytes()
    for release in range(RELEASES):
        (folder / f"Album {release}").mkdir(parents=True)
        make_picture(folder / f"Album {release}" / "cover.png", width=100, height=100)
        for number in range(1, TRACKS + 1):
            path = folder / f"Album {release}" / f"{number}.flac"
            path.write_bytes(sound)
            tag(path, "flac", {"title": f"{number}", "album": f"Album {release}", "artist": "Ana", "tracknumber": f"{number}"})
    return folder


def everything_is_there_once(house) -> bool:
    core = house.sender(Service.WEBSITE)
    shown = core.send(ListReleases(size=100)).items
    tracks = [core.send(GetRelease(release.id)).tracks for release in shown]
    return (
        sorted(release.title for release in shown) == [f"Album {number}" for number in range(RELEASES)]
        and all([track.number for track in one] == list(range(1, TRACKS + 1)) for one in tracks)
        and all(release.cover for release in shown)
    )


class TestAnImport:
    @pytest.mark.parametrize("after", ["Reading tags", "Writing releases", "Preparing audio"])
    def test_that_is_killed_and_begun_again_brings_everything_once(self, quick_house, folder, after):
        house = quick_house
        house.worker("worker")
        house.relay()
        killed = house.start("import", *IMPORT, str(folder))
        house.wait_until(lambda: killed.count(after) or killed.popen.poll() is not None)
        os.killpg(killed.popen.pid, signal.SIGKILL)
        killed.popen.wait()
        house.import_folder(folder)
        house.wait_until(lambda: everything_is_there_once(house))
        deliveries = house.sender(Service.CONSOLE).send(ListDeliveries()).items
        assert {delivery.status for delivery in deliveries} == {DeliveryStatus.FINISHED}

    def test_beside_another_of_the_same_folder_brings_everything_once(self, quick_house, folder):
        house = quick_house
        house.worker("first")
        house.worker("second")
        house.relay()
        both = [house.start(f"import {number}", *IMPORT, str(folder)) for number in (1, 2)]
        house.wait_until(lambda: all(one.popen.poll() is not None for one in both))
        assert [one.popen.returncode for one in both] == [0, 0], house.report()
        house.wait_until(lambda: everything_is_there_once(house))
        assert not [job for job in house.jobs() if job.status.value == "failed"]
