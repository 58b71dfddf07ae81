"""The keys of what is kept offline are replaced while apps save and check: every licence is believed, every copy opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from flask import Flask

from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.actions import Service
from apps.core.contract.catalogue import GetTrack, TrackSummary
from apps.core.contract.offline import GetLicenceKeys, OfflineCopy, Preparing, RegisterDevice, SaveOffline, WrapKeysAnew
from apps.core.database import close_engines
from ports.clock.interface import Clock
from tests.factories.offline import OfflineMusic
from tests.reference_client.keys import DeviceKey
from tests.reference_client.licences import LicenceRefused, verified
from tests.rotation.conftest import Keeper, Load, kept_by
from tests.services import wait_until

pytestmark = pytest.mark.faults

PATIENCE = 10
NEWEST = "mB7xW2qK9vT4yZ6nR8dF1gH3jL5pS0aC"


@pytest.fixture
def values(values: dict[str, str], keeper: Keeper) -> dict[str, str]:
    return kept_by(keeper, values)


@pytest.fixture
def cores(core_app: Flask, values, clock) -> Iterator[tuple[Flask, Flask]]:
    """Two processes over one database."""
    other = create_core(values)
    other.extensions["container"].put(Clock, clock)
    yield core_app, other
    with other.app_context():
        close_engines()


class App:
    """On somebody's phone: it saves the same track through one process, and asks for the keys of licences through another."""

    def __init__(self, owner: Sender, cores: tuple[Flask, Flask], track: TrackSummary) -> None:
        self.through, self.other = (Sender(InProcessClient(core, Service.WEBSITE), owner.actor) for core in cores)
        self.track, self.key = track, DeviceKey()
        self.phone = self.through.send(RegisterDevice("phone", self.key.public))
        self.opened = set[bytes]()

    def save(self) -> None:
        copy = self.through.send(SaveOffline(self.phone.id, self.track.id))
        assert isinstance(copy, OfflineCopy)
        self.opened.add(self.key.unwrap(copy.key, self.track.recording_id, "aac-256"))
        wait_until(lambda: self._believes(copy.licence.document), PATIENCE)

    def _believes(self, document: str) -> bool:
        """Once the other process has seen the newest key too: an app that does not know a key asks again."""
        try:
            verified(document, msgspec.to_builtins(self.other.send(GetLicenceKeys()).keys))
        except LicenceRefused:
            return False
        return True


@pytest.fixture
def apps(ana: Sender, ben: Sender, cores, catalogue, values, tmp_path: Path) -> tuple[App, App]:
    """Each goes through another process; the copy is there."""
    music = OfflineMusic(cores[0], values, catalogue, tmp_path)
    track = ana.send(GetTrack(music.track(b"music"))).track
    two = App(ana, cores, track), App(ben, cores[::-1], track)
    assert isinstance(ana.send(SaveOffline(two[0].phone.id, track.id)), Preparing)
    music.encrypt()
    return two


class TestRotation:
    @pytest.mark.parametrize("name", ["LICENCE_KEY", "OFFLINE_KEY"])
    def test_leaves_no_app_without_its_music(self, name, apps, cores, worker, load: Load, rotate):
        """Before the old version is withdrawn, housekeeping wraps every stored key anew."""
        with load.running(*(app.save for app in apps)):
            load.goes_on()
            rotate(name, NEWEST, *(core.extensions["container"] for core in cores), renew=lambda: worker.send(WrapKeysAnew()))
        assert load.failures == []
        assert len({*apps[0].opened, *apps[1].opened}) == 1
