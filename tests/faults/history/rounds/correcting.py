"""What staff put right of the catalogue."""

from __future__ import annotations

import random
from contextlib import suppress

from apps.core.contract.catalogue import GetRelease, GetTrack
from apps.core.contract.corrections import (
    CorrectRelease,
    CorrectTrack,
    CorrectTracks,
    GetEditableArtist,
    GetEditableRelease,
    JoinRelease,
    MergeArtists,
    SpellArtist,
    SplitRelease,
    TakeBackCorrection,
    TakeBackMerge,
)
from apps.core.contract.errors import Conflict
from apps.core.contract.ids import ArtistId
from tests.faults.history.town import Town


def merge(town: Town, chance: random.Random) -> None:
    """Two artists, for a while: what is heard of either is so of both, and afterwards as before."""
    one, other = (_artist(town, chance) for _ in range(2))
    with suppress(Conflict):
        town.operator.again(SpellArtist(one, town.operator.ask(GetEditableArtist(one)).name.swapcase()))
    if one == other:
        return
    with suppress(Conflict):
        town.operator.again(TakeBackMerge(town.operator.do(MergeArtists(one, other))))


def split(town: Town, chance: random.Random) -> None:
    release_id = town.staff[0].ask(GetTrack(town.a_track(chance))).release.id
    seen = town.operator.ask(GetEditableRelease(release_id))
    if len(seen.tracks) < 2 or seen.split_from:
        return
    with suppress(Conflict):
        track = seen.tracks[0].id
        apart = town.operator.do(SplitRelease(release_id, seen.revision, (track,), town.new_name("split"), seen.artist))
        town.operator.again(JoinRelease(apart))


def _artist(town: Town, chance: random.Random) -> ArtistId:
    release = town.staff[0].ask(GetRelease(town.staff[0].ask(GetTrack(town.a_track(chance))).release.id))
    return release.credits[0].artist_id


def correct(town: Town, chance: random.Random) -> None:
    """Somebody else, or a delivery, may have come before: then it is left so."""
    track_id = town.a_track(chance)
    release_id = town.staff[0].ask(GetTrack(track_id)).release.id
    seen = town.operator.ask(GetEditableRelease(release_id))
    with suppress(Conflict):
        town.operator.do(
            CorrectRelease(
                release_id, seen.revision, town.new_name("corrected"), seen.artist, seen.credits, seen.released_on, seen.genre, seen.label,
                seen.type,
            )
        )  # fmt: skip
    seen = town.operator.ask(GetEditableRelease(release_id))
    one = seen.tracks[0]
    with suppress(Conflict):
        town.operator.do(CorrectTrack(one.id, seen.revision, town.new_name("corrected"), one.artist, one.credits, one.explicit))
    seen = town.operator.ask(GetEditableRelease(release_id))
    with suppress(Conflict):
        town.operator.do(CorrectTracks(release_id, seen.revision, (seen.tracks[-1].id,), town.new_name("corrected")))
    if town.minded(TakeBackCorrection, chance, 0.3):
        for made in town.operator.ask(GetEditableRelease(release_id)).corrections[:1]:
            town.operator.again(TakeBackCorrection(made.id))
