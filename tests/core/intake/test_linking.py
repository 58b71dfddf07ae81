"""The same sound delivered twice: two tracks, one recording."""

from __future__ import annotations

import random

import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.corrections import CorrectTrack, GetEditableRelease
from apps.core.contract.errors import Invalid, LeaseLost
from apps.core.contract.ids import new_id
from apps.core.contract.intake import HideRemovedFiles
from apps.core.contract.library import AddFavourite, FindFavourites, TrackSubject
from apps.core.contract.playback import RecordFingerprint, RecordTranscode, StartPlayback
from tests.at_once import at_once
from tests.factories.catalogue import audio, renditions

LENGTH = 60_000


def sound(seed: int, *differing: int) -> bytes:
    """A fingerprint of a minute; so many bits in a hundred differ from the one without, others for each figure."""
    chance = random.Random(seed)
    numbers = [chance.getrandbits(32) for _ in range(450)]
    for noise, share in enumerate(differing):
        bits = random.Random(noise)
        numbers = [number ^ sum(1 << bit for bit in range(32) if bits.random() < share / 100) for number in numbers]
    return b"".join(number.to_bytes(4, "little") for number in numbers)


@pytest.fixture
def hear(catalogue, worker):
    """Has the recordings that wait transcoded, all with this sound."""

    def hear(fingerprint: bytes, duration_ms: int = LENGTH) -> None:
        for job_id in catalogue.waiting("transcode"):
            claim = catalogue.claim(job_id)
            worker.send(RecordFingerprint(claim.job_id, claim.lease, duration_ms, fingerprint))
            worker.send(RecordTranscode(claim.job_id, claim.lease, audio(duration_ms), renditions(claim.work)))

    return hear


@pytest.fixture
def song(catalogue):
    """A file with one song, on an album of its own."""
    return lambda album, **tags: catalogue.file(f"{album}.flac", **{"title": "Song", "artist": "Ana", "album": album, "track": 1, **tags})


@pytest.fixture
def bring(catalogue, hear):
    def bring(file, fingerprint: bytes, content: str = "", duration_ms: int = LENGTH) -> str:
        (release_id,) = catalogue.deliver([file], content=content)
        hear(fingerprint, duration_ms)
        return release_id

    return bring


@pytest.fixture
def recording(ana):
    """Which recording a release's first track plays."""
    return lambda release_id: ana.send(GetRelease(release_id)).tracks[0].recording_id


class TestTheSameSound:
    def test_is_one_recording_on_both_releases(self, bring, song, recording, ana):
        album, best = bring(song("Album"), sound(1)), bring(song("Best Of", title="The Song"), sound(1, 2))
        assert recording(album) == recording(best)
        track = ana.send(GetRelease(best)).tracks[0]
        assert (track.title, track.playable) == ("The Song", True)
        assert ana.send(StartPlayback(track.id, "browser")).title == "The Song"

    def test_stays_one_when_it_is_delivered_again(self, bring, song, recording, ana):
        album, best = bring(song("Album"), sound(1)), bring(song("Best Of"), sound(1))
        track = ana.send(GetRelease(best)).tracks[0].id
        assert bring(song("Best Of", title="Other name"), sound(1)) == best
        assert recording(best) == recording(album)
        assert [(one.id, one.title) for one in ana.send(GetRelease(best)).tracks] == [(track, "Other name")]

    def test_with_other_tags_does_not_change_what_is_known_of_the_first(self, bring, song, ana):
        album = bring(song("Album", artist="Ana"), sound(1))
        bring(song("Best Of", artist="Somebody", composer="Else"), sound(1))
        assert ana.send(GetRelease(album)).tracks[0].artist == "Ana"

    @pytest.mark.parametrize(
        ("tags", "fingerprint", "duration_ms"),
        [
            ({}, sound(2), LENGTH),
            ({}, sound(1, 15), LENGTH),
            ({}, sound(1), LENGTH + 2_001),
            ({}, sound(1)[: 4 * 400], LENGTH),
            ({"explicit": True}, sound(1), LENGTH),
            ({"title": "Song (Remastered 2009)"}, sound(1), LENGTH),
            ({"isrc": "GBABC2600002"}, sound(1), LENGTH),
        ],
        ids=["another sound", "a remaster", "longer", "begun alike", "explicit words", "called a remaster", "another ISRC"],
    )
    def test_is_not_believed_of_what_may_be_another(self, bring, song, recording, tags, fingerprint, duration_ms):
        album = bring(song("Album", isrc="GBABC2600001"), sound(1))
        other = bring(song("Best Of", **tags), fingerprint, duration_ms=duration_ms)
        assert recording(other) != recording(album)

    def test_of_silence_is_not_believed(self, bring, song, recording):
        silence = bytes(4 * 450)
        assert recording(bring(song("Album"), silence)) != recording(bring(song("Best Of"), silence))

    def test_twice_on_one_release_is_meant_so(self, catalogue, hear, ana):
        files = [catalogue.file(f"{number}.flac", title="Song", artist="Ana", album="Album", track=number) for number in (1, 2)]
        (release_id,) = catalogue.deliver(files)
        hear(sound(1))
        assert len({track.recording_id for track in ana.send(GetRelease(release_id)).tracks}) == 2

    def test_is_linked_to_whichever_is_heard_first(self, catalogue, bring, song, worker, recording):
        (album,) = catalogue.deliver([song("Album")])
        first = catalogue.claim(*catalogue.waiting("transcode"))
        worker.send(RecordFingerprint(first.job_id, first.lease, LENGTH, sound(1)))
        best = bring(song("Best Of"), sound(1))
        own = recording(best)
        worker.send(RecordTranscode(first.job_id, first.lease, audio(LENGTH), renditions(first.work)))
        assert recording(album) == own == recording(best)

    def test_of_transcodes_that_end_at_one_moment_is_one(self, catalogue, song, worker, recording):
        releases = [release for album in ("One", "Two", "Three", "Four") for release in catalogue.deliver([song(album)])]
        claims = [catalogue.claim(job_id) for job_id in catalogue.waiting("transcode")]
        for claim in claims:
            worker.send(RecordFingerprint(claim.job_id, claim.lease, LENGTH, sound(1)))
        ends = [RecordTranscode(claim.job_id, claim.lease, audio(LENGTH), renditions(claim.work)) for claim in claims]
        answers = at_once([lambda end=end: worker.send(end) for end in ends])
        assert not [answer for answer in answers if isinstance(answer, Exception)], answers
        assert len({recording(release) for release in releases}) == 1

    def test_is_one_recording_for_favourites(self, bring, song, ana):
        album, best = (bring(song(album), sound(1)) for album in ("Album", "Best Of"))
        first, second = (ana.send(GetRelease(one)).tracks[0].id for one in (album, best))
        ana.send(AddFavourite(TrackSubject(first)))
        assert ana.send(FindFavourites(track_ids=(second,))).track_ids == {second}

    def test_under_the_same_label_is_one(self, bring, song, recording):
        assert len({recording(bring(song(album, label="Garden"), sound(1))) for album in ("Album", "Best Of")}) == 1

    @pytest.mark.parametrize("label", ["", "Garden"])
    def test_that_belongs_to_another_label_is_another_recording(self, bring, song, recording, label):
        assert len({recording(bring(song("Album", label=label), sound(1))), recording(bring(song("Best Of", label="Hits"), sound(1)))}) == 2

    def test_does_not_bring_two_isrcs_together_by_way_of_one_without(self, bring, song, recording):
        album = bring(song("Album"), sound(1))
        best = bring(song("Best Of", isrc="GBABC2600001"), sound(1))
        other = bring(song("Best Of 2", isrc="GBABC2600002"), sound(1))
        assert recording(album) == recording(best) != recording(other)

    def test_of_a_file_whose_old_one_is_gone_from_the_release_is_that_recording(self, bring, song, recording, operator, catalogue, ana):
        album = bring(song("Album"), sound(1))
        old = recording(album)
        operator.send(HideRemovedFiles("/music", ("Album.flac",)))
        assert bring(catalogue.file("Album.mp3", title="Song", artist="Ana", album="Album", track=1), sound(1)) == album
        assert recording(album) == old

    def test_of_a_third_is_the_first_one(self, bring, song, recording):
        assert len({recording(bring(song(album), sound(1))) for album in ("Album", "Best Of", "Best Of 2")}) == 1

    def test_of_one_that_is_linked_itself_is_not_taken_for_the_first(self, bring, song, recording):
        """Step by step anything could become anything else."""
        album = bring(song("Album"), sound(1))
        own = recording(bring(song("Best Of"), sound(2)))
        best = bring(song("Best Of"), sound(1, 2), content="new")
        assert recording(best) == recording(album)
        assert recording(bring(song("Best Of 2"), sound(1, 2, 3))) not in {recording(album), own}


class TestOtherSound:
    def test_of_the_linked_one_takes_it_apart(self, bring, song, recording):
        album, best = bring(song("Album"), sound(1)), bring(song("Best Of"), sound(1))
        bring(song("Best Of"), sound(2), content="new")
        assert recording(best) != recording(album)

    def test_of_the_first_has_the_others_play_their_own(self, bring, song, recording, ana):
        album, best = bring(song("Album"), sound(1)), bring(song("Best Of"), sound(1))
        bring(song("Album"), sound(2), content="new")
        assert recording(best) != recording(album)
        assert ana.send(GetRelease(best)).tracks[0].playable

    def test_of_the_first_again_does_not_link_anew_by_what_was(self, bring, song, recording):
        album, best = bring(song("Album"), sound(1)), bring(song("Best Of"), sound(1))
        bring(song("Best Of"), sound(2), content="new")
        own = recording(best)
        bring(song("Best Of"), sound(1))
        assert recording(best) == own != recording(album)

    def test_that_comes_back_to_a_linked_one_plays_its_own(self, bring, song, recording):
        album = bring(song("Album"), sound(1))
        best = bring(song("Best Of"), sound(2))
        own = recording(best)
        bring(song("Best Of"), sound(1), content="new")
        assert recording(best) == recording(album)
        bring(song("Best Of"), sound(2))
        assert recording(best) == own

    def test_of_which_nobody_took_a_fingerprint_is_its_own(self, catalogue, bring, song, recording):
        album, best = bring(song("Album"), sound(1)), bring(song("Best Of"), sound(1))
        catalogue.deliver([song("Best Of")], content="new")
        catalogue.transcode_all()
        assert recording(best) != recording(album)


class TestOtherTags:
    @pytest.mark.parametrize(
        ("which", "tags"),
        [
            ("Album", {"title": "Song (Live)"}),
            ("Best Of", {"title": "Song (Live)"}),
            ("Album", {"explicit": True}),
            ("Best Of", {"isrc": "GBABC2600002"}),
            ("Best Of", {"label": "Hits"}),
        ],
    )
    def test_that_tell_two_apart_take_them_apart(self, bring, song, recording, ana, which, tags):
        isrcs = {"Album": "GBABC2600001", "Best Of": ""}
        album, best = (bring(song(one, isrc=isrc), sound(1)) for one, isrc in isrcs.items())
        assert recording(album) == recording(best)
        bring(song(which, **{"isrc": isrcs[which], **tags}), sound(1))
        assert recording(album) != recording(best)
        assert all(ana.send(GetRelease(one)).tracks[0].playable for one in (album, best))

    def test_that_tell_nothing_apart_leave_them_one(self, bring, song, recording):
        album, best = bring(song("Album"), sound(1)), bring(song("Best Of"), sound(1))
        bring(song("Album", title="Song of Songs", label="Garden"), sound(1))
        assert recording(album) == recording(best)


class TestALinkedTrack:
    def test_is_heard_though_the_first_is_hidden(self, bring, song, recording, operator, ana):
        bring(song("Album"), sound(1))
        best = bring(song("Best Of"), sound(1))
        operator.send(HideRemovedFiles("/music", ("Album.flac",)))
        assert ana.send(GetRelease(best)).tracks[0].playable

    def test_can_be_corrected_without_its_title_becoming_the_first_ones(self, bring, song, recording, staff):
        album, best = bring(song("Album"), sound(1)), bring(song("Best Of"), sound(1))
        seen = staff.send(GetEditableRelease(best))
        (track,) = seen.tracks
        staff.send(CorrectTrack(track.id, seen.revision, "Song (Live)", track.artist, track.credits, track.explicit))
        assert recording(bring(song("Best Of 2"), sound(1))) == recording(album)

    def test_is_not_one_of_a_version_that_staff_have_named(self, bring, song, recording, staff):
        album = bring(song("Album"), sound(1))
        seen = staff.send(GetEditableRelease(album))
        (track,) = seen.tracks
        staff.send(CorrectTrack(track.id, seen.revision, "Song (Live)", track.artist, track.credits, track.explicit))
        assert recording(bring(song("Best Of"), sound(1))) != recording(album)

    def test_stays_one_whatever_staff_say_of_what_is_heard(self, bring, song, recording, staff, ana):
        album, best = bring(song("Album"), sound(1)), bring(song("Best Of"), sound(1))
        seen = staff.send(GetEditableRelease(album))
        (track,) = seen.tracks
        staff.send(CorrectTrack(track.id, seen.revision, track.title, track.artist, track.credits, explicit=True))
        bring(song("Best Of"), sound(1))
        third = bring(song("Best Of 2"), sound(1))
        assert {recording(one) for one in (album, best, third)} == {recording(album)}
        assert [ana.send(GetRelease(one)).tracks[0].explicit for one in (album, best, third)] == [True, True, True]

    def test_is_hidden_with_its_own_file(self, bring, song, recording, operator, ana):
        album = bring(song("Album"), sound(1))
        bring(song("Best Of"), sound(1))
        assert operator.send(HideRemovedFiles("/music", ("Best Of.flac",))).tracks == 1
        assert ana.send(GetRelease(album)).tracks[0].playable

    def test_of_which_another_file_is_left_stays(self, catalogue, bring, song, recording, operator, ana):
        album = bring(song("Album"), sound(1))
        best = bring(song("Best Of", isrc="GBABC2600002"), sound(1))
        assert recording(best) == recording(album)
        other = catalogue.file("elsewhere.flac", title="Song", artist="Ana", album="Best Of", track=1, isrc="GBABC2600002")
        assert bring(other, sound(1)) == best
        assert recording(best) == recording(album)
        assert operator.send(HideRemovedFiles("/music", ("Best Of.flac",))).tracks == 0
        assert ana.send(GetRelease(best)).tracks[0].playable


class TestRecordFingerprint:
    def test_needs_the_lease(self, catalogue, song, worker):
        catalogue.deliver([song("Album")])
        claim = catalogue.claim(*catalogue.waiting("transcode"))
        with pytest.raises(LeaseLost):
            worker.send(RecordFingerprint(claim.job_id, new_id(), LENGTH, sound(1)))

    def test_takes_no_other_job(self, catalogue, song, worker, operator, task_queue):
        catalogue.deliver([song("Album")])
        job_id = catalogue.waiting("transcode")[0]
        claim = catalogue.claim(job_id)
        with pytest.raises((LeaseLost, Invalid)):
            worker.send(RecordFingerprint(new_id(), claim.lease, LENGTH, sound(1)))

    def test_twice_is_once(self, catalogue, song, worker):
        catalogue.deliver([song("Album")])
        claim = catalogue.claim(*catalogue.waiting("transcode"))
        for _ in range(2):
            worker.send(RecordFingerprint(claim.job_id, claim.lease, LENGTH, sound(1)))
