"""Staff put right what a label delivers, and the next delivery leaves it so."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from apps.core.contract.catalogue import CreditRole, GetArtist, GetRelease, ListReleases, ReleaseOrder, ReleaseType
from apps.core.contract.corrections import CorrectedField, GetEditableRelease, ListCorrections, TakeBackCorrection
from apps.core.contract.editorial import AssembleCompilation
from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.intake import CompleteDelivery, OpenDelivery, RecordFiles
from apps.core.contract.radio import GenreSeed, StartStation
from tests.at_once import at_once

MAIN, PRODUCER = CreditRole.MAIN, CreditRole.PRODUCER


@pytest.fixture
def deliver(catalogue):
    """The same album, the same folder, whatever its tags say."""

    def deliver(tracks=2, content="", **tags):
        files = catalogue.files(
            "Blue Garden", [f"Song {number}" for number in range(1, tracks + 1)], "The Lanterns", upc="123456789012", **tags
        )
        (release_id,) = catalogue.deliver(files, content=content)
        catalogue.transcode_all()
        return release_id

    return deliver


@pytest.fixture
def garden(deliver):
    return deliver(genre="Rok", date="1994-06-20", label="Garden")


RELEASE = {
    "title": "The Blue Garden", "artist": "Lanterns", "released_on": "1995-01", "genre": "Rock", "label": "Garden Records",
    "type": ReleaseType.ALBUM,
}  # fmt: skip


class TestCorrectRelease:
    @pytest.mark.parametrize(("field", "value"), RELEASE.items())
    def test_is_shown_at_once_and_after_the_next_delivery(self, garden, deliver, correct, ana, field, value):
        correct(garden, **{field: value})
        assert getattr(ana.send(GetRelease(garden)), field) == value
        assert deliver(genre="Pop", date="2001", label="Other", composer="Somebody") == garden
        shown = ana.send(GetRelease(garden))
        assert getattr(shown, field) == value
        delivered = {"genre": "Pop", "released_on": "2001", "label": "Other", "title": "Blue Garden", "artist": "The Lanterns"}
        assert {name: getattr(shown, name) for name in delivered if name != field} == {
            name: value for name, value in delivered.items() if name != field
        }

    def test_survives_a_delivery_of_some_of_its_files(self, garden, catalogue, correct, look, ana):
        correct(garden, title="The Blue Garden", genre="Rock")
        correct(garden, 1, title="The Other Song")
        (song,) = catalogue.files("Blue Garden", ["Song 1"], "The Lanterns", upc="123456789012")
        assert catalogue.deliver([song]) == [garden]
        assert ana.send(GetRelease(garden)).title == "The Blue Garden"
        assert {(one.track_id is None, one.field.value, one.delivered) for one in look(garden).corrections} == {
            (True, "title", "Blue Garden"), (True, "genre", "Rok"), (False, "title", "Song 2"),
        }  # fmt: skip

    def test_of_the_genre_is_what_recordings_that_said_the_same_go_by(self, catalogue, correct, look, staff, find, ana):
        files = [
            catalogue.file(f"{at}.flac", title=f"Song {at}", artist="Ana", album="Garden", album_artist="Ana", track=at, genre=genre)
            for at, genre in ((1, "Rok"), (2, "Jazz"), (3, "Rok"))
        ]
        (garden,) = catalogue.deliver(files)
        catalogue.transcode_all()

        def songs(genre):
            return {one.track.title for one in find("song", genre=genre).tracks}

        correct(garden, genre="Rock")
        assert (songs("Rok"), songs("Rock")) == (set(), {"Song 1", "Song 3"})
        assert ana.send(StartStation(GenreSeed("Rock"))).title == "Rock"
        catalogue.deliver([replace(files[0], tags=replace(files[0].tags, genre="Pop"))])
        assert songs("Rock") == {"Song 1", "Song 3"}
        (made,) = look(garden).corrections
        staff.send(TakeBackCorrection(made.id))
        assert (songs("Rock"), songs("Jazz"), songs("Pop")) == (set(), {"Song 2"}, {"Song 1", "Song 3"})

    def test_sorts_by_the_corrected_title(self, garden, catalogue, correct, ana):
        other = catalogue.release("Middle")
        correct(garden, title="Zebra Garden")
        assert [one.id for one in ana.send(ListReleases(ReleaseOrder.TITLE)).items] == [other, garden]

    def test_of_the_artist_moves_the_credit(self, garden, deliver, correct, ana):
        correct(garden, artist="Lanterns")
        deliver()
        (credit,) = ana.send(GetRelease(garden)).credits
        assert (credit.name, credit.role) == ("Lanterns", MAIN)
        assert [one.id for one in ana.send(GetArtist(credit.artist_id)).releases] == [garden]

    def test_of_the_credits_leaves_the_artist_as_it_is_shown(self, garden, deliver, correct, ana):
        correct(garden, credits=[(MAIN, "Ana"), (MAIN, "Ben")])
        deliver()
        shown = ana.send(GetRelease(garden))
        assert (shown.artist, [one.name for one in shown.credits]) == ("The Lanterns", ["Ana", "Ben"])

    def test_of_artist_and_credits_together_leaves_the_credits_as_given(self, garden, correct, ana):
        correct(garden, artist="Lanterns", credits=[(MAIN, "The Lanterns"), (PRODUCER, "Ben")])
        assert [one.name for one in ana.send(GetRelease(garden)).credits] == ["The Lanterns", "Ben"]

    def test_makes_a_volume_of_a_series_and_unmakes_it(self, garden, correct, ana):
        correct(garden, title="Winter Songs, Vol. 3", type=ReleaseType.COMPILATION)
        series = ana.send(GetRelease(garden)).series
        assert (series.title, series.volume) == ("Winter Songs", 3)
        correct(garden, title="Winter Songs")
        assert ana.send(GetRelease(garden)).series is None

    @pytest.mark.parametrize("field", ["genre", "label", "released_on"])
    def test_can_take_something_away(self, garden, deliver, correct, ana, field):
        correct(garden, **{field: ""})
        deliver(genre="Rok", date="1994-06-20", label="Garden")
        assert getattr(ana.send(GetRelease(garden)), field) is None

    def test_keeps_a_year_that_nothing_else_is_known_of(self, deliver, correct, ana):
        garden = deliver(date="06/05/1994")
        correct(garden, genre="Rock")
        assert ana.send(GetRelease(garden)).year == 1994

    @pytest.mark.parametrize(
        "changes", [{"released_on": "June 1994"}, {"released_on": "1994-02-31"}, {"credits": [(PRODUCER, "Ana")]}], ids=str
    )
    def test_refuses_what_cannot_be(self, garden, correct, look, changes):
        before = look(garden)
        with pytest.raises(Invalid):
            correct(garden, **changes)
        assert look(garden) == before

    def test_of_what_nobody_delivers_is_refused(self, garden, staff, ana, correct):
        ours = staff.send(AssembleCompilation("Ours", (ana.send(GetRelease(garden)).tracks[0].id,)))
        with pytest.raises(Invalid):
            correct(ours, title="Theirs")

    def test_of_nothing_is_not_found(self, staff, garden, look, corrected):
        with pytest.raises(NotFound):
            staff.send(GetEditableRelease(new_id()))
        for command in (corrected(look(garden)), corrected(look(garden), 0)):
            name = "track_id" if hasattr(command, "track_id") else "release_id"
            with pytest.raises(NotFound):
                staff.send(type(command)(**{one: new_id() if one == name else getattr(command, one) for one in command.__struct_fields__}))


class TestCorrectTrack:
    def test_is_shown_at_once_and_after_the_next_delivery(self, garden, deliver, correct, ana, look):
        credited = [(MAIN, "Ana"), (PRODUCER, "Ben")]
        correct(garden, 0, title="The Song", artist="Ana", credits=credited, explicit=True)
        deliver(composer="Somebody")
        first, second = ana.send(GetRelease(garden)).tracks
        assert (first.title, first.artist, first.explicit) == ("The Song", "Ana", True)
        assert (second.title, second.artist, second.explicit) == ("Song 2", "The Lanterns", False)
        assert [[(one.role, one.name) for one in track.credits] for track in look(garden).tracks] == [
            credited, [(MAIN, "The Lanterns"), (CreditRole.COMPOSER, "Somebody")],
        ]  # fmt: skip

    def test_survives_other_content(self, garden, deliver, correct, ana):
        correct(garden, 0, title="The Song")
        deliver(content="remastered")
        assert ana.send(GetRelease(garden)).tracks[0].title == "The Song"

    def test_of_what_is_heard_holds_on_every_release(self, catalogue, correct, ana):
        one, two = (
            catalogue.deliver([catalogue.file(f"{album}.flac", title="Song", artist="Ana", album=album, isrc="GBABC2600001")])[0]
            for album in ("Album", "Best Of")
        )
        catalogue.transcode_all()
        correct(one, 0, artist="Anna", explicit=True)
        catalogue.deliver([catalogue.file("Best Of.flac", title="Song", artist="Ana", album="Best Of", isrc="GBABC2600001")])
        assert [(ana.send(GetRelease(each)).tracks[0].artist, ana.send(GetRelease(each)).tracks[0].explicit) for each in (one, two)] == [
            ("Anna", True), ("Anna", True),
        ]  # fmt: skip

    def test_leaves_the_release_who_its_files_say_it_is_by(self, catalogue, correct, ana):
        """Where some of them come again, and say what the others said before they were corrected."""
        files = [catalogue.file(f"{at}.flac", title=f"Song {at}", artist="Beyonce K", album="Halo", track=at) for at in range(1, 9)]
        (halo,) = catalogue.deliver(files)
        catalogue.transcode_all()
        for at in range(8):
            correct(halo, at, artist="Beyoncé Knowles")
        catalogue.deliver(files[:1])
        shown = ana.send(GetRelease(halo))
        assert (shown.artist, shown.type, shown.tracks[0].artist) == ("Beyonce K", ReleaseType.ALBUM, "Beyoncé Knowles")

    def test_leaves_what_another_file_is_called(self, catalogue, correct, ana):
        """A delivery of the other release alone."""
        files = [catalogue.file(f"{album}.flac", title="Song", artist="Ana", album=album, isrc="GBABC2600001") for album in ("One", "Two")]
        one, two = (catalogue.deliver([file])[0] for file in files)
        catalogue.transcode_all()
        correct(one, 0, title="The Song")
        catalogue.deliver(files[1:])
        assert [ana.send(GetRelease(each)).tracks[0].title for each in (one, two)] == ["The Song", "Song"]


class TestTakeBackCorrection:
    @pytest.fixture
    def take_back(self, staff, look):
        def take_back(release_id):
            for one in look(release_id).corrections:
                staff.send(TakeBackCorrection(one.id))

        return take_back

    def test_says_what_was_delivered_last(self, garden, deliver, correct, take_back, look, ana):
        correct(garden, **RELEASE, credits=[(MAIN, "Ben")])
        correct(garden, 0, title="The Song", artist="Ana", credits=[(MAIN, "Ana")], explicit=True)
        deliver(genre="Pop", date="2001", label="Other", composer="Somebody")
        expected = deliver(genre="Pop", date="2001", label="Other", composer="Somebody")
        take_back(garden)
        after = look(garden)
        assert after.corrections == ()
        assert deliver(genre="Pop", date="2001", label="Other", composer="Somebody") == expected
        assert look(garden) == after
        assert (after.title, after.genre, after.released_on, after.label) == ("Blue Garden", "Pop", "2001", "Other")
        assert ana.send(GetRelease(garden)).type is ReleaseType.SINGLE

    def test_twice_is_once(self, garden, correct, staff, look):
        correct(garden, title="The Blue Garden")
        (one,) = look(garden).corrections
        staff.send(TakeBackCorrection(one.id))
        correct(garden, title="Green Garden")
        staff.send(TakeBackCorrection(one.id))
        assert look(garden).title == "Green Garden"

    def test_of_none_is_not_found(self, staff):
        with pytest.raises(NotFound):
            staff.send(TakeBackCorrection(new_id()))

    def test_is_what_correcting_to_the_delivered_does(self, garden, correct, look):
        correct(garden, title="The Blue Garden")
        correct(garden, title="Blue Garden")
        assert look(garden).corrections == ()


class TestListCorrections:
    def test_says_who_and_when_and_what_it_was(self, garden, correct, staff, operator, clock, look, corrected):
        correct(garden, title="The Blue Garden")
        clock.advance(60)
        operator.send(corrected(look(garden), 1, artist="Ana"))
        by_track, _, by_release = staff.send(ListCorrections()).items
        assert (by_release.field, by_release.delivered, by_release.value) == (CorrectedField.TITLE, "Blue Garden", "The Blue Garden")
        assert (by_release.maker, by_release.release_title, by_release.track_id) == ("Stella", "The Blue Garden", None)
        assert (by_track.maker, by_track.track_title, by_track.over_at) == (None, "Song 2", None)
        assert (by_track.made_at - by_release.made_at).total_seconds() == 60

    def test_keeps_those_that_are_over(self, garden, correct, staff, look):
        correct(garden, title="The Blue Garden")
        correct(garden, title="Green Garden")
        newer, older = staff.send(ListCorrections()).items
        assert (older.value, older.over_at is None) == ("The Blue Garden", False)
        assert (newer.value, newer.delivered, newer.over_at) == ("Green Garden", "Blue Garden", None)

    def test_comes_page_by_page(self, garden, correct, staff):
        correct(garden, title="The Blue Garden", genre="Rock", label="Other")
        first = staff.send(ListCorrections(size=2))
        second = staff.send(ListCorrections(first.next, 2))
        assert len(first.items) == 2 and len(second.items) == 1 and second.next is None
        assert len({one.id for one in (*first.items, *second.items)}) == 3


class TestTwoAtOnce:
    def test_who_comes_later_is_told(self, garden, staff, operator, look, corrected):
        seen = look(garden)
        staff.send(corrected(seen, title="The Blue Garden"))
        with pytest.raises(Conflict):
            operator.send(corrected(seen, genre="Rock"))
        with pytest.raises(Conflict):
            operator.send(corrected(seen, 0, title="The Song"))

    def test_who_corrects_another_track_later_is_told(self, garden, staff, operator, look, corrected):
        seen = look(garden)
        staff.send(corrected(seen, 0, title="The Song"))
        with pytest.raises(Conflict):
            operator.send(corrected(seen, 1, title="The Other Song"))

    def test_a_delivery_that_changes_nothing_of_it_is_no_obstacle(self, garden, deliver, staff, look, corrected):
        seen = look(garden)
        deliver(genre="Rok", date="1994-06-20", label="Garden")
        staff.send(corrected(seen, title="The Blue Garden"))
        deliver(genre="Pop")
        with pytest.raises(Conflict):
            staff.send(corrected(seen, title="Green Garden"))

    def test_of_many_one_is_kept(self, garden, staff, look, corrected):
        seen = look(garden)
        titles = [f"Title {number}" for number in range(6)]
        answers = at_once([lambda title=title: staff.send(corrected(seen, title=title)) for title in titles])
        assert sum(isinstance(answer, Conflict) for answer in answers) == 5
        assert look(garden).title in titles
        assert len(staff.send(ListCorrections()).items) == 1

    def test_with_a_delivery_neither_is_lost(self, garden, catalogue, operator, staff, look, corrected):
        """Whichever comes first, the correction is either refused, or shown beside what was delivered."""
        seen = look(garden)
        delivery_id = operator.send(OpenDelivery("/music"))
        files = catalogue.files("Blue Garden", ["Song 1", "Song 2"], "The Lanterns", upc="123456789012", genre="Pop")
        operator.send(RecordFiles(delivery_id, tuple(files)))
        operator.send(CompleteDelivery(delivery_id))
        (job_id,) = catalogue.waiting("receive")
        correction = corrected(seen, title="The Blue Garden")
        answers = at_once([lambda: staff.send(correction), lambda: catalogue.receive(job_id)])
        assert answers[1] == garden
        shown = look(garden)
        assert shown.genre == "Pop"
        assert shown.title == ("Blue Garden" if isinstance(answers[0], Conflict) else "The Blue Garden")
