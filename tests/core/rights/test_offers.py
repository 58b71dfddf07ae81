"""May this be played here, now, on this plan? Asked as listeners ask it: what they see, and what they may play."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import msgspec
import pytest

from apps.core.client.interface import Sender
from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.actions import Actor, Service
from apps.core.contract.catalogue import GetArtist, GetRelease, ListReleases
from apps.core.contract.errors import NotFound, PlaybackRefused
from apps.core.contract.playback import StartPlayback
from apps.core.rights.terms import CommercialModel, UseType
from tests.factories.deals import Deals


@pytest.fixture
def deals(core_app) -> Deals:
    return Deals(core_app)


@pytest.fixture
def release_id(catalogue) -> str:
    return catalogue.release("Blue Garden", tracks=2)


@pytest.fixture
def track_ids(visitor, release_id) -> tuple[str, ...]:
    return tuple(track.id for track in visitor.send(GetRelease(release_id)).tracks)


@pytest.fixture
def ana_in(ana, sender) -> Callable[[str], Sender]:
    return lambda territory: sender(msgspec.structs.replace(ana.actor, territory=territory))


@contextmanager
def refused(reason: str) -> Iterator[None]:
    with pytest.raises(PlaybackRefused) as refusal:
        yield
    assert refusal.value.details == {"reason": reason}


def sees(who: Sender, release_id: str) -> bool:
    """On every way there is to it alike."""
    listed = release_id in [one.id for one in who.send(ListReleases()).items]
    try:
        shown = who.send(GetRelease(release_id)).id == release_id
    except NotFound:
        shown = False
    assert listed == shown
    return shown


def play(who: Sender, track_id: str) -> str:
    return who.send(StartPlayback(track_id, "phone")).track_id


class TestTerritory:
    @pytest.mark.parametrize(
        ("territory", "excluded", "here", "offered"),
        [
            ("GB", (), "GB", True),
            ("GB", (), "FR", False),
            ("WW", (), "JP", True),
            ("WW", ("JP",), "JP", False),
            ("WW", ("JP", "US"), "US", False),
            ("WW", ("JP", "US"), "GB", True),
            ("GB", ("GB",), "GB", True),  # only a worldwide deal has exclusions
        ],
    )
    def test_decides_what_is_seen_and_played(self, ana_in, deals, release_id, track_ids, territory, excluded, here, offered):
        deals.only(release_id, territory, excluded=excluded)
        listener = ana_in(here)
        assert sees(listener, release_id) is offered
        if offered:
            assert play(listener, track_ids[0]) == track_ids[0]
        else:
            with refused("not_offered"):
                play(listener, track_ids[0])

    def test_of_a_second_deal_counts_as_well(self, ana_in, deals, release_id):
        deals.only(release_id, "GB")
        assert not sees(ana_in("FR"), release_id)
        deals.add(release_id, "FR")
        assert [sees(ana_in(territory), release_id) for territory in ("GB", "FR", "DE")] == [True, True, False]

    def test_hides_the_artist_too(self, ana_in, deals, release_id, visitor):
        artist_id = visitor.send(GetRelease(release_id)).credits[0].artist_id
        deals.only(release_id, "JP")
        with pytest.raises(NotFound):
            visitor.send(GetArtist(artist_id))
        assert ana_in("JP").send(GetArtist(artist_id)).releases[0].id == release_id


class TestWindow:
    def test_opens_at_its_first_moment_and_closes_at_its_end(self, ana, deals, clock, release_id, track_ids):
        begins = clock.now() + timedelta(hours=1)
        deals.only(release_id, starts_at=begins, ends_at=begins + timedelta(hours=1))
        clock.set(begins - timedelta(microseconds=1))
        assert not sees(ana, release_id)
        with refused("not_offered"):
            play(ana, track_ids[0])
        clock.set(begins)
        assert sees(ana, release_id)
        assert play(ana, track_ids[0])
        clock.set(begins + timedelta(hours=1) - timedelta(microseconds=1))
        assert sees(ana, release_id)
        clock.set(begins + timedelta(hours=1))
        assert not sees(ana, release_id)
        with refused("not_offered"):
            play(ana, track_ids[0])

    def test_without_an_end_stays_open(self, ana, deals, clock, release_id):
        deals.only(release_id)
        clock.advance(50 * 365 * 86_400)
        assert sees(ana, release_id)


class TestPlan:
    @pytest.mark.parametrize(
        ("plan", "model", "playable"),
        [
            ("none", "own_music", True),
            ("none", "subscription", False),
            ("none", "advertisement_supported", False),
            ("trial", "subscription", True),
            ("monthly", "own_music", True),
            ("monthly", "subscription", True),
            ("yearly", "advertisement_supported", False),
            ("no longer sold", "own_music", True),
            ("no longer sold", "subscription", False),
        ],
    )
    def test_decides_what_is_played_but_not_what_is_seen(self, ana, on_plan, deals, release_id, track_ids, plan, model, playable):
        on_plan(ana, plan)
        deals.only(release_id, model=model)
        assert sees(ana, release_id)
        assert {track.playable for track in ana.send(GetRelease(release_id)).tracks} == {playable}
        assert {track.preview for track in ana.send(GetRelease(release_id)).tracks} == {not playable}
        session = ana.send(StartPlayback(track_ids[0], "phone"))
        assert session.preview is not playable

    def test_a_visitor_sees_and_plays_nothing(self, visitor, release_id):
        assert {(track.playable, track.preview) for track in visitor.send(GetRelease(release_id)).tracks} == {(False, False)}

    def test_gives_nothing_from_its_end_on(self, ana, on_plan, deals, clock, release_id, track_ids):
        deals.only(release_id, model=CommercialModel.SUBSCRIPTION)
        on_plan(ana, "monthly", clock.now() + timedelta(seconds=60))
        clock.advance(59.999)
        assert not ana.send(StartPlayback(track_ids[0], "phone")).preview
        assert ana.send(GetOwnAccount()).plan == "monthly"
        clock.advance(0.001)
        assert ana.send(StartPlayback(track_ids[0], "phone")).preview
        assert ana.send(GetOwnAccount()).plan == "none"

    def test_what_an_actor_claims_of_a_plan_is_not_believed(self, ana, sender, deals, release_id, track_ids):
        deals.only(release_id, model=CommercialModel.SUBSCRIPTION)
        boastful = sender(msgspec.structs.replace(ana.actor, plan="monthly"))
        assert boastful.send(StartPlayback(track_ids[0], "phone")).preview


class TestUseType:
    @pytest.mark.parametrize("use_type", [one for one in UseType if one is not UseType.ON_DEMAND_STREAM])
    def test_other_than_on_demand_neither_shows_nor_plays(self, ana, deals, release_id, track_ids, use_type):
        deals.only(release_id, use_type=use_type)
        assert not sees(ana, release_id)
        with refused("not_offered"):
            play(ana, track_ids[0])


class TestTrackDeal:
    def test_shows_and_plays_its_track_alone(self, ana, deals, release_id, track_ids):
        deals.only(release_id, track_id=track_ids[1])
        assert sees(ana, release_id)
        assert [track.id for track in ana.send(GetRelease(release_id)).tracks] == [track_ids[1]]
        assert play(ana, track_ids[1])
        with refused("not_offered"):
            play(ana, track_ids[0])


class TestNoDeal:
    def test_is_neither_seen_nor_played(self, ana, visitor, deals, release_id, track_ids):
        deals.none(release_id)
        assert not sees(ana, release_id)
        assert not sees(visitor, release_id)
        with refused("not_offered"):
            play(ana, track_ids[0])


class TestOwnMusicDeal:
    def test_offers_an_imported_release_everywhere(self, sender, release_id):
        for territory in ("GB", "JP", "BR"):
            assert sees(sender(Actor(Service.API, territory=territory)), release_id)

    def test_is_not_made_again_once_it_was_withdrawn(self, ana, catalogue, clock, deals, release_id):
        deals.only(release_id, ends_at=clock.now() + timedelta(seconds=1))
        clock.advance(1)
        catalogue.deliver(catalogue.files("Blue Garden", ["Blue Garden 1", "Blue Garden 2"], genre="Pop"))
        assert not sees(ana, release_id)


class TestMusicForSubscribers:
    def test_is_heard_in_full_on_a_plan_only(self, ana, on_plan, catalogue, visitor):
        (release_id,) = catalogue.deliver(catalogue.files("Green Garden", ["Dawn"]), subscribers_only=True)
        catalogue.transcode_all()
        (track,) = visitor.send(GetRelease(release_id)).tracks
        assert ana.send(StartPlayback(track.id, "phone")).preview
        on_plan(ana, "monthly")
        assert not ana.send(StartPlayback(track.id, "phone")).preview

    def test_may_become_everybodys_and_theirs_again_by_another_delivery(self, ana, catalogue, clock):
        heard: list[bool] = []
        for number, subscribers_only in enumerate((False, True, False, True, True)):
            files = catalogue.files("Green Garden", ["Dawn"], genre=f"Pop {number}")
            (release_id,) = catalogue.deliver(files, subscribers_only=subscribers_only)
            catalogue.transcode_all()
            clock.advance(1)
            heard.append(ana.send(GetRelease(release_id)).tracks[0].playable)
        assert heard == [True, False, True, False, False]
