"""How many devices of one account may play at the same time: one without a plan, else as many as the plan gives."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from apps.core.contract.errors import NotFound, PlaybackRefused, Unauthenticated
from apps.core.contract.ids import new_id
from apps.core.contract.playback import EndPlayback, GetPlaylist, PlaybackSession, RenewPlayback, StartPlayback
from apps.core.database import reader
from apps.core.playback.models import StreamSlotRow
from apps.core.playback.slots import HANDOVER
from tests.at_once import at_once


@pytest.fixture
def slots(core_app):
    """The devices that hold one."""

    def devices() -> list[str]:
        with core_app.app_context(), reader() as connection:
            return list(connection.scalars(select(StreamSlotRow.device).order_by(StreamSlotRow.device)))

    return devices


@pytest.fixture
def streams(ana, on_plan):
    """Let her plan have so many."""
    return lambda number: on_plan.with_streams(ana, number)


def over(who, session: PlaybackSession) -> bool:
    """Both ways to use a session must agree that it is over, or that it is not."""
    ended = []
    for use in (RenewPlayback(session.id), GetPlaylist(session.id)):
        try:
            who.send(use)
        except PlaybackRefused as refusal:
            assert refusal.details == {"reason": "session_ended"}
            ended.append(True)
        else:
            ended.append(False)
    assert len(set(ended)) == 1
    return ended[0]


class TestOneDevice:
    def test_goes_on_to_the_next_track(self, ana, start, slots):
        for _ in range(3):
            start(ana, "phone")
        assert slots() == ["phone"]

    def test_renews_its_latest_session_alone(self, ana, start):
        earlier, later = start(ana, "phone"), start(ana, "phone")
        with pytest.raises(PlaybackRefused):
            ana.send(RenewPlayback(earlier.id))
        ana.send(RenewPlayback(later.id))

    def test_of_one_listener_does_not_hinder_another(self, ana, ben, start, slots):
        start(ana, "phone")
        start(ben, "phone")
        assert slots() == ["phone", "phone"]


class TestTheSameDevice:
    def test_may_play_out_one_track_while_the_next_is_prepared_and_no_longer(self, ana, start, clock):
        earlier, later = start(ana, "phone"), start(ana, "phone")
        clock.advance(HANDOVER.total_seconds() - 0.001)
        ana.send(GetPlaylist(earlier.id))
        clock.advance(0.001)
        with pytest.raises(PlaybackRefused):
            ana.send(GetPlaylist(earlier.id))
        ana.send(GetPlaylist(later.id))

    def test_ends_at_once_what_it_is_told_to_end(self, ana, start):
        earlier, _ = start(ana, "phone"), start(ana, "phone")
        ana.send(EndPlayback(earlier.id))
        with pytest.raises(PlaybackRefused):
            ana.send(GetPlaylist(earlier.id))


class TestASecondDevice:
    def test_is_refused_while_the_first_one_plays(self, ana, start, clock, slots):
        first = start(ana, "phone")
        for _ in range(5):
            clock.advance(60)
            ana.send(RenewPlayback(first.id))
            with pytest.raises(PlaybackRefused):
                start(ana, "laptop")
        assert slots() == ["phone"]

    def test_takes_over_and_ends_the_other(self, ana, start, slots):
        first = start(ana, "phone")
        second = start(ana, "laptop", take_over=True)
        assert over(ana, first)
        assert not over(ana, second)
        assert slots() == ["laptop"]

    def test_taking_over_where_nobody_plays_just_plays(self, ana, start, slots):
        assert not over(ana, start(ana, "laptop", take_over=True))
        assert slots() == ["laptop"]

    def test_may_play_once_the_first_one_stops(self, ana, start, slots):
        ana.send(EndPlayback(start(ana, "phone").id))
        start(ana, "laptop")
        assert slots() == ["laptop"]

    def test_may_play_once_the_first_one_went_silent(self, ana, start, clock, slots):
        first = start(ana, "phone")
        clock.advance(90 - 0.001)
        with pytest.raises(PlaybackRefused):
            start(ana, "laptop")
        clock.advance(0.001)
        start(ana, "laptop")
        for use in (RenewPlayback, GetPlaylist):
            with pytest.raises(PlaybackRefused, match="session is over"):
                ana.send(use(first.id))
        assert slots() == ["laptop"]


class TestSeveralStreams:
    def test_play_side_by_side(self, ana, start, streams, slots):
        streams(3)
        sessions = [start(ana, device) for device in ("a", "b", "c")]
        with pytest.raises(PlaybackRefused):
            start(ana, "d")
        assert [over(ana, session) for session in sessions] == [False] * 3
        assert slots() == ["a", "b", "c"]

    def test_taking_over_ends_the_one_renewed_longest_ago(self, ana, start, streams, slots, clock):
        streams(2)
        first, second = start(ana, "a"), start(ana, "b")
        clock.advance(30)
        ana.send(RenewPlayback(first.id))
        start(ana, "c", take_over=True)
        assert over(ana, second)
        assert not over(ana, first)
        assert slots() == ["a", "c"]

    def test_are_fewer_on_a_smaller_plan_from_the_next_track_on(self, ana, start, streams):
        streams(2)
        start(ana, "a")
        start(ana, "b")
        streams(1)
        start(ana, "a")
        with pytest.raises(PlaybackRefused):
            start(ana, "b")


class TestAtOnce:
    def test_twenty_devices_want_the_last_slot_and_one_gets_it(self, ana, start, slots):
        answers = at_once([lambda number=number: start(ana, f"device-{number}") for number in range(20)])
        given = [answer for answer in answers if isinstance(answer, PlaybackSession)]
        refused = [answer for answer in answers if isinstance(answer, PlaybackRefused)]
        assert (len(given), len(refused), len(slots())) == (1, 19, 1)
        assert not over(ana, given[0])

    def test_twenty_take_over_and_one_is_left(self, ana, start, slots):
        answers = at_once([lambda number=number: start(ana, f"device-{number}", take_over=True) for number in range(20)])
        assert [type(answer) for answer in answers] == [PlaybackSession] * 20
        assert [over(ana, session) for session in answers].count(False) == 1
        assert len(slots()) == 1


class TestRenewPlayback:
    def test_keeps_session_and_slot(self, ana, start, clock):
        session = start(ana)
        clock.advance(30)
        assert ana.send(RenewPlayback(session.id)).expires_at == clock.now() + timedelta(seconds=90)

    def test_brings_back_a_silent_session_whose_slot_nobody_took(self, ana, start, clock):
        session = start(ana)
        clock.advance(300)
        ana.send(RenewPlayback(session.id))
        with pytest.raises(PlaybackRefused):
            start(ana, "laptop")

    def test_of_an_ended_session_is_refused(self, ana, start):
        session = start(ana)
        ana.send(EndPlayback(session.id))
        assert over(ana, session)


class TestEndPlayback:
    def test_twice_changes_nothing(self, ana, start, slots):
        session = start(ana)
        assert ana.send(EndPlayback(session.id)) == ana.send(EndPlayback(session.id))
        assert slots() == []

    def test_of_an_earlier_session_leaves_the_slot_to_the_later(self, ana, start, slots):
        earlier, later = start(ana, "phone"), start(ana, "phone")
        ana.send(EndPlayback(earlier.id))
        assert slots() == ["phone"]
        assert not over(ana, later)


class TestAForeignSession:
    @pytest.mark.parametrize("use", [RenewPlayback, EndPlayback, GetPlaylist])
    def test_is_not_found(self, ana, ben, visitor, start, use):
        session = start(ana)
        for who, session_id in ((ben, session.id), (ana, new_id())):
            with pytest.raises(NotFound) as refusal:
                who.send(use(session_id))
            assert refusal.value.next_step
        with pytest.raises(Unauthenticated):
            visitor.send(use(session.id))
        assert not over(ana, session)

    def test_of_a_device_with_the_same_name_is_another_one(self, ana, ben, tracks):
        mine = ana.send(StartPlayback(tracks[0].id, "phone"))
        ben.send(StartPlayback(tracks[0].id, "phone", take_over=True))
        assert not over(ana, mine)
