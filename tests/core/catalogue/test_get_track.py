"""One track, wherever it is asked for."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from apps.core.catalogue.models import TrackRow
from apps.core.contract.catalogue import CreditRole, GetRelease, GetTrack, GetTrackInFull, ListReleases
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.playback import StartPlayback
from apps.core.database import reader
from apps.core.rights.terms import CommercialModel
from tests.factories.deals import Deals


@pytest.fixture
def release(catalogue, visitor):
    return visitor.send(GetRelease(catalogue.release("Blue Garden", tracks=2)))


class TestATrack:
    def test_is_shown_as_on_its_release(self, ana, release):
        detail = ana.send(GetTrack(release.tracks[1].id))
        assert detail.track == ana.send(GetRelease(release.id)).tracks[1]
        assert detail.release == ana.send(ListReleases()).items[0]
        assert detail.track.playable

    def test_says_what_of_it_may_be_heard(self, ana, visitor, release, core_app):
        Deals(core_app).only(release.id, model=CommercialModel.SUBSCRIPTION)
        assert ana.send(GetTrack(release.tracks[0].id)).track.preview
        assert not visitor.send(GetTrack(release.tracks[0].id)).track.preview

    def test_that_is_not_offered_here_is_not_found(self, ana, sender, release, core_app):
        Deals(core_app).only(release.id, "JP")
        abroad = sender(msgspec.structs.replace(ana.actor, territory="JP"))
        assert abroad.send(GetTrack(release.tracks[0].id))
        for track_id in (release.tracks[0].id, new_id()):
            with pytest.raises(NotFound):
                ana.send(GetTrack(track_id))

    def test_of_a_release_nobody_sees_yet_is_not_found(self, ana, catalogue, core_app):
        catalogue.deliver(catalogue.files("Green Garden", ["Dawn"]))
        with core_app.app_context(), reader() as connection:
            track_id = connection.scalars(select(TrackRow.id)).one()
        with pytest.raises(NotFound):
            ana.send(GetTrack(track_id))


class TestATrackInFull:
    @pytest.fixture
    def track(self, catalogue, visitor):
        tags = {"isrc": "GBABC2600001", "genre": "Folk", "label": "Fern", "copyright": "2026 Fern", "lyrics": "One\nTwo"}
        release_id = catalogue.release("Blue Garden", tracks=1, **tags)
        return visitor.send(GetRelease(release_id)).tracks[0]

    def test_tells_all_that_its_page_shows(self, ana, track):
        detail, release = ana.send(GetTrackInFull(track.id)), ana.send(ListReleases()).items[0]
        assert (detail.track, detail.release) == (ana.send(GetTrack(track.id)).track, release)
        assert [(one.name, one.role) for one in detail.credits] == [("The Lanterns", CreditRole.MAIN)]
        assert (detail.isrc, detail.genre, detail.label) == ("GBABC2600001", "Folk", "Fern")
        assert detail.also_on == ()

    def test_has_words_for_accounts_alone(self, ana, visitor, track):
        assert ana.send(GetTrackInFull(track.id)).words == "One\nTwo"
        assert visitor.send(GetTrackInFull(track.id)).words is None

    def test_has_a_waveform_for_who_may_hear_it(self, ana, visitor, track):
        waveform = ana.send(StartPlayback(track.id, "phone")).audio.waveform
        assert ana.send(GetTrackInFull(track.id)).waveform == waveform != b""
        assert visitor.send(GetTrackInFull(track.id)).waveform == b""

    def test_without_words_has_none(self, ana, release):
        assert ana.send(GetTrackInFull(release.tracks[0].id)).words is None

    def test_is_also_on_what_else_is_offered_here(self, ana, sender, track, catalogue, core_app):
        other = catalogue.release("Best of", tracks=1, isrc="GBABC2600001")
        (also,) = ana.send(GetTrackInFull(track.id)).also_on
        assert (also.release.id, also.track.recording_id, also.track.id != track.id) == (other, track.recording_id, True)
        Deals(core_app).only(other, "JP")
        assert ana.send(GetTrackInFull(track.id)).also_on == ()

    def test_that_is_not_offered_here_is_not_found(self, ana, track, core_app):
        Deals(core_app).only(ana.send(GetTrack(track.id)).release.id, "JP")
        for track_id in (track.id, new_id()):
            with pytest.raises(NotFound):
                ana.send(GetTrackInFull(track_id))
