"""Compilations that staff put together: their tracks, their places, and the rights that they follow."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from apps.core.catalogue.models import TrackRow
from apps.core.contract.actions import Actor, Service
from apps.core.contract.catalogue import GetArtist, GetRelease, GetTrack, ListReleases, ReleaseType
from apps.core.contract.editorial import AssembleCompilation
from apps.core.contract.errors import Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.intake import HideRemovedFiles, SetFolderAudience
from apps.core.contract.playback import StartPlayback
from apps.core.database import db
from apps.core.rights.models import DealRow
from apps.core.rights.terms import CommercialModel, UseType
from tests.conftest import START
from tests.factories.catalogue import SOURCE


@pytest.fixture
def tracks(ana, catalogue):
    """Ids of two tracks, of two releases."""
    releases = catalogue.release("Blue Garden", tracks=2), catalogue.release("Green Garden", tracks=2, artist="The Ferns")
    return [ana.send(GetRelease(release_id)).tracks[0].id for release_id in releases]


@pytest.fixture
def assemble(staff):
    return lambda title, track_ids, **more: staff.send(AssembleCompilation(title, tuple(track_ids), **more))


def named(sender, title):
    return next(one.id for one in sender.send(ListReleases()).items if one.title == title)


def move(operator, *, subscribers_only):
    """All that the folder brought, to these listeners."""
    cursor = None
    while True:
        done = operator.send(SetFolderAudience(SOURCE, subscribers_only, cursor))
        if (cursor := done.next) is None:
            return


class TestAssembleCompilation:
    def test_makes_a_release_of_tracks_of_others_in_that_order(self, ana, tracks, assemble):
        shown = ana.send(GetRelease(assemble("Garden Songs, Vol. 2", reversed(tracks), year=2026)))
        assert (shown.title, shown.artist, shown.type, shown.year) == (
            "Garden Songs, Vol. 2", "Various Artists", ReleaseType.COMPILATION, 2026,
        )  # fmt: skip
        assert (shown.series.title, shown.series.volume) == ("Garden Songs", 2)
        assert [(one.number, one.title, one.artist, one.playable) for one in shown.tracks] == [
            (1, "Green Garden 1", "The Ferns", True), (2, "Blue Garden 1", "The Lanterns", True),
        ]  # fmt: skip
        ana.send(StartPlayback(shown.tracks[0].id, "web"))

    def test_anew_keeps_the_ids_of_tracks_that_stay(self, ana, tracks, assemble, catalogue):
        release_id = assemble("Garden Songs, Vol. 2", tracks)
        before = ana.send(GetRelease(release_id)).tracks
        another = ana.send(GetRelease(catalogue.release("Red Garden", tracks=1))).tracks[0]
        assert assemble("Songs of Gardens", [another.id, tracks[1]], release_id=release_id) == release_id
        shown = ana.send(GetRelease(release_id))
        assert (shown.title, shown.series, shown.year) == ("Songs of Gardens", None, None)
        assert [one.title for one in shown.tracks] == ["Red Garden 1", "Green Garden 1"]
        assert shown.tracks[1].id == before[1].id
        assemble("Songs of Gardens", tracks, release_id=release_id)
        assert ana.send(GetRelease(release_id)).tracks == before

    def test_anew_may_be_done_any_number_of_times(self, ana, catalogue, assemble):
        tracks = [one.id for one in ana.send(GetRelease(catalogue.release("Blue Garden", tracks=5))).tracks]
        release_id = assemble("Garden Songs", tracks)
        for some in (tracks[:3], tracks[2:3], tracks[3:], tracks[:1], tracks):
            assemble("Garden Songs", some, release_id=release_id)
            shown = ana.send(GetRelease(release_id)).tracks
            assert [one.title for one in shown] == [f"Blue Garden {tracks.index(one) + 1}" for one in some]

    def test_is_no_place_where_an_artist_appears_who_is_on_it_no_more(self, ana, tracks, assemble):
        release_id = assemble("Garden Songs", tracks)
        ferns = next(one.artist_id for one in ana.send(GetRelease(ana.send(GetTrack(tracks[1])).release.id)).credits)
        assert [one.id for one in ana.send(GetArtist(ferns)).appears_on] == [release_id]
        assemble("Garden Songs", tracks[:1], release_id=release_id)
        assert ana.send(GetArtist(ferns)).appears_on == ()

    def test_of_a_compilation_s_track_takes_it_from_where_that_was_taken(self, ana, tracks, assemble):
        first = assemble("Garden Songs", tracks)
        second = assemble("More Garden Songs", [ana.send(GetRelease(first)).tracks[0].id])
        assemble("Garden Songs", tracks[1:], release_id=first)
        assert [one.title for one in ana.send(GetRelease(second)).tracks] == ["Blue Garden 1"]

    def test_shows_once_the_first_of_its_tracks_can_be_heard(self, assemble, catalogue, visitor, core_app):
        (release_id,) = catalogue.deliver(catalogue.files("Blue Garden", ["Dawn"]))
        with core_app.app_context():
            track_id = db.session.scalar(select(TrackRow.id).filter_by(release_id=release_id))
        compilation = assemble("Garden Songs", [track_id])
        assert visitor.send(ListReleases()).items == ()
        catalogue.transcode_all()
        assert {one.id for one in visitor.send(ListReleases()).items} == {release_id, compilation}

    def test_refuses_a_recording_twice(self, ana, tracks, assemble, visitor):
        with pytest.raises(Invalid, match="twice"):
            assemble("Garden Songs", [tracks[0], tracks[0]])
        assert len(visitor.send(ListReleases()).items) == 2

    def test_names_what_is_not_there(self, tracks, assemble):
        other = new_id()
        with pytest.raises(NotFound, match=other):
            assemble("Garden Songs", [*tracks, other])

    def test_leaves_what_was_delivered_alone(self, ana, tracks, assemble, visitor):
        delivered = visitor.send(ListReleases()).items[0].id
        with pytest.raises(NotFound, match="no such compilation of ours"):
            assemble("Garden Songs", tracks, release_id=delivered)


class TestRights:
    def seen(self, sender, release_id, territory):
        try:
            shown = sender(Actor(Service.WEBSITE, territory)).send(GetRelease(release_id))
        except NotFound:
            return []
        return [one.title for one in shown.tracks]

    def test_are_those_of_each_track_where_it_was_taken_from(self, sender, ana, tracks, assemble, deals, visitor):
        blue, green = (named(visitor, title) for title in ("Blue Garden", "Green Garden"))
        deals.only(blue, excluded=("JP", "DE"))
        deals.add(blue, "DE", track_id=tracks[0], starts_at=START + timedelta(days=1))
        deals.only(green, "JP", ends_at=START + timedelta(days=1))
        release_id = assemble("Garden Songs", tracks)
        assert {place: self.seen(sender, release_id, place) for place in ("GB", "JP", "DE")} == {
            "GB": ["Blue Garden 1"], "JP": ["Green Garden 1"], "DE": [],
        }  # fmt: skip

    def test_begin_and_end_when_those_do(self, sender, tracks, assemble, deals, visitor, clock):
        blue = named(visitor, "Blue Garden")
        deals.only(blue, starts_at=START + timedelta(hours=1), ends_at=START + timedelta(hours=2))
        release_id = assemble("Garden Songs", tracks[:1])
        seen = []
        for _ in range(3):
            seen.append(self.seen(sender, release_id, "GB"))
            clock.advance(3600)
        assert seen == [[], ["Blue Garden 1"], []]

    def test_change_when_those_do(self, ana, tracks, assemble, operator):
        release_id = assemble("Garden Songs", tracks)
        move(operator, subscribers_only=True)
        assert [one.playable for one in ana.send(GetRelease(release_id)).tracks] == [False, False]
        move(operator, subscribers_only=False)
        assert [one.playable for one in ana.send(GetRelease(release_id)).tracks] == [True, True]

    def test_are_gone_while_a_track_is_hidden_where_it_was_taken_from(self, ana, catalogue, assemble, operator):
        files = catalogue.files("Blue Garden", ["Dawn", "Noon"])
        (release_id,) = catalogue.deliver(files)
        catalogue.transcode_all()
        dawn, noon = (one.id for one in ana.send(GetRelease(release_id)).tracks)
        compilation = assemble("Garden Songs", [dawn, noon])
        operator.send(HideRemovedFiles(SOURCE, (files[0].path,)))
        assert [one.title for one in ana.send(GetRelease(compilation)).tracks] == ["Noon"]
        with pytest.raises(NotFound):
            ana.send(GetRelease(assemble("More Garden Songs", [dawn])))
        catalogue.deliver(files, content="again")
        catalogue.transcode_all()
        assert [one.title for one in ana.send(GetRelease(compilation)).tracks] == ["Dawn", "Noon"]

    def test_that_are_over_stay_on_record(self, tracks, assemble, operator, core_app):
        assemble("Garden Songs", tracks)
        move(operator, subscribers_only=True)
        move(operator, subscribers_only=True)
        with core_app.app_context():
            rows = db.session.execute(select(DealRow.commercial_model, DealRow.ends_at).where(DealRow.track_id.is_not(None))).all()
        per_track = len(UseType) * len(tracks)
        assert Counter((model, ends_at is None) for model, ends_at in rows) == {
            (CommercialModel.OWN_MUSIC, False): per_track, (CommercialModel.SUBSCRIPTION, True): per_track,
        }  # fmt: skip

    def test_keep_their_excluded_territories_through_a_change(self, sender, tracks, assemble, operator, deals, visitor):
        blue = named(visitor, "Blue Garden")
        deals.only(blue, excluded=("JP",))
        release_id = assemble("Garden Songs", tracks[:1])
        move(operator, subscribers_only=True)
        assert {place: self.seen(sender, release_id, place) for place in ("GB", "JP")} == {"GB": ["Blue Garden 1"], "JP": []}
