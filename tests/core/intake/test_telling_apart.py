"""Which recording a file is when it comes again: renamed, exchanged, mistagged, changed and changed back."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetRelease, ListReleases
from apps.core.contract.errors import Invalid
from apps.core.contract.intake import CompleteDelivery, DeliveryStatus, GetDelivery, OpenDelivery, RecordFiles, WriteRelease
from apps.core.contract.jobs import FailJob
from apps.core.meter import Meter

ISRC, OTHER_ISRC = "GBAYE9300001", "GBAYE9300002"
ALBUM = {"artist": "The Lanterns", "album": "Blue Garden", "album_artist": "The Lanterns"}


@pytest.fixture
def ready(catalogue):
    def deliver(*files, **how):
        (release_id,) = catalogue.deliver(files, **how)
        catalogue.transcode_all()
        return release_id

    return deliver


@pytest.fixture
def tracks(ana):
    """Title, track and recording of each track in order."""

    def listed(release_id):
        return [(track.title, track.id, track.recording_id) for track in ana.send(GetRelease(release_id)).tracks]

    return listed


class TestARenamedFile:
    def test_with_its_isrc_is_the_same_recording_and_track(self, catalogue, ready, tracks):
        release_id = ready(catalogue.file("01.mp3", title="Dawn", track=1, isrc=ISRC, **ALBUM))
        before = tracks(release_id)
        ready(catalogue.file("Dawn.mp3", title="Dawn", track=1, isrc=ISRC, **ALBUM))
        assert tracks(release_id) == before

    def test_whose_number_nobody_tells_is_the_same_too(self, catalogue, ready, tracks):
        release_id = ready(catalogue.file("a.mp3", title="Dawn", track=4, isrc=ISRC, **ALBUM))
        before = tracks(release_id)
        ready(catalogue.file("b.mp3", title="Dawn", isrc=ISRC, **ALBUM))
        assert tracks(release_id) == before

    def test_leaves_its_path_to_another_one(self, catalogue, ready, tracks):
        release_id = ready(catalogue.file("1.mp3", title="Dawn", track=1, isrc=ISRC, **ALBUM))
        (dawn,) = tracks(release_id)
        ready(
            catalogue.file("1.mp3", title="Noon", track=2, isrc=OTHER_ISRC, **ALBUM),
            catalogue.file("2.mp3", title="Dawn", track=1, isrc=ISRC, **ALBUM),
            content="exchanged",
        )
        first, second = tracks(release_id)
        assert first == dawn
        assert second[0] == "Noon"
        assert dawn[2] != second[2]


class TestAChangedFile:
    def test_given_an_isrc_is_the_same_recording(self, catalogue, ready, tracks):
        release_id = ready(catalogue.file("1.mp3", title="Dawn", track=1, **ALBUM))
        before = tracks(release_id)
        ready(catalogue.file("1.mp3", title="Dawn", track=1, isrc=ISRC, **ALBUM), content="retagged")
        assert tracks(release_id) == before

    def test_given_the_isrc_of_a_known_recording_is_linked_to_it(self, catalogue, ready, tracks):
        single = ready(catalogue.file("s/1.mp3", title="Dawn", album="Dawn", album_artist="The Lanterns", isrc=ISRC))
        album = ready(catalogue.file("a/1.mp3", title="Dawn", track=1, **ALBUM))
        ((_, track_id, recording_id),) = tracks(album)
        ready(catalogue.file("a/1.mp3", title="Dawn", track=1, isrc=ISRC, **ALBUM), content="retagged")
        ((_, _, known),) = tracks(single)
        assert recording_id != known
        assert tracks(album) == [("Dawn", track_id, known)]

    def test_moved_to_a_release_that_goes_on_keeps_its_track(self, catalogue, ready, tracks, ana):
        blue = ready(*catalogue.files("Blue Garden", ["Dawn", "Noon"]))
        ready(*catalogue.files("Green Garden", ["Dusk"]))
        dawn = tracks(blue)[0]
        path = catalogue.files("Blue Garden", ["Dawn"])[0].path
        green = ready(catalogue.file(path, title="Dawn", track=2, **{**ALBUM, "album": "Green Garden"}), content="retagged")
        assert [title for title, *_ in tracks(green)] == ["Dusk", "Dawn"]
        assert tracks(green)[1] == dawn
        assert [title for title, *_ in tracks(blue)] == ["Noon"]

    def test_leaving_only_what_cannot_be_played_hides_the_release_until_it_can(self, catalogue, ready, ana):
        dawn, noon = catalogue.files("Blue Garden", ["Dawn", "Noon"])
        ready(dawn)
        catalogue.deliver([noon])
        catalogue.deliver([catalogue.file(dawn.path, title="Dawn", **{**ALBUM, "album": "Green Garden"})])
        assert [release.title for release in ana.send(ListReleases()).items] == ["Green Garden"]
        catalogue.transcode_all()
        assert {release.title for release in ana.send(ListReleases()).items} == {"Blue Garden", "Green Garden"}


class TestOneIsrcOnSeveralFiles:
    def test_does_not_merge_them_when_one_of_them_is_changed_later(self, catalogue, ready, tracks):
        files = [catalogue.file(f"{n}.mp3", title=title, track=n, isrc=ISRC, **ALBUM) for n, title in ((1, "Dawn"), (2, "Noon"))]
        release_id = ready(*files)
        before = tracks(release_id)
        for file in files:
            ready(file, content="changed")
        assert tracks(release_id) == before

    def test_is_one_recording_across_releases_whichever_comes_first(self, catalogue, ready, tracks):
        album = ready(catalogue.file("a/1.mp3", title="Dawn", isrc=ISRC, **ALBUM))
        mix = ready(catalogue.file("m/7.mp3", title="Dawn (Mix)", track=7, album="Mix", compilation=True, isrc=ISRC), content="mix")
        assert tracks(album)[0][2] == tracks(mix)[0][2]


class TestOddTags:
    @pytest.mark.parametrize(
        "name", ["\u202eevil", "\u0639\u0648\u062f", "e\u0301" * 500, "\U0001f4bf", "\u0301", " ", "x" * 1000, "'; --", "<b>"]
    )
    def test_are_kept_as_they_are(self, catalogue, ready, ana, name):
        release_id = ready(
            catalogue.file(f"{name[:40]}/1.mp3", title=name, artist=name, album=name, album_artist=name, label=name, composer=name)
        )
        release = ana.send(GetRelease(release_id))
        assert (release.title, release.artist, release.label) == (name, name, name)
        assert (release.tracks[0].title, release.tracks[0].artist) == (name, name)

    def test_none_at_all_make_a_release_of_the_folder(self, catalogue, ready, ana):
        release_id = ready(*[catalogue.file(f"Tape_1/{n:02d} Take {n}.wav") for n in (2, 1)])
        release = ana.send(GetRelease(release_id))
        assert (release.title, release.artist, release.year) == ("Tape 1", "Unknown artist", None)
        assert [(track.number, track.title) for track in release.tracks] == [(1, "Take 1"), (2, "Take 2")]


class TestAFailedTranscode:
    def test_is_tried_again_when_the_file_is_delivered_again(self, catalogue, worker, ready, ana):
        files = catalogue.files("Blue Garden", ["Dawn"])
        catalogue.deliver(files)
        claim = catalogue.claim(catalogue.waiting("transcode")[0])
        worker.send(FailJob(claim.job_id, claim.lease, "The disk is full."))
        ready(*files)
        assert [release.title for release in ana.send(ListReleases()).items] == ["Blue Garden"]


class TestWriting:
    def test_takes_as_many_statements_for_many_tracks_as_for_two(self, catalogue, core_app):
        costs = core_app.extensions["container"].get(Meter).costs
        spent = []
        for tracks in (2, 60):
            catalogue.deliver(catalogue.files(f"{tracks} songs", [f"{n}" for n in range(tracks)], label="North", composer="Ana"))
            spent.append(costs["WriteRelease"].statements)
        # The artist, the label and the composer were made by the first.
        assert spent[1] - spent[0] <= spent[0]

    def test_of_another_release_than_was_claimed_is_refused(self, catalogue, operator, worker):
        delivery_id = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(delivery_id, (*catalogue.files("A", ["1"]), *catalogue.files("B", ["1"]))))
        operator.send(CompleteDelivery(delivery_id))
        first, second = (catalogue.claim(job_id) for job_id in catalogue.waiting("receive"))
        with pytest.raises(Invalid, match="another release"):
            worker.send(WriteRelease(first.job_id, first.lease, second.work.delivered_release_id, ()))
        summary = operator.send(GetDelivery(delivery_id)).summary
        assert (summary.releases_written, summary.status) == (0, DeliveryStatus.QUARANTINED)


class TestATrackThatComesLater:
    def test_changes_nothing_that_it_says_nothing_about(self, catalogue, ready, ana):
        told = {"date": "1994-06-20", "genre": "Folk", "copyright": "℗ 1994 Lantern", "label": "Lantern"}
        release_id = ready(*catalogue.files("Blue Garden", ["Dawn", "Noon"], **told))
        before = ana.send(GetRelease(release_id))
        ready(catalogue.file("The Lanterns/Blue Garden/03 Dusk.flac", title="Dusk", track=3, **ALBUM))
        after = ana.send(GetRelease(release_id))
        assert [track.title for track in after.tracks] == ["Dawn", "Noon", "Dusk"]
        for fact in ("title", "released_on", "year", "genre", "p_line", "label"):
            assert getattr(after, fact) == getattr(before, fact) is not None

    def test_leaves_the_title_of_a_folder_without_tags(self, catalogue, ready, ana):
        release_id = ready(catalogue.file("Tape/01 Dawn.mp3"), catalogue.file("Tape/02 Noon.mp3"))
        ready(catalogue.file("Tape/03 Dusk.mp3"))
        release = ana.send(GetRelease(release_id))
        assert (release.title, len(release.tracks)) == ("Tape", 3)

    def test_and_all_of_them_together_take_away_what_they_no_longer_say(self, catalogue, ready, ana):
        release_id = ready(*catalogue.files("Blue Garden", ["Dawn", "Noon"], genre="Folk"))
        ready(*catalogue.files("Blue Garden", ["Dawn", "Noon"]))
        assert ana.send(GetRelease(release_id)).genre is None
