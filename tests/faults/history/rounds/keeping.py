"""What listeners keep: devices with offline copies, and apps that may act for them."""

from __future__ import annotations

import random
import time

from apps.core.contract.actions import Scope
from apps.core.contract.oauth import ConnectApp, DisconnectApp
from apps.core.contract.offline import CheckIn, OfflineCopy, RegisterDevice, RemoveDevice, SaveOffline
from tests.faults.history.rounds.buying import subscribe
from tests.faults.history.town import Town
from tests.reference_client.keys import DeviceKey

TRIES = 60


def keep(town: Town, chance: random.Random) -> None:
    """Register a device and ask for a copy until it is there; then check in, and perhaps lose the device."""
    who = town.register("keeper")
    subscribe(town, who)
    device = who.website.do(RegisterDevice("phone", DeviceKey().public))
    copy = _save(who.website.again, SaveOffline(device.id, town.a_track(chance)))
    if copy is not None:
        who.website.again(CheckIn(device.id, (copy.licence.id,)))
    if chance.random() < 0.5:
        who.website.again(RemoveDevice(device.id))


def _save(ask, wish: SaveOffline) -> OfflineCopy | None:
    for _ in range(TRIES):
        answer = ask(wish)
        if isinstance(answer, OfflineCopy):
            return answer
        time.sleep(0.5)
    return None


def connect(town: Town, chance: random.Random) -> None:
    who, client_id = town.register("connected"), chance.choice(town.apps)
    who.website.do(ConnectApp(client_id, frozenset({Scope.PLAYBACK})))
    if chance.random() < 0.5:
        who.website.again(DisconnectApp(client_id))
