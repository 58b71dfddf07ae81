"""What an artist is heard on, and what they wrote, produced and remixed."""

from __future__ import annotations

import pytest

from apps.core.catalogue import works
from apps.core.contract.catalogue import CreditRole, GetArtistTracks, GetRelease, GetTrackInFull
from apps.core.contract.ids import new_id


@pytest.fixture
def deliver(catalogue):
    """A release of one track with these tags; returns its id."""

    def deliver(title, **tags):
        named = {"artist": "Ada", "album_artist": tags.get("artist", "Ada"), "album": title, "title": title, **tags}
        (release_id,) = catalogue.deliver([catalogue.file(f"{title}.flac", **named)])
        catalogue.transcode_all()
        return release_id

    return deliver


@pytest.fixture
def of(visitor):
    """What is told of whoever is credited so on a release's first track."""

    def of(release_id, role=CreditRole.MAIN, who=visitor):
        track = visitor.send(GetRelease(release_id)).tracks[0]
        credit = next(one for one in visitor.send(GetTrackInFull(track.id)).credits if one.role is role)
        return who.send(GetArtistTracks(credit.artist_id))

    return of


def titles(found):
    return [one.track.title for one in found]


class TestWhatAnArtistIsHeardOn:
    def test_is_in_the_order_it_is_heard_in_and_then_the_newest_first(self, deliver, of, visitor, heard):
        made = [deliver(title) for title in ("Dawn", "Noon", "Dusk", "Night")]
        assert (titles(of(made[0]).top), of(made[0]).heard) == (["Night", "Dusk", "Noon", "Dawn"], False)
        recordings = [visitor.send(GetRelease(one)).tracks[0].recording_id for one in made]
        heard({recordings[0]: 2.0, recordings[1]: 9.0, recordings[2]: 0.0})
        assert (titles(of(made[0]).top), of(made[0]).heard) == (["Noon", "Dawn", "Night", "Dusk"], True)

    def test_counts_what_they_are_a_guest_on(self, deliver, of):
        guest = deliver("Dawn", artist="Ben feat. Ada")
        own = deliver("Noon")
        assert titles(of(own).top) == ["Noon", "Dawn"]
        assert titles(of(guest).top) == ["Dawn"]

    def test_is_ten_recordings_at_most_each_once(self, catalogue, of):
        for album in ("Best Of", "Album"):
            songs = ((f"Song {number:02}", f"GBABC26{number:05}") for number in range(12))
            named = {"artist": "Ada", "album": album, "album_artist": "Ada"}
            made = catalogue.deliver(
                [
                    catalogue.file(f"{album}/{title}.flac", title=title, isrc=isrc, track=int(isrc[-2:]) + 1, **named)
                    for title, isrc in songs
                ]
            )
        (release_id,) = made
        catalogue.transcode_all()
        top = of(release_id).top
        assert len({one.track.recording_id for one in top}) == len(top) == works.MOST_OF_ARTIST

    def test_leaves_out_what_is_not_offered_here(self, deliver, of, deals):
        own, other = deliver("Dawn"), deliver("Noon")
        deals.only(other, "JP")
        assert titles(of(own).top) == ["Dawn"]

    def test_tells_what_the_listener_may_play(self, deliver, of, ana):
        release_id = deliver("Dawn")
        assert [of(release_id, who=ana).top[0].track.playable, of(release_id).top[0].track.playable] == [True, False]

    def test_is_nothing_of_nobody(self, visitor):
        told = visitor.send(GetArtistTracks(new_id()))
        assert (told.top, told.behind, told.heard) == ((), (), False)

    def test_takes_two_statements(self, deliver, of, statements, ana):
        release_id = deliver("Dawn", composer="Cem")
        of(release_id)
        before = statements(GetArtistTracks(""))
        of(release_id)
        assert statements(GetArtistTracks("")) - before == 2


class TestWhatAnArtistIsBehind:
    def test_is_told_by_role_whoever_performs_it(self, deliver, of):
        release_id = deliver("Dawn", composer="Cem", producers=("Cem",))
        deliver("Noon", artist="Ben", composer="Cem")
        told = of(release_id, CreditRole.COMPOSER)
        assert told.top == ()
        assert [(one.role, titles(one.tracks)) for one in told.behind] == [
            (CreditRole.COMPOSER, ["Noon", "Dawn"]), (CreditRole.PRODUCER, ["Dawn"]),
        ]  # fmt: skip
