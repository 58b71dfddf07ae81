"""What listeners keep: devices with offline copies, apps that may act for them, and their data."""

from __future__ import annotations

import random
import time

from apps.core.contract.accounts import TakeOwnData
from apps.core.contract.actions import Scope
from apps.core.contract.oauth import ConnectApp, DisconnectApp
from apps.core.contract.offline import CheckIn, OfflineCopy, RegisterDevice, RemoveDevice, SaveOffline
from tests.faults.history.rounds.buying import subscribe
from tests.faults.history.town import Town
from tests.reference_client.keys import DeviceKey

TRIES = 60


def keep(town: Town, chance: random.Random) -> None:
    """On each of two devices ask for a copy until it is there, and check in; then lose one of them."""
    who, track_id = town.register("keeper"), town.a_track(chance)
    subscribe(town, who)
    stays, lost = (who.website.do(RegisterDevice(name, DeviceKey().public)) for name in ("phone", "old phone"))
    for device in (stays, lost):
        copy = _save(who.website.again, SaveOffline(device.id, track_id))
        if copy is not None:
            who.website.again(CheckIn(device.id, (copy.licence.id,)))
    who.website.again(RemoveDevice(lost.id))


def _save(ask, wish: SaveOffline) -> OfflineCopy | None:
    for _ in range(TRIES):
        answer = ask(wish)
        if isinstance(answer, OfflineCopy):
            return answer
        time.sleep(0.5)
    return None


def connect(town: Town, chance: random.Random) -> None:
    """One stays connected, another does not."""
    stays, leaves, client_id = town.register("connected"), town.register("disconnected"), chance.choice(town.apps)
    for who in (stays, leaves):
        who.website.do(ConnectApp(client_id, frozenset({Scope.PLAYBACK})))
    leaves.website.again(DisconnectApp(client_id))


def take_away(town: Town, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 3)):
        town.register("leaver").website.do(TakeOwnData())
