"""What one may hear of music that the plan does not include: its beginning, and by no way more."""

from __future__ import annotations

import msgspec
import pytest

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import Invalid, NotFound, PlaybackRefused
from apps.core.contract.jobs import TranscodeWork
from apps.core.contract.listening import Play, RecordPlays
from apps.core.contract.playback import PREVIEW, GetPlaylist, RecordTranscode, SegmentEntry
from apps.core.database import reader
from apps.core.listening.models import PlayRow
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
        assert {(track.playable, track.preview) for track in release.tracks} == {(False, True)}


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
