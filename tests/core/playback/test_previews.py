"""What one may hear of music that the plan does not include: its beginning, and by no way more."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import delete, update

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import Invalid, NotFound, PlaybackRefused
from apps.core.contract.jobs import TranscodeWork
from apps.core.contract.listening import Play, RecordPlays
from apps.core.contract.playback import PREVIEW, GetPlaylist, ListMissingPreviews, RecordPreview, RecordTranscode, SegmentEntry
from apps.core.database import db, reader
from apps.core.listening.models import PlayRow
from apps.core.playback.models import AudioRow, RenditionRow
from apps.core.rights.terms import CommercialModel
from tests.factories.catalogue import audio, renditions
from tests.factories.deals import Deals


@pytest.fixture
def preview(ana, start, tracks, visitor, core_app):
    """Ana's session of a track that needs a subscription."""
    release_id = start(ana).release_id
    Deals(core_app).only(release_id, model=CommercialModel.SUBSCRIPTION)
    return start(ana)


class TestAPreview:
    def test_is_thirty_seconds_of_a_file_that_holds_nothing_else(self, preview):
        assert preview.preview
        assert (preview.duration_ms, preview.audio.duration_ms) == (30_000, 30_000)
        assert [file.name for file in preview.files] == [PREVIEW]
        assert preview.files[0].url.partition("?")[0].endswith("/preview.mp4")

    def test_shows_the_waveform_of_what_is_heard(self, preview):
        assert preview.audio.waveform == bytes(range(128))

    def test_is_listed_as_one_rendition(self, ana, preview):
        playlist = ana.send(GetPlaylist(preview.id)).text
        assert [line for line in playlist.splitlines() if line.endswith(".m3u8")] == ["preview.m3u8"]
        assert ana.send(GetPlaylist(preview.id, PREVIEW)).text.count("#EXTINF:6.000000") == 5

    @pytest.mark.parametrize("rendition", ["aac-64", "aac-128", "aac-256", "flac"])
    def test_leads_to_no_whole_rendition(self, ana, preview, rendition):
        with pytest.raises(NotFound):
            ana.send(GetPlaylist(preview.id, rendition))

    def test_of_a_full_session_is_not_to_be_had(self, ana, start):
        with pytest.raises(NotFound):
            ana.send(GetPlaylist(start(ana).id, PREVIEW))

    def test_becomes_the_whole_once_the_plan_includes_it_but_in_a_new_session(self, ana, start, preview, on_plan):
        on_plan(ana, "monthly")
        with pytest.raises(NotFound):
            ana.send(GetPlaylist(preview.id, "aac-128"))
        assert start(ana).duration_ms == 60_000

    def test_takes_the_stream_slot_as_any_playback(self, ana, start, preview):
        with pytest.raises(PlaybackRefused):
            start(ana, "laptop")

    def test_is_known_as_one_in_the_play_log(self, ana, preview, clock, core_app):
        started = clock.now()
        clock.advance(30)
        ana.send(RecordPlays((Play("event-0001", preview.track_id, started, 30_000, (preview.id,)),)))
        with core_app.app_context(), reader() as connection:
            assert connection.scalars(PlayRow.__table__.select().with_only_columns(PlayRow.preview)).all() == [True]

    def test_is_announced_on_the_release(self, ana, visitor, preview):
        release = ana.send(GetRelease(preview.release_id))
        assert {(track.playable, track.preview, track.for_subscribers) for track in release.tracks} == {(False, True, True)}


class TestRecording:
    def test_refuses_a_preview_of_more_than_thirty_seconds(self, catalogue, worker):
        catalogue.deliver(catalogue.files("Green Garden", ["Dawn"]))
        claim = catalogue.claim(catalogue.waiting("transcode")[0])
        assert isinstance(claim.work, TranscodeWork)
        long = tuple(
            msgspec.structs.replace(one, segments=(*one.segments[:-1], SegmentEntry(160_700, 40_000, 44_100 * 6 + 22_095)))
            if one.name == PREVIEW
            else one
            for one in renditions(claim.work)
        )
        with pytest.raises(Invalid, match="longer than 30 seconds"):
            worker.send(RecordTranscode(claim.job_id, claim.lease, audio(), long))


class TestMakingUpForOne:
    @pytest.fixture
    def missing(self, tracks, core_app):
        """The recording of which nobody has tried to cut one."""
        with core_app.app_context():
            db.session.execute(delete(RenditionRow).where(RenditionRow.name == PREVIEW))
            db.session.execute(update(AudioRow).where(AudioRow.recording_id == tracks[0].recording_id).values(has_preview=None))
            db.session.commit()

    @pytest.fixture
    def order(self, missing, worker):
        (order,) = worker.send(ListMissingPreviews())
        return order

    @pytest.fixture
    def record(self, worker, order):
        def record(**changes):
            one = order.source
            cut = msgspec.structs.replace(one, name=PREVIEW, key="audio/p.mp4", size=200_700, segments=one.segments[:5])
            facts = {"preview": cut, "source_sha256": one.sha256, "content_hash": order.content_hash, **changes}
            return worker.send(RecordPreview(order.recording_id, **facts))

        return record

    def test_lets_it_be_heard_and_twice_changes_nothing(self, ana, start, record, worker, core_app):
        for _ in range(2):
            record()
        assert worker.send(ListMissingPreviews()) == ()
        Deals(core_app).only(start(ana).release_id, model=CommercialModel.SUBSCRIPTION)
        assert start(ana).preview

    def test_after_the_last_that_was_seen_there_is_no_other(self, order, worker):
        assert worker.send(ListMissingPreviews(order.recording_id)) == ()

    def test_of_what_is_too_short_is_not_asked_for_again(self, record, worker):
        record(preview=None)
        assert worker.send(ListMissingPreviews()) == ()

    @pytest.mark.parametrize("other", [{"source_sha256": "1" * 64}, {"content_hash": "1" * 64}])
    def test_is_nothing_where_it_was_transcoded_anew_meanwhile(self, record, worker, order, other):
        record(**other)
        assert worker.send(ListMissingPreviews()) == (order,)

    def test_takes_nothing_but_a_preview(self, record, order):
        for bad in (order.source, msgspec.structs.replace(order.source, name=PREVIEW)):
            with pytest.raises(Invalid):
                record(preview=bad)
