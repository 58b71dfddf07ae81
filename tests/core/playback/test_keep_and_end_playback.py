"""Ending one session in the moment the next one starts, or is kept, as players do between two tracks."""

from __future__ import annotations

import pytest

from apps.core.contract.actions import Done
from apps.core.contract.errors import PlaybackRefused
from apps.core.contract.playback import EndPlayback, PlaybackSession, RenewPlayback, SessionLease
from tests.at_once import at_once

ROUNDS = 15


class TestTheNextTrackAtTheSameMoment:
    def test_plays_on_while_the_last_one_is_ended(self, ana, start):
        running = start(ana)
        for _ in range(ROUNDS):
            ended = EndPlayback(running.id)
            following, done, *_ = at_once([lambda: start(ana), lambda ended=ended: ana.send(ended), lambda ended=ended: ana.send(ended)])
            assert isinstance(following, PlaybackSession)
            assert isinstance(done, Done)
            ana.send(RenewPlayback(following.id))
            running = following

    def test_plays_on_while_the_last_one_is_renewed(self, ana, start):
        running = start(ana)
        for _ in range(ROUNDS):
            renewal = RenewPlayback(running.id)
            following, renewed = at_once([lambda: start(ana), lambda renewal=renewal: ana.send(renewal)])
            assert isinstance(following, PlaybackSession)
            assert isinstance(renewed, SessionLease | PlaybackRefused)
            ana.send(RenewPlayback(following.id))
            running = following


class TestTakingOverAtTheSameMoment:
    def test_as_the_other_device_ends_gives_the_slot_to_the_new_one(self, ana, start):
        devices = ["phone", "laptop"]
        running = start(ana, devices[0])
        for _ in range(ROUNDS):
            devices.reverse()
            ended = EndPlayback(running.id)
            following, done = at_once([lambda: start(ana, devices[0], take_over=True), lambda ended=ended: ana.send(ended)])
            assert isinstance(following, PlaybackSession)
            assert isinstance(done, Done)
            with pytest.raises(PlaybackRefused):
                ana.send(RenewPlayback(running.id))
            ana.send(RenewPlayback(following.id))
            running = following
