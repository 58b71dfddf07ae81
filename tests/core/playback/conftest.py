from __future__ import annotations

from collections.abc import Callable

import pytest

from apps.core.client.interface import Sender
from apps.core.contract.catalogue import GetRelease, TrackSummary
from apps.core.contract.playback import PlaybackSession, StartPlayback


@pytest.fixture
def tracks(catalogue, visitor) -> tuple[TrackSummary, ...]:
    """Three that can be played."""
    return visitor.send(GetRelease(catalogue.release("Blue Garden", tracks=3))).tracks


@pytest.fixture
def start(tracks) -> Callable[..., PlaybackSession]:
    def play(who: Sender, device: str = "phone", *, take_over: bool = False) -> PlaybackSession:
        return who.send(StartPlayback(tracks[0].id, device, take_over))

    return play
