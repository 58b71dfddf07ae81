"""Publishing audio: whole or not at all, and switched at once."""

from __future__ import annotations

import msgspec
import pytest

from apps.core.contract.catalogue import GetRelease, ListReleases, ReleasePublished
from apps.core.contract.errors import Forbidden, Invalid, LeaseLost, NotFound
from apps.core.contract.intake import CompleteDelivery, OpenDelivery, RecordFiles
from apps.core.contract.jobs import LEASE_SECONDS, FailJob, JobClaim, JobStatus, ListJobs
from apps.core.contract.playback import RecordingPublished, RecordTranscode, Rendition, SegmentEntry, StartPlayback
from tests.at_once import at_once
from tests.factories.catalogue import audio, renditions


@pytest.fixture
def release_id(catalogue) -> str:
    """Written, with nothing to hear yet."""
    (release_id,) = catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"]))
    return release_id


@pytest.fixture
def claim(catalogue, release_id) -> JobClaim:
    return claimed(catalogue)


def claimed(catalogue) -> JobClaim:
    """The one transcode that waits."""
    (job_id,) = catalogue.waiting("transcode")
    return catalogue.claim(job_id)


def finished(claim: JobClaim, ladder: tuple[Rendition, ...] | None = None, duration_ms: int = 60_000) -> RecordTranscode:
    return RecordTranscode(claim.job_id, claim.lease, audio(duration_ms), ladder if ladder is not None else renditions(claim.work))


def with_gap(ladder: tuple[Rendition, ...]) -> tuple[Rendition, ...]:
    first, second, *others = ladder[1].segments
    moved = SegmentEntry(second.offset + 1, second.length - 1, second.duration)
    return (ladder[0], msgspec.structs.replace(ladder[1], segments=(first, moved, *others)), *ladder[2:])


def status_of(operator, job_id: str) -> JobStatus:
    return next(job.status for job in operator.send(ListJobs()).items if job.id == job_id)


def keys_heard(listener, track_id: str) -> set[str]:
    """The folder of the content that a listener who starts now is sent to."""
    return {file.url.split("/")[-2] for file in listener.send(StartPlayback(track_id, "phone")).files}


@pytest.fixture
def replacement(catalogue, release_id) -> JobClaim:
    """Other bytes of the same song: its transcode, claimed."""
    catalogue.transcode_all()
    catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"], genre="Pop"), content="remastered")
    return claimed(catalogue)


class TestATranscode:
    def test_shows_the_release_and_lets_it_be_heard(self, worker, operator, ana, claim, release_id):
        assert ana.send(ListReleases()).items == ()
        worker.send(finished(claim, duration_ms=61_500))
        (track,) = ana.send(GetRelease(release_id)).tracks
        assert (track.playable, track.duration_ms) == (True, 61_500)
        assert ana.send(StartPlayback(track.id, "phone")).audio == audio(61_500)
        assert status_of(operator, claim.job_id) is JobStatus.DONE

    def test_tells_of_the_recording_and_of_its_release(self, worker, claim, emitted):
        worker.send(finished(claim))
        assert (emitted(RecordingPublished), emitted(ReleasePublished)) == (1, 1)

    def test_may_bring_more_renditions_than_needed(self, worker, ana, claim, release_id):
        ladder = renditions(claim.work)
        extra = msgspec.structs.replace(ladder[3], name="aac-512", bit_rate=512_000)
        worker.send(finished(claim, (*ladder, extra)))
        (track,) = ana.send(GetRelease(release_id)).tracks
        assert "aac-512" in [file.name for file in ana.send(StartPlayback(track.id, "phone")).files]

    def test_is_not_for_listeners(self, ana, claim):
        with pytest.raises(Forbidden):
            ana.send(finished(claim))


class TestABrokenTranscode:
    @pytest.mark.parametrize(
        ("spoil", "why"),
        [
            pytest.param(lambda ladder: ladder[1:], "needed are", id="a rendition missing"),
            pytest.param(with_gap, "leave a gap", id="a gap between segments"),
            pytest.param(lambda _: (), "needed are", id="nothing at all"),
        ],
    )
    def test_is_refused_whole_and_nothing_is_seen_of_it(self, worker, operator, ana, claim, release_id, emitted, spoil, why):
        with pytest.raises(Invalid, match=why) as refusal:
            worker.send(finished(claim, spoil(renditions(claim.work))))
        assert refusal.value.next_step
        assert ana.send(ListReleases()).items == ()
        with pytest.raises(NotFound):
            ana.send(GetRelease(release_id))
        assert (emitted(RecordingPublished), emitted(ReleasePublished)) == (0, 0)
        assert status_of(operator, claim.job_id) is JobStatus.RUNNING

    def test_may_be_made_again_under_the_same_lease(self, worker, ana, claim):
        with pytest.raises(Invalid):
            worker.send(finished(claim, with_gap(renditions(claim.work))))
        worker.send(finished(claim))
        assert len(ana.send(ListReleases()).items) == 1

    def test_leaves_what_was_heard_before(self, worker, ana, release_id, replacement):
        (track,) = ana.send(GetRelease(release_id)).tracks
        before = keys_heard(ana, track.id)
        with pytest.raises(Invalid):
            worker.send(finished(replacement, with_gap(renditions(replacement.work))))
        assert keys_heard(ana, track.id) == before


class TestALostLease:
    def test_publishes_nothing(self, worker, ana, clock, catalogue, claim):
        clock.advance(LEASE_SECONDS)
        catalogue.claim(claim.job_id)
        with pytest.raises(LeaseLost):
            worker.send(finished(claim))
        assert ana.send(ListReleases()).items == ()

    def test_is_what_a_second_report_of_the_same_work_meets(self, worker, claim, emitted):
        worker.send(finished(claim))
        with pytest.raises(LeaseLost):
            worker.send(finished(claim))
        assert emitted(RecordingPublished) == 1

    def test_is_what_all_but_one_of_many_reports_at_once_meet(self, worker, claim, emitted):
        answers = at_once([lambda: worker.send(finished(claim))] * 4)
        assert [type(answer) for answer in answers].count(LeaseLost) == 3
        assert emitted(RecordingPublished) == 1

    def test_that_nobody_took_still_counts(self, worker, ana, clock, claim):
        clock.advance(10 * LEASE_SECONDS)
        worker.send(finished(claim))
        assert len(ana.send(ListReleases()).items) == 1


class TestAJobOfAnotherKind:
    def test_is_refused(self, worker, operator, catalogue, claim):
        delivery_id = operator.send(OpenDelivery("/music"))
        operator.send(RecordFiles(delivery_id, tuple(catalogue.files("Green Garden", ["Noon"]))))
        operator.send(CompleteDelivery(delivery_id))
        receiving = catalogue.claim(catalogue.waiting("receive")[0])
        with pytest.raises(Invalid, match="a job to receive"):
            worker.send(RecordTranscode(receiving.job_id, receiving.lease, audio(), renditions(claim.work)))


class TestOtherContent:
    def test_takes_the_place_of_the_first_all_at_once(self, worker, ana, release_id, replacement, emitted):
        (track,) = ana.send(GetRelease(release_id)).tracks
        before = keys_heard(ana, track.id)
        assert before and before != {replacement.work.content_hash}
        worker.send(finished(replacement, duration_ms=70_000))
        assert keys_heard(ana, track.id) == {replacement.work.content_hash}
        assert ana.send(GetRelease(release_id)).tracks[0].duration_ms == 70_000
        assert (emitted(RecordingPublished), emitted(ReleasePublished)) == (2, 1)

    def test_that_was_overtaken_by_a_newer_delivery_is_kept_but_not_heard(self, worker, ana, catalogue, release_id, replacement, emitted):
        catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"], genre="Jazz"), content="remastered once more")
        newest = claimed(catalogue)
        worker.send(finished(newest))
        worker.send(finished(replacement, duration_ms=70_000))
        (track,) = ana.send(GetRelease(release_id)).tracks
        assert track.duration_ms == 60_000
        assert keys_heard(ana, track.id) == {newest.work.content_hash}
        assert emitted(RecordingPublished) == 2

    def test_that_comes_back_is_heard_again_without_a_transcode(self, worker, ana, catalogue, release_id, replacement):
        (track,) = ana.send(GetRelease(release_id)).tracks
        first = keys_heard(ana, track.id)
        worker.send(finished(replacement))
        catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"], genre="Folk"))
        assert catalogue.waiting("transcode") == []
        assert keys_heard(ana, track.id) == first


class TestASecondTrack:
    def test_does_not_publish_the_release_again(self, catalogue, emitted):
        catalogue.release("Blue Garden", tracks=2)
        assert (emitted(RecordingPublished), emitted(ReleasePublished)) == (2, 1)


class TestRefusedAudio:
    def test_that_is_delivered_better_is_heard(self, worker, ana, catalogue, claim, release_id):
        worker.send(FailJob(claim.job_id, claim.lease, "The file ends in the middle."))
        catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"], genre="Pop"), content="whole")
        catalogue.transcode_all()
        (track,) = ana.send(GetRelease(release_id)).tracks
        assert ana.send(StartPlayback(track.id, "phone")).title == "Dawn"

    def test_of_a_replacement_leaves_what_was_heard_before(self, worker, ana, release_id, replacement):
        worker.send(FailJob(replacement.job_id, replacement.lease, "The file ends in the middle."))
        (track,) = ana.send(GetRelease(release_id)).tracks
        assert replacement.work.content_hash not in keys_heard(ana, track.id)
