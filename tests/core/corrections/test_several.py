"""The same corrected of many tracks at once."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import CreditRole, GetRelease
from apps.core.contract.corrections import MOST_CORRECTIONS, CorrectTracks, ListCorrections, NamedCredit, TakeBackCorrection
from apps.core.contract.editorial import AssembleCompilation
from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.contract.ids import new_id

MAIN, FEATURED, COMPOSER, PRODUCER = CreditRole.MAIN, CreditRole.FEATURED, CreditRole.COMPOSER, CreditRole.PRODUCER


@pytest.fixture
def deliver(catalogue):
    def deliver(count=4, album="Halo", **tags):
        files = catalogue.files(album, [f"Song {number}" for number in range(1, count + 1)], "Beyonce K", composer="Ben", **tags)
        (release_id,) = catalogue.deliver(files)
        catalogue.transcode_all()
        return release_id

    return deliver


@pytest.fixture
def halo(deliver):
    return deliver()


@pytest.fixture
def several(staff, look):
    """Of the tracks at these places."""

    def several(release_id, *places, credited=None, **what):
        seen = look(release_id)
        given = credited and tuple(NamedCredit(role, name) for role, name in credited)
        return staff.send(CorrectTracks(release_id, seen.revision, tuple(seen.tracks[at].id for at in places), credits=given, **what))

    return several


@pytest.fixture
def credited(look):
    return lambda release_id: [[(one.role, one.name) for one in track.credits] for track in look(release_id).tracks]


class TestCorrectTracks:
    def test_of_the_artist_renames_whoever_is_credited_so(self, halo, several, deliver, credited, ana):
        several(halo, 0, 2, artist="Beyoncé")
        deliver(genre="Pop")
        assert [track.artist for track in ana.send(GetRelease(halo)).tracks] == ["Beyoncé", "Beyonce K"] * 2
        assert credited(halo) == [[(MAIN, "Beyoncé"), (COMPOSER, "Ben")], [(MAIN, "Beyonce K"), (COMPOSER, "Ben")]] * 2

    def test_of_credits_leaves_those_in_other_roles(self, halo, several, deliver, correct, credited, ana):
        correct(halo, 1, credits=[(MAIN, "Ana"), (COMPOSER, "Cleo"), (PRODUCER, "Dan"), (PRODUCER, "Eve")])
        several(halo, 0, 1, credited=[(PRODUCER, "Flo"), (FEATURED, "Gus")])
        deliver()
        assert credited(halo)[:3] == [
            [(MAIN, "Beyonce K"), (COMPOSER, "Ben"), (PRODUCER, "Flo"), (FEATURED, "Gus")],
            [(MAIN, "Ana"), (COMPOSER, "Cleo"), (PRODUCER, "Flo"), (FEATURED, "Gus")],
            [(MAIN, "Beyonce K"), (COMPOSER, "Ben")],
        ]
        assert {track.artist for track in ana.send(GetRelease(halo)).tracks} == {"Beyonce K"}

    @pytest.mark.parametrize("explicit", [True, False])
    def test_of_explicit_words_changes_nothing_else(self, deliver, several, look, explicit):
        halo = deliver(explicit=not explicit)
        several(halo, 0, 1, 2, explicit=explicit)
        assert [track.explicit for track in look(halo).tracks] == [explicit] * 3 + [not explicit]
        assert {one.field.value for one in look(halo).corrections} == {"explicit"}

    def test_holds_on_every_release_on_which_it_is_heard(self, catalogue, several, ana):
        one, two = (
            catalogue.deliver([catalogue.file(f"{album}.flac", title="Song", artist="Ana", album=album, isrc="GBABC2600001")])[0]
            for album in ("Album", "Best Of")
        )
        catalogue.transcode_all()
        several(one, 0, artist="Anna")
        assert [ana.send(GetRelease(each)).tracks[0].artist for each in (one, two)] == ["Anna", "Anna"]

    def test_is_taken_back_track_by_track(self, halo, several, look, staff, credited):
        before = look(halo)
        several(halo, 0, 1, artist="Beyoncé")
        several(halo, 0, 1, artist="Queen B")
        held = look(halo).corrections
        assert {(one.track_title, one.field.value, one.delivered) for one in held} == {
            (f"Song {number}", field, delivered)
            for number in (1, 2)
            for field, delivered in (("artist", "Beyonce K"), ("credits", "main: Beyonce K\ncomposer: Ben"))
        }
        for one in held:
            staff.send(TakeBackCorrection(one.id))
        assert look(halo) == before

    def test_is_listed_in_the_order_of_the_tracks(self, halo, several, look):
        several(halo, 3, 0, 2, artist="Beyoncé", explicit=True)
        assert [(one.track_title, one.field.value) for one in look(halo).corrections] == [
            (f"Song {number}", field) for number in (1, 3, 4) for field in ("artist", "credits", "explicit")
        ]

    def test_to_what_was_delivered_is_not_corrected(self, halo, several, look):
        before = look(halo)
        several(halo, 0, 1, artist="Beyoncé")
        several(halo, 0, 1, 2, artist="Beyonce K")
        assert look(halo) == before

    def test_of_very_many_are_told_as_far_as_a_page_shows_them(self, deliver, several, look, staff):
        halo = deliver(MOST_CORRECTIONS + 1)
        several(halo, *range(MOST_CORRECTIONS + 1), explicit=True)
        assert len(look(halo).corrections) == MOST_CORRECTIONS
        assert staff.send(ListCorrections(size=100)).next

    def test_takes_as_many_statements_for_many_as_for_two(self, deliver, several, statements):
        spent = [0]
        for album, count in (("One", 2), ("Two", 2), ("Three", 40)):
            halo = deliver(count, album)
            several(halo, *range(count), artist="Beyoncé", credited=[(PRODUCER, "Flo")], explicit=True)
            spent.append(statements(CorrectTracks(halo, "", ())))
        assert spent[3] - spent[2] == spent[2] - spent[1] > 0

    def test_is_refused_for_nothing_and_for_tracks_of_others(self, halo, several, staff, look, catalogue):
        with pytest.raises(Invalid):
            several(halo, 0)
        other = look(catalogue.release("Other")).tracks[0].id
        with pytest.raises(Invalid):
            staff.send(CorrectTracks(halo, look(halo).revision, (look(halo).tracks[0].id, other), "Ana"))

    def test_of_what_was_looked_at_before_is_refused(self, halo, several, staff, look):
        seen = look(halo)
        several(halo, 0, explicit=True)
        with pytest.raises(Conflict):
            staff.send(CorrectTracks(halo, seen.revision, (seen.tracks[1].id,), "Ana"))

    def test_of_our_own_and_of_none_is_refused(self, halo, several, staff, look):
        ours = staff.send(AssembleCompilation("Ours", tuple(track.id for track in look(halo).tracks)))
        with pytest.raises(Invalid):
            several(ours, 0, artist="Ana")
        seen = look(halo)
        with pytest.raises(NotFound):
            staff.send(CorrectTracks(new_id(), seen.revision, (seen.tracks[0].id,), "Ana"))
