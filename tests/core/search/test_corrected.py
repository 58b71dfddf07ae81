"""What staff correct is found as it is called now, and artists who are one are found as one by all of their names."""

from __future__ import annotations

import msgspec
import pytest

from apps.core.contract.catalogue import CreditRole, GetRelease
from apps.core.contract.corrections import CorrectRelease, CorrectTrack, GetEditableRelease, MergeArtists, NamedCredit, TakeBackMerge


@pytest.fixture
def garden(catalogue):
    return catalogue.release("Blue Garden", tracks=1)


def test_a_release_is_found_by_its_corrected_title(garden, find, staff):
    assert find("blue").releases
    seen = staff.send(GetEditableRelease(garden))
    names = [name for name in CorrectRelease.__struct_fields__ if hasattr(seen, name)]
    held = CorrectRelease(release_id=garden, **{name: getattr(seen, name) for name in names})
    staff.send(msgspec.structs.replace(held, title="Zinnias"))
    assert [one.id for one in find("zinnias").releases] == [garden]
    assert find("blue garden").releases == ()


def test_a_track_is_found_by_who_is_credited_now(garden, find, staff):
    assert find("blue").releases
    seen = staff.send(GetEditableRelease(garden))
    (one,) = seen.tracks
    staff.send(CorrectTrack(one.id, seen.revision, one.title, "Zoe", (NamedCredit(CreditRole.MAIN, "Zoe"),), one.explicit))
    found = find("zoe")
    assert [track.track.id for track in found.tracks] == [one.id]
    assert [artist.name for artist in found.artists] == ["Zoe"]


def test_artists_who_are_one_are_found_as_one_by_each_of_their_names(garden, catalogue, find, staff, ana):
    assert find("blue").releases
    lanterns = ana.send(GetRelease(garden)).credits[0].artist_id
    other = ana.send(GetRelease(catalogue.release("Zinnias", artist="Quartet Z"))).credits[0].artist_id
    made = staff.send(MergeArtists(other, lanterns))
    assert [one.id for one in find("quartet z").artists] == [lanterns]
    staff.send(TakeBackMerge(made))
    assert [one.id for one in find("quartet z").artists] == [other]
