"""Writing a delivered release: new, the same again, changed, moved, doubled."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from apps.core.catalogue.models import LabelRow, OwnershipRow, RecordingCreditRow
from apps.core.contract.catalogue import CreditRole, GetArtist, GetRelease, ListReleases, ReleasePublished, ReleaseType
from apps.core.contract.errors import LeaseLost, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.intake import (
    CompleteDelivery,
    GetReleaseDraft,
    ListDeliveries,
    OpenDelivery,
    ReceivedFile,
    RecordFiles,
    WriteRelease,
)
from apps.core.contract.jobs import FailJob
from apps.core.database import reader
from tests.at_once import at_once


def tracks_of(sender, release_id):
    return sender.send(GetRelease(release_id)).tracks


def shown(sender):
    return [release.title for release in sender.send(ListReleases()).items]


def ready(catalogue, files, **how):
    written = catalogue.deliver(files, **how)
    catalogue.transcode_all()
    return written


class TestANewRelease:
    def test_shows_what_its_tags_say(self, catalogue, ana):
        files = catalogue.files(
            "Blue Garden",
            ["Dawn", "Noon"],
            date="1994-06-20",
            genre="Jazz",
            label="Lantern Records",
            copyright="1994 Lantern",
            upc="0602445790128",
        )
        (release_id,) = ready(catalogue, files)
        release = ana.send(GetRelease(release_id))
        assert (release.title, release.artist, release.year, release.released_on) == ("Blue Garden", "The Lanterns", 1994, "1994-06-20")
        assert (release.genre, release.label, release.p_line, release.upc) == ("Jazz", "Lantern Records", "1994 Lantern", "0602445790128")
        assert [(track.disc, track.number, track.title, track.playable) for track in release.tracks] == [
            (1, 1, "Dawn", True),
            (1, 2, "Noon", True),
        ]
        assert [(credit.name, credit.role) for credit in release.credits] == [("The Lanterns", CreditRole.MAIN)]
        assert release.duration_ms == 120_000

    def test_warns_of_explicit_words_and_tells_both_notices(self, catalogue, ana):
        told = {"copyright": "© 1995 South", "produced": "1994 North", "explicit": True}
        (release_id,) = ready(catalogue, catalogue.files("Blue Garden", ["Dawn"], **told))
        release = ana.send(GetRelease(release_id))
        assert (release.p_line, release.c_line, [track.explicit for track in release.tracks]) == ("1994 North", "1995 South", [True])
        ready(catalogue, catalogue.files("Blue Garden", ["Dawn"]))
        assert [track.explicit for track in ana.send(GetRelease(release_id)).tracks] == [False]

    def test_is_nowhere_before_its_first_recording_is_ready(self, catalogue, visitor, emitted):
        (release_id,) = catalogue.deliver(catalogue.files("Blue Garden", ["Dawn", "Noon"]))
        assert shown(visitor) == []
        with pytest.raises(NotFound):
            visitor.send(GetRelease(release_id))
        catalogue.transcode(catalogue.waiting("transcode")[0])
        assert shown(visitor) == ["Blue Garden"]
        assert emitted(ReleasePublished) == 1

    def test_credits_each_of_several_by_themselves(self, catalogue, ana):
        together = {"album": "Both", "album_artist": "Ana & Ben", "album_artists": ("Ana", "Ben")}
        (release_id,) = ready(catalogue, [catalogue.file("a.mp3", title="Song", artist="Ana, Cleo", artists=("Ana", "Cleo"), **together)])
        release = ana.send(GetRelease(release_id))
        assert (release.artist, release.tracks[0].artist) == ("Ana & Ben", "Ana, Cleo")
        assert [credit.name for credit in release.credits] == ["Ana", "Ben"]
        (alone,) = ready(catalogue, [catalogue.file("b.mp3", title="Solo", artist="Ana", album="Alone", album_artist="Ana")])
        artist = ana.send(GetArtist(ana.send(GetRelease(alone)).credits[0].artist_id))
        assert {one.title for one in artist.releases} == {"Both", "Alone"}

    def test_credits_a_release_without_album_artist_to_those_of_its_tracks(self, catalogue, ana):
        files = [
            catalogue.file(f"{n}.mp3", title=f"{n}", track=n, album="Duets", artist="Ana, Ben", artists=("Ana", "Ben")) for n in (1, 2)
        ]
        (release_id,) = ready(catalogue, files)
        release = ana.send(GetRelease(release_id))
        assert (release.artist, [credit.name for credit in release.credits]) == ("Ana, Ben", ["Ana", "Ben"])

    def test_credits_the_composer(self, catalogue, core_app):
        catalogue.deliver([catalogue.file("a.mp3", title="Song", artist="Ana", composer="Clara Schumann")])
        with core_app.app_context(), reader() as connection:
            credited = connection.execute(select(RecordingCreditRow.role, RecordingCreditRow.credited_as)).all()
        assert sorted(map(tuple, credited)) == [("composer", "Clara Schumann"), ("main", "Ana")]

    def test_gives_each_recording_to_its_label(self, catalogue, core_app):
        catalogue.deliver(
            [
                catalogue.file("1.mp3", title="One", album="Mix", compilation=True, label="North", track=1),
                catalogue.file("2.mp3", title="Two", album="Mix", compilation=True, label="South", track=2),
                catalogue.file("3.mp3", title="Three", album="Mix", compilation=True, track=3),
            ]
        )
        with core_app.app_context(), reader() as connection:
            owners = connection.execute(select(LabelRow.name, OwnershipRow.territory).join(LabelRow, LabelRow.id == OwnershipRow.label_id))
            assert sorted(map(tuple, owners)) == [("North", "WW"), ("South", "WW")]

    def test_a_compilation_volume_belongs_to_its_series(self, catalogue, ana):
        def volume(album):
            return [
                catalogue.file(f"{album}/{name}.mp3", title=name, artist=name, album=album, compilation=True) for name in ("Ana", "Ben")
            ]

        (third,), (fourth,) = ready(catalogue, volume("Winter Songs, Vol. 3")), ready(catalogue, volume("Winter Songs Volume 4"))
        third, fourth = (ana.send(GetRelease(release_id)) for release_id in (third, fourth))
        assert (third.type, third.artist) == (ReleaseType.COMPILATION, "Various Artists")
        assert (third.series.title, third.series.volume, fourth.series.volume) == ("Winter Songs", 3, 4)
        assert third.series.series_id == fourth.series.series_id

    def test_a_compilation_that_is_no_volume_any_more_leaves_its_series(self, catalogue, ana):
        def deliver(album):
            tags = {"artist": "Ana", "album": album, "compilation": True, "upc": "123456789012"}
            (release_id,) = catalogue.deliver([catalogue.file("song.flac", title="Song", **tags)])
            catalogue.transcode_all()
            return ana.send(GetRelease(release_id)).series

        assert deliver("Winter Songs, Vol. 3")
        assert deliver("Winter Songs") is None

    def test_several_artists_without_an_album_artist_are_various(self, catalogue, ana):
        (release_id,) = ready(
            catalogue,
            [catalogue.file(f"mix/{name}.mp3", title=name, artist=name, album="Mix") for name in ("Ana", "Ben")],
        )
        assert ana.send(GetRelease(release_id)).artist == "Various Artists"


class TestTheSameAgain:
    def test_doubles_nothing(self, catalogue, ana):
        files = catalogue.files("Blue Garden", ["Dawn", "Noon"])
        (first,) = ready(catalogue, files)
        before = tracks_of(ana, first)
        (again,) = catalogue.deliver(files)
        assert again == first
        assert tracks_of(ana, first) == before
        assert catalogue.waiting("transcode") == []
        assert shown(ana) == ["Blue Garden"]

    def test_with_one_track_more_keeps_the_others(self, catalogue, ana):
        (release_id,) = ready(catalogue, catalogue.files("Blue Garden", ["Dawn", "Noon"]))
        before = tracks_of(ana, release_id)
        ready(catalogue, catalogue.files("Blue Garden", ["Dawn", "Noon", "Night"])[2:])
        after = tracks_of(ana, release_id)
        assert after[:2] == before
        assert [track.title for track in after] == ["Dawn", "Noon", "Night"]

    def test_a_number_that_is_taken_goes_to_the_end(self, catalogue, ana):
        (release_id,) = ready(catalogue, catalogue.files("Blue Garden", ["Dawn", "Noon"]))
        ready(
            catalogue,
            [catalogue.file("The Lanterns/Blue Garden/x.flac", title="Extra", album="Blue Garden", album_artist="The Lanterns", track=1)],
        )
        assert [(track.number, track.title) for track in tracks_of(ana, release_id)] == [(1, "Dawn"), (2, "Noon"), (3, "Extra")]

    def test_with_numbers_exchanged_keeps_the_tracks(self, catalogue, ana):
        (release_id,) = ready(catalogue, catalogue.files("Blue Garden", ["Dawn", "Noon"]))
        before = {track.title: track.id for track in tracks_of(ana, release_id)}
        common = {"artist": "The Lanterns", "album": "Blue Garden", "album_artist": "The Lanterns"}
        paths = [file.path for file in catalogue.files("Blue Garden", ["Dawn", "Noon"])]
        ready(
            catalogue,
            [catalogue.file(paths[0], title="Dawn", track=2, **common), catalogue.file(paths[1], title="Noon", track=1, **common)],
        )
        assert [(track.title, track.id) for track in tracks_of(ana, release_id)] == [("Noon", before["Noon"]), ("Dawn", before["Dawn"])]


class TestAChange:
    def test_of_a_title_keeps_recording_and_track(self, catalogue, ana):
        (release_id,) = ready(catalogue, catalogue.files("Blue Garden", ["Dawn"]))
        (before,) = tracks_of(ana, release_id)
        path = catalogue.files("Blue Garden", ["Dawn"])[0].path
        changed = catalogue.file(path, title="Daybreak", artist="The Lanterns", album="Blue Garden", album_artist="The Lanterns", track=1)
        catalogue.deliver([changed], content="other tags, other bytes")
        (after,) = tracks_of(ana, release_id)
        assert (after.id, after.recording_id, after.title) == (before.id, before.recording_id, "Daybreak")
        assert after.playable  # the earlier audio is heard until the new one is ready
        assert len(catalogue.waiting("transcode")) == 1

    def test_of_the_label_changes_the_owner(self, catalogue, core_app):
        files = catalogue.files("Blue Garden", ["Dawn"], label="North")
        catalogue.deliver(files)
        catalogue.deliver([catalogue.file(files[0].path, title="Dawn", album="Blue Garden", album_artist="The Lanterns", label="South")])
        with core_app.app_context(), reader() as connection:
            owners = connection.scalars(select(LabelRow.name).join(OwnershipRow, OwnershipRow.label_id == LabelRow.id)).all()
        assert owners == ["South"]

    def test_of_the_album_moves_the_track_and_hides_what_is_left_empty(self, catalogue, ana):
        (old,) = ready(catalogue, catalogue.files("Blue Garden", ["Dawn"]))
        (before,) = tracks_of(ana, old)
        path = catalogue.files("Blue Garden", ["Dawn"])[0].path
        moved = catalogue.file(path, title="Dawn", artist="The Lanterns", album="Green Garden", album_artist="The Lanterns", track=1)
        (new,) = ready(catalogue, [moved], content="retagged")
        assert shown(ana) == ["Green Garden"]
        (after,) = tracks_of(ana, new)
        assert (after.id, after.recording_id) == (before.id, before.recording_id)
        with pytest.raises(NotFound):
            ana.send(GetRelease(old))

    def test_of_the_album_leaves_the_other_tracks_shown(self, catalogue, ana):
        ready(catalogue, catalogue.files("Blue Garden", ["Dawn", "Noon"]))
        path = catalogue.files("Blue Garden", ["Dawn"])[0].path
        ready(catalogue, [catalogue.file(path, title="Dawn", album="Green Garden", album_artist="The Lanterns")], content="retagged")
        assert sorted(shown(ana)) == ["Blue Garden", "Green Garden"]


class TestTheSameSound:
    def test_twice_in_one_release_is_refused_as_a_copy(self, catalogue, operator, worker):
        delivery_id = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(delivery_id, tuple(catalogue.files("Blue Garden", ["Dawn", "Noon"]))))
        operator.send(CompleteDelivery(delivery_id))
        claim = catalogue.claim(catalogue.waiting("receive")[0])
        draft = worker.send(GetReleaseDraft(claim.work.delivered_release_id))
        received = tuple(ReceivedFile(file.id, "a" * 64, "quarantine/a") for file in draft.files)
        worker.send(WriteRelease(claim.job_id, claim.lease, claim.work.delivered_release_id, received))
        (delivery,) = operator.send(ListDeliveries()).items
        assert (delivery.recordings, delivery.refused) == (1, 1)

    def test_on_two_releases_is_one_recording(self, catalogue, ana):
        isrc = "GBAYE9300001"
        (single,) = ready(catalogue, [catalogue.file("s/1.mp3", title="Dawn", album="Dawn", album_artist="The Lanterns", isrc=isrc)])
        (mix,) = ready(catalogue, [catalogue.file("m/1.mp3", title="Dawn", album="Mix", compilation=True, isrc="GB-AYE-93-00001")])
        (on_single,), (on_mix,) = tracks_of(ana, single), tracks_of(ana, mix)
        assert on_single.recording_id == on_mix.recording_id
        assert on_single.id != on_mix.id

    def test_a_recording_that_is_ready_makes_its_next_release_visible_at_once(self, catalogue, visitor):
        file = catalogue.file("s/1.mp3", title="Dawn", album="Dawn", album_artist="The Lanterns")
        ready(catalogue, [file])
        catalogue.deliver([catalogue.file("s/1.mp3", title="Dawn", album="Morning", album_artist="The Lanterns")], source="/other")
        assert sorted(shown(visitor)) == ["Dawn", "Morning"]

    def test_one_isrc_on_two_files_of_a_release_tells_nothing(self, catalogue, ana):
        isrc = "GBAYE9300001"
        (release_id,) = ready(catalogue, catalogue.files("Blue Garden", ["Dawn", "Noon"], isrc=isrc))
        tracks = tracks_of(ana, release_id)
        assert [track.title for track in tracks] == ["Dawn", "Noon"]
        assert len({track.recording_id for track in tracks}) == 2

    def test_one_isrc_on_a_later_file_of_the_release_tells_nothing_either(self, catalogue, ana):
        isrc = "GBAYE9300001"
        first, second = catalogue.files("Blue Garden", ["Dawn", "Noon"], isrc=isrc)
        (release_id,) = ready(catalogue, [first])
        ready(catalogue, [second])
        assert [track.title for track in tracks_of(ana, release_id)] == ["Dawn", "Noon"]


class TestRefusals:
    def test_are_named_and_nothing_else_stops(self, catalogue, operator, worker, ana):
        delivery_id = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(delivery_id, tuple(catalogue.files("Blue Garden", ["Dawn", "Noon", "Night"]))))
        operator.send(CompleteDelivery(delivery_id))
        claim = catalogue.claim(catalogue.waiting("receive")[0])
        dawn, noon, _ = worker.send(GetReleaseDraft(claim.work.delivered_release_id)).files
        received = (catalogue.received(dawn), ReceivedFile(noon.id, refusal="It went away."), ReceivedFile(new_id(), "b" * 64, "k"))
        release_id = worker.send(WriteRelease(claim.job_id, claim.lease, claim.work.delivered_release_id, received))
        catalogue.transcode_all()
        assert [track.title for track in tracks_of(ana, release_id)] == ["Dawn"]

    def test_of_every_file_write_nothing(self, catalogue, operator, worker):
        delivery_id = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(delivery_id, tuple(catalogue.files("Blue Garden", ["Dawn"]))))
        operator.send(CompleteDelivery(delivery_id))
        claim = catalogue.claim(catalogue.waiting("receive")[0])
        assert worker.send(WriteRelease(claim.job_id, claim.lease, claim.work.delivered_release_id, ())) is None
        (delivery,) = operator.send(ListDeliveries()).items
        assert (delivery.status, delivery.refused, delivery.releases_written) == ("finished", 1, 1)

    def test_a_lost_lease_writes_nothing(self, catalogue, operator, worker):
        delivery_id = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(delivery_id, tuple(catalogue.files("Blue Garden", ["Dawn"]))))
        operator.send(CompleteDelivery(delivery_id))
        claim = catalogue.claim(catalogue.waiting("receive")[0])
        worker.send(FailJob(claim.job_id, claim.lease, "Given up."))
        with pytest.raises(LeaseLost):
            worker.send(WriteRelease(claim.job_id, claim.lease, claim.work.delivered_release_id, ()))

    def test_an_older_version_that_comes_later_is_not_applied(self, catalogue, operator):
        older, newer = self.twice(catalogue, operator)
        assert catalogue.receive(newer, "newer") is not None
        assert catalogue.receive(older, "older") is None

    def test_a_file_that_a_later_delivery_brought_just_so_is_not_refused(self, catalogue, operator, ana):
        older, newer = self.twice(catalogue, operator)
        release_id = catalogue.receive(newer)
        assert catalogue.receive(older) == release_id
        assert {(one.recordings, one.refused) for one in operator.send(ListDeliveries()).items} == {(1, 0)}
        catalogue.transcode_all()
        assert [track.title for track in tracks_of(ana, release_id)] == ["Dawn"]

    @staticmethod
    def twice(catalogue, operator):
        """The jobs of two deliveries of one file, the older first."""
        files = catalogue.files("Blue Garden", ["Dawn"])
        for _ in range(2):
            delivery_id = operator.send(OpenDelivery("/music"))
            operator.send(RecordFiles(delivery_id, tuple(files)))
            operator.send(CompleteDelivery(delivery_id))
        return catalogue.waiting("receive")


class TestTwoWorkersAtOnce:
    def test_meet_a_new_artist_and_make_one(self, catalogue, operator, ana):
        for number in range(4):
            delivery_id = operator.send(OpenDelivery("/music"))
            operator.send(RecordFiles(delivery_id, tuple(catalogue.files(f"Album {number}", ["Song"], label="North"))))
            operator.send(CompleteDelivery(delivery_id))
        at_once([lambda job_id=job_id: catalogue.receive(job_id) for job_id in catalogue.waiting("receive")])
        catalogue.transcode_all()
        releases = [ana.send(GetRelease(release.id)) for release in ana.send(ListReleases()).items]
        (artist_id,) = {release.credits[0].artist_id for release in releases}
        assert len(ana.send(GetArtist(artist_id)).releases) == 4
