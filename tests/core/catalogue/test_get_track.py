"""One track, wherever it is asked for."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from apps.core.catalogue.models import TrackRow
from apps.core.contract.catalogue import GetRelease, GetTrack, ListReleases
from apps.core.contract.errors import NotFound
from apps.core.contract.ids import new_id
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
