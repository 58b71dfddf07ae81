"""The play log: each play once, whenever it arrives, with how well it is proved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from apps.core.contract.actions import Actor, Service
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.errors import Invalid, Unauthenticated
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import PruneExpired
from apps.core.contract.listening import PLAYS_PER_COMMAND, Evidence, ListRecentlyPlayed, Play, PlaysRecorded, RecordPlays
from apps.core.contract.playback import RENEW_SECONDS, EndPlayback, RenewPlayback, StartPlayback
from apps.core.database import reader
from apps.core.listening.models import PlayRow
from tests.at_once import at_once
from tests.conftest import START


@pytest.fixture
def tracks(ana, catalogue) -> list[str]:
    """Three that may be played."""
    return [one.id for one in ana.send(GetRelease(catalogue.release())).tracks]


@pytest.fixture
def play(tracks):
    """A play of the first track, with what is given instead."""

    def make(event_id: str = "event-01", **other: object) -> Play:
        return Play(**{"event_id": event_id, "track_id": tracks[0], "started_at": START, "played_ms": 40_000, **other})

    return make


@pytest.fixture
def log(core_app):
    """The play log, in the order of event ids."""

    def rows() -> list:
        with core_app.app_context(), reader() as connection:
            return list(connection.execute(select(PlayRow.__table__).order_by(PlayRow.event_id)))

    return rows


class TestAPlay:
    def test_is_a_fact_about_recording_and_release(self, ana, catalogue, play, log, clock):
        release = ana.send(GetRelease(catalogue.release("Green Garden", tracks=1)))
        clock.advance(60)
        ana.send(RecordPlays((play(track_id=release.tracks[0].id),)))
        (row,) = log()
        assert (row.track_id, row.recording_id, row.release_id) == (release.tracks[0].id, release.tracks[0].recording_id, release.id)
        assert (row.event_id, row.played_ms) == ("event-01", 40_000)
        assert (row.started_at, row.received_at, row.day) == (START, START + timedelta(seconds=60), "2026-03-02")
        assert (row.territory, row.plan, row.client) == ("GB", "none", "website")

    def test_names_the_app_it_came_from(self, ana, sender, play, log):
        actor = Actor(Service.API, territory="DE", account_id=ana.actor.account_id, client="a-radio")
        sender(actor).send(RecordPlays((play(),)))
        assert [(row.client, row.territory) for row in log()] == [("a-radio", "DE")]

    def test_of_no_length_and_of_a_whole_day_are_taken_as_they_are(self, ana, play, log):
        ana.send(RecordPlays((play("event-01", played_ms=0), play("event-02", played_ms=86_400_000))))
        assert [row.played_ms for row in log()] == [0, 86_400_000]

    def test_needs_an_account(self, visitor, play):
        with pytest.raises(Unauthenticated):
            visitor.send(RecordPlays((play(),)))


class TestOnceByItsEventId:
    def test_in_one_batch(self, ana, play, tracks, log):
        twins = (play(), play(track_id=tracks[1], started_at=START - timedelta(hours=1)), play("event-02"))
        assert ana.send(RecordPlays(twins)) == PlaysRecorded(2, 1)
        assert [row.track_id for row in log()] == [tracks[0], tracks[0]]
        assert [one.track_id for one in ana.send(ListRecentlyPlayed()).items] == [tracks[0], tracks[0]]

    def test_across_batches(self, ana, play, log):
        assert ana.send(RecordPlays((play("event-01"), play("event-02")))) == PlaysRecorded(2, 0)
        assert ana.send(RecordPlays((play("event-02", played_ms=1), play("event-03")))) == PlaysRecorded(1, 1)
        assert [(row.event_id, row.played_ms) for row in log()] == [(f"event-0{n}", 40_000) for n in (1, 2, 3)]

    def test_sent_in_parallel_and_in_any_order(self, ana, play, log):
        batch = tuple(play(f"event-{number:03}") for number in range(50))
        answers = at_once([lambda one=one: ana.send(RecordPlays(one)) for one in (batch, batch[::-1]) * 4])
        assert sum(answer.recorded for answer in answers) == 50
        assert sum(answer.known for answer in answers) == 7 * 50
        assert len(log()) == 50
        assert len(ana.send(ListRecentlyPlayed(size=100)).items) == 50

    def test_is_each_listener_s_own(self, ana, ben, play, log):
        assert [who.send(RecordPlays((play(),))).recorded for who in (ana, ben)] == [1, 1]
        assert len({row.listener for row in log()}) == 2


class TestABatch:
    def test_names_the_plays_of_unknown_tracks_and_keeps_the_others(self, ana, play, log):
        batch = (play("event-01", track_id=new_id()), play("event-02"), play("event-03", track_id=new_id()))
        assert ana.send(RecordPlays(batch)) == PlaysRecorded(1, 0, ("event-01", "event-03"))
        assert [row.event_id for row in log()] == ["event-02"]

    def test_of_unknown_tracks_alone_records_nothing(self, ana, play, log):
        assert ana.send(RecordPlays((play(track_id=new_id()),))) == PlaysRecorded(0, 0, ("event-01",))
        assert log() == []

    def test_is_not_lost_for_ids_that_nothing_can_have(self, ana, play, log):
        beyond = "7" + "z" * 21
        batch = (play("event-01", track_id=beyond), play("event-02", session_ids=(beyond,)))
        assert ana.send(RecordPlays(batch)) == PlaysRecorded(1, 0, ("event-01",))
        assert [row.evidence for row in log()] == [Evidence.CLAIMED]

    @pytest.mark.parametrize("size", [0, PLAYS_PER_COMMAND + 1])
    def test_has_a_size(self, ana, play, size):
        with pytest.raises(Invalid):
            ana.send(RecordPlays(tuple(play(f"event-{number:04}") for number in range(size))))

    @pytest.mark.parametrize(
        "bad", [{"event_id": "short"}, {"event_id": "event-01\n"}, {"event_id": "e" * 65}, {"played_ms": -1}, {"played_ms": 86_400_001}]
    )
    def test_is_refused_whole_for_one_malformed_play(self, ana, play, log, bad):
        with pytest.raises(Invalid):
            ana.send(RecordPlays((play("event-00"), play(**bad))))
        assert log() == []


class TestTheTimeOfAPlay:
    def test_may_be_long_ago_for_a_device_that_was_offline(self, ana, play, log):
        started = START - timedelta(days=366)
        assert ana.send(RecordPlays((play(started_at=started),))) == PlaysRecorded(1, 0)
        assert [(row.started_at, row.day, row.received_at) for row in log()] == [(started, "2025-03-01", START)]

    def test_may_be_a_day_ahead(self, ana, play, log):
        assert ana.send(RecordPlays((play(started_at=START + timedelta(days=1)),))).recorded == 1
        assert [row.day for row in log()] == ["2026-03-03"]

    @pytest.mark.parametrize(
        ("started", "why"),
        [
            (START + timedelta(days=1, microseconds=1), "more than a day from now"),
            (START - timedelta(days=366, microseconds=1), "more than a year ago"),
            (datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))), "more than a day from now"),
            (datetime.min.replace(tzinfo=timezone(timedelta(hours=12))), "more than a year ago"),
        ],
    )
    def test_of_one_play_out_of_range_refuses_the_batch_whole(self, ana, play, log, started, why):
        with pytest.raises(Invalid, match=why):
            ana.send(RecordPlays((play("event-01"), play("event-02", started_at=started))))
        assert log() == []

    def test_wants_a_time_zone(self, ana, play):
        with pytest.raises(Invalid):
            ana.send(RecordPlays((play(started_at=START.replace(tzinfo=None)),)))

    @pytest.mark.parametrize(
        ("started", "day"),
        [
            (datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC), "2026-03-01"),
            (datetime(2026, 3, 2, 0, 0, tzinfo=UTC), "2026-03-02"),
            (datetime(2026, 3, 2, 8, 59, tzinfo=timezone(timedelta(hours=9))), "2026-03-01"),
            (datetime(2026, 3, 1, 19, 0, tzinfo=timezone(-timedelta(hours=5))), "2026-03-02"),
        ],
    )
    def test_decides_the_utc_day(self, ana, play, log, started, day):
        ana.send(RecordPlays((play(started_at=started),)))
        assert [(row.day, row.started_at) for row in log()] == [(day, started)]


class TestEvidence:
    @pytest.fixture
    def started(self, ana, tracks):
        return ana.send(StartPlayback(tracks[0], "browser"))

    @pytest.fixture
    def grade(self, play, log, clock):
        """The evidence for a play of so many seconds, sent by somebody an hour later."""

        def told(who, seconds: float, **other: object) -> tuple[str, str | None]:
            clock.advance(3600)
            who.send(RecordPlays((play(played_ms=int(seconds * 1000), **other),)))
            return [(row.evidence, row.session_id) for row in log()][-1]

        return told

    @pytest.mark.parametrize(
        ("more", "evidence"), [(0, Evidence.SESSION), (0.001, Evidence.CLAIMED)], ids=["as long as renewed", "longer than renewed"]
    )
    def test_is_a_session_that_was_renewed_long_enough(self, ana, started, grade, clock, more, evidence):
        for _ in range(2):
            clock.advance(RENEW_SECONDS)
            ana.send(RenewPlayback(started.id))
        assert grade(ana, 3 * RENEW_SECONDS + more, session_ids=(started.id,)) == (evidence, started.id)

    @pytest.mark.parametrize(("more", "evidence"), [(0, Evidence.SESSION), (0.001, Evidence.CLAIMED)])
    def test_of_a_session_never_renewed_lasts_until_the_first_renewal_was_due(self, ana, started, grade, more, evidence):
        assert grade(ana, RENEW_SECONDS + more, session_ids=(started.id,)) == (evidence, started.id)

    def test_does_not_grow_by_ending_a_session_late(self, ana, started, grade, clock):
        clock.advance(3600)
        ana.send(EndPlayback(started.id))
        assert grade(ana, 3600, session_ids=(started.id,)) == (Evidence.CLAIMED, started.id)

    def test_stays_when_the_session_was_ended(self, ana, started, grade, clock):
        clock.advance(RENEW_SECONDS)
        ana.send(RenewPlayback(started.id))
        clock.advance(10)
        ana.send(EndPlayback(started.id))
        assert grade(ana, RENEW_SECONDS + 10, session_ids=(started.id,)) == (Evidence.SESSION, started.id)

    def test_is_no_longer_than_the_time_that_has_passed(self, ana, started, play, log, clock):
        clock.advance(29.999)
        ana.send(RecordPlays((play("event-01", played_ms=30_000, session_ids=(started.id,)),)))
        clock.advance(0.001)
        ana.send(RecordPlays((play("event-02", played_ms=30_000, session_ids=(started.id,)),)))
        assert [row.evidence for row in log()] == [Evidence.CLAIMED, Evidence.SESSION]

    def test_is_no_longer_than_until_the_session_was_ended(self, ana, started, grade, clock):
        clock.advance(5)
        ana.send(EndPlayback(started.id))
        assert grade(ana, 5.001, session_ids=(started.id,)) == (Evidence.CLAIMED, started.id)
        assert grade(ana, 5, event_id="event-02", session_ids=(started.id,)) == (Evidence.SESSION, started.id)

    def test_of_one_second_proves_one_play(self, ana, started, play, log, clock):
        clock.advance(RENEW_SECONDS)
        ana.send(RenewPlayback(started.id))
        half = [play(f"event-{number:02}", played_ms=RENEW_SECONDS * 1000, session_ids=(started.id,)) for number in range(3)]
        clock.advance(3600)
        ana.send(RecordPlays((half[0],)))
        ana.send(RecordPlays((half[0],)))
        ana.send(RecordPlays(tuple(half[1:])))
        assert [row.evidence for row in log()] == [Evidence.SESSION, Evidence.SESSION, Evidence.CLAIMED]

    def test_of_sessions_that_follow_each_other_adds_up(self, ana, started, tracks, grade):
        further = ana.send(StartPlayback(tracks[0], "browser"))
        both = (started.id, further.id)
        assert grade(ana, 2 * RENEW_SECONDS + 1, session_ids=both) == (Evidence.CLAIMED, started.id)
        assert grade(ana, 2 * RENEW_SECONDS, event_id="event-02", session_ids=(*both, started.id)) == (Evidence.SESSION, started.id)

    def test_is_there_for_a_play_that_comes_weeks_late(self, ana, started, worker, grade, clock):
        clock.advance(29 * 86_400)
        worker.send(PruneExpired())
        assert grade(ana, RENEW_SECONDS, session_ids=(started.id,)) == (Evidence.SESSION, started.id)

    def test_is_not_somebody_else_s_session(self, ben, started, grade):
        assert grade(ben, 1, session_ids=(started.id,)) == (Evidence.CLAIMED, None)

    def test_is_not_a_session_of_another_recording(self, ana, started, tracks, grade):
        assert grade(ana, 1, session_ids=(started.id,), track_id=tracks[1]) == (Evidence.CLAIMED, None)

    def test_is_not_a_session_there_never_was(self, ana, grade):
        assert grade(ana, 1, session_ids=(new_id(),)) == (Evidence.CLAIMED, None)

    def test_without_a_session_is_the_player_s_word(self, ana, grade):
        assert grade(ana, 1) == (Evidence.CLAIMED, None)

    def test_keeps_where_it_was_played_though_it_is_sent_from_elsewhere(self, ana, sender, started, play, log):
        abroad = sender(Actor(Service.WEBSITE, territory="JP", account_id=ana.actor.account_id))
        abroad.send(RecordPlays((play("event-01", session_ids=(started.id,)), play("event-02"))))
        assert [row.territory for row in log()] == ["GB", "JP"]
