"""Plays that were heard offline and told late: once, and proved by a licence that held meanwhile."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import select

from apps.core.contract.jobs import PruneExpired
from apps.core.contract.listening import Evidence, Play, PlaysRecorded, RecordPlays
from apps.core.contract.offline import CheckIn, RegisterDevice, RemoveDevice
from apps.core.contract.playback import StartPlayback
from apps.core.database import reader
from apps.core.jobs.commands import LICENCES_KEPT
from apps.core.listening.models import PlayRow
from apps.core.offline.models import DeviceRow, LicenceRow, ProvedStretchRow
from tests.at_once import at_once
from tests.conftest import START
from tests.core.offline.conftest import MONTH
from tests.reference_client.keys import DeviceKey

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
PROVED, CLAIMED = Evidence.SESSION, Evidence.CLAIMED


@pytest.fixture
def licence(save):
    return save().licence


@pytest.fixture
def play(tracks, licence):
    """Of the first track, so long after it was saved, under its licence."""

    def make(after: timedelta, seconds: float = 60, event_id: str = "", track: int = 0, **other: object) -> Play:
        named = event_id or f"event-{after.total_seconds():.3f}-{track}".replace(".", "_")
        given = {"licence_id": licence.id, **other}
        return Play(named, tracks[track].id, START + after, int(seconds * 1000), **given)

    return make


@pytest.fixture
def rows(core_app):
    def read(table=PlayRow, order=PlayRow.started_at) -> list:
        with core_app.app_context(), reader() as connection:
            return list(connection.execute(select(table.__table__).order_by(order)))

    return read


@pytest.fixture
def grades(ana, rows, clock):
    """The evidence of plays that are told after so long, in the order in which they began."""

    def told(*plays: Play, after: timedelta = 100 * DAY, who=ana) -> list[str]:
        clock.set(START + after)
        who.send(RecordPlays(plays))
        return [row.evidence for row in rows()]

    return told


class TestALatePlay:
    def test_counts_once_however_often_it_is_told(self, ana, play, clock, rows):
        clock.advance(DAY.total_seconds())
        batch = (play(HOUR), play(2 * HOUR))
        assert ana.send(RecordPlays(batch)) == PlaysRecorded(2, 0)
        assert ana.send(RecordPlays(batch)) == PlaysRecorded(0, 2)
        assert [row.evidence for row in rows()] == [PROVED, PROVED]

    def test_counts_once_when_it_is_told_by_twenty_at_once(self, ana, play, clock, rows):
        clock.advance(DAY.total_seconds())
        answers = at_once([lambda: ana.send(RecordPlays((play(HOUR), play(2 * HOUR))))] * 20)
        assert sum(answer.recorded for answer in answers) == 2
        assert [row.evidence for row in rows()] == [PROVED, PROVED]

    def test_is_one_of_where_and_on_which_plan_it_was_kept(self, ana, sender, play, licence, clock, rows, on_plan):
        clock.advance(DAY.total_seconds())
        on_plan(ana, "monthly")
        sender(msgspec.structs.replace(ana.actor, territory="JP")).send(RecordPlays((play(HOUR),)))
        (row,) = rows()
        assert (row.licence_id, row.session_id, row.territory, row.plan, row.preview) == (licence.id, None, "GB", "none", False)


class TestProof:
    @pytest.mark.parametrize(
        ("began", "seconds", "grade"),
        [
            (timedelta(), 60, PROVED),
            (-SECOND, 60, CLAIMED),
            (MONTH - MINUTE, 60, PROVED),
            (MONTH - MINUTE, 60.001, CLAIMED),
            (MONTH, 60, CLAIMED),
            (HOUR, 0, PROVED),
        ],
        ids=["at once", "before it", "until its end", "beyond its end", "after it", "of no length"],
    )
    def test_is_a_licence_that_held_all_the_while(self, play, grades, began, seconds, grade):
        assert grades(play(began, seconds)) == [grade]

    def test_is_no_longer_than_the_time_that_has_passed(self, play, grades):
        assert grades(play(HOUR, 60, "event-early"), after=HOUR + MINUTE - SECOND) == [CLAIMED]
        assert grades(play(HOUR + MINUTE, 60), after=HOUR + 2 * MINUTE) == [CLAIMED, PROVED]

    def test_is_not_somebody_else_s_licence(self, ben, play, grades):
        assert grades(play(HOUR), who=ben) == [CLAIMED]

    def test_is_not_one_for_another_recording(self, play, grades):
        assert grades(play(HOUR, track=1)) == [CLAIMED]

    @pytest.mark.parametrize("licence_id", [None, "0" * 22, "7" + "z" * 21])
    def test_is_not_one_there_never_was(self, play, grades, rows, licence_id):
        assert grades(play(HOUR, licence_id=licence_id)) == [CLAIMED]
        assert rows()[0].licence_id is None

    def test_ends_with_the_device(self, ana, phone, play, grades, clock):
        clock.advance(DAY.total_seconds())
        ana.send(RemoveDevice(phone.id))
        assert grades(play(DAY - 3 * MINUTE), play(DAY - MINUTE + SECOND), play(DAY + HOUR)) == [PROVED, CLAIMED, CLAIMED]

    def test_ends_when_it_is_revoked(self, ana, phone, licence, play, grades, clock, deals, release):
        clock.advance(DAY.total_seconds())
        deals.only(release.id)
        ana.send(CheckIn(phone.id, (licence.id,)))
        assert grades(play(HOUR), play(DAY - MINUTE + SECOND), play(DAY + HOUR)) == [PROVED, CLAIMED, CLAIMED]

    def test_goes_on_when_it_is_renewed_in_time(self, ana, phone, licence, play, grades, clock):
        clock.advance((MONTH - SECOND).total_seconds())
        ana.send(CheckIn(phone.id, (licence.id,)))
        assert grades(play(HOUR), play(MONTH - 30 * SECOND), play(2 * MONTH - HOUR), play(2 * MONTH)) == [PROVED] * 3 + [CLAIMED]

    def test_leaves_out_the_time_for_which_it_had_expired(self, ana, phone, licence, play, grades, clock):
        clock.advance((MONTH + 5 * DAY).total_seconds())
        ana.send(CheckIn(phone.id, (licence.id,)))
        told = grades(play(HOUR), play(MONTH - 30 * SECOND), play(MONTH + DAY), play(MONTH + 5 * DAY), play(MONTH + 6 * DAY))
        assert told == [PROVED, CLAIMED, CLAIMED, PROVED, PROVED]

    def test_begins_anew_when_it_expires_a_second_time(self, ana, phone, licence, play, grades, clock):
        for _ in range(2):
            clock.advance((MONTH + 5 * DAY).total_seconds())
            ana.send(CheckIn(phone.id, (licence.id,)))
        told = grades(play(HOUR), play(MONTH + DAY), play(MONTH + 6 * DAY), play(2 * MONTH + 6 * DAY), play(2 * MONTH + 11 * DAY))
        assert told == [CLAIMED, CLAIMED, PROVED, CLAIMED, PROVED]

    def test_is_a_session_s_first_where_there_are_both(self, ana, play, tracks, rows, clock):
        session = ana.send(StartPlayback(tracks[0].id, "phone"))
        clock.advance(60)
        ana.send(RecordPlays((play(timedelta(), 30, session_ids=(session.id,)), play(SECOND, 30))))
        assert [(row.evidence, row.session_id) for row in rows()] == [(PROVED, session.id), (PROVED, None)]

    def test_is_the_licence_where_the_session_ended_too_early(self, ana, play, tracks, rows, clock):
        session = ana.send(StartPlayback(tracks[0].id, "phone"))
        clock.advance(3600)
        ana.send(RecordPlays((play(timedelta(), 200, session_ids=(session.id,)),)))
        assert [(row.evidence, row.session_id) for row in rows()] == [(PROVED, session.id)]


class TestOneDevice:
    """It plays one thing at a time, whatever it claims."""

    @pytest.mark.parametrize(
        ("began", "seconds", "grade"),
        [
            (HOUR, 60, CLAIMED),
            (HOUR + 30 * SECOND, 60, CLAIMED),
            (HOUR - 30 * SECOND, 60, CLAIMED),
            (HOUR - MINUTE, 180, CLAIMED),
            (HOUR + 20 * SECOND, 20, CLAIMED),
            (HOUR + MINUTE, 60, PROVED),
            (HOUR + MINUTE - SECOND, 60, PROVED),
            (HOUR + MINUTE - 1.001 * SECOND, 60, CLAIMED),
            (HOUR - MINUTE, 60, PROVED),
            (HOUR - MINUTE, 61, PROVED),
            (HOUR - MINUTE, 61.001, CLAIMED),
        ],
    )
    def test_proves_no_two_plays_at_once(self, play, grades, rows, began, seconds, grade):
        first = play(HOUR, 60, "event-first")
        grades(first)
        grades(play(began, seconds, "event-second"))
        assert {row.event_id: row.evidence for row in rows()} == {"event-first": PROVED, "event-second": grade}

    def test_nor_two_of_one_batch_in_whatever_order_and_under_whichever_licence(self, save, play, grades):
        other = save(1).licence
        told = grades(
            play(3 * HOUR, 60), play(HOUR, 60), play(HOUR, 60, track=1, licence_id=other.id), play(2 * HOUR, 4000),
            play(HOUR + MINUTE, 60, track=1, licence_id=other.id),
        )  # fmt: skip
        assert sorted(told) == sorted([PROVED] * 3 + [CLAIMED] * 2)

    def test_nor_two_told_by_twenty_at_once(self, ana, play, clock, rows):
        clock.advance(DAY.total_seconds())
        at_once([lambda n=n: ana.send(RecordPlays((play(HOUR, 60, f"event-{n:02}"),))) for n in range(20)])
        assert sorted(row.evidence for row in rows()) == [CLAIMED] * 19 + [PROVED]

    def test_is_another_than_the_account_s_other_device(self, ana, on_plan, save, play, grades):
        on_plan(ana, "monthly")
        tablet = ana.send(RegisterDevice("tablet", DeviceKey().public))
        other = save(device=tablet.id).licence
        assert grades(play(HOUR), play(HOUR, event_id="event-tablet", licence_id=other.id)) == [PROVED, PROVED]

    def test_is_not_kept_busy_by_what_was_only_claimed(self, play, grades):
        assert grades(play(HOUR, 60 * 60 * 24, "event-mad", licence_id=None), play(HOUR + MINUTE)) == [CLAIMED, PROVED]


class TestHowLongItIsKept:
    def test_is_a_day_longer_than_a_play_may_take_to_come(self, worker, play, grades, clock):
        clock.set(START + 366 * DAY)
        while worker.send(PruneExpired()):
            pass
        assert grades(play(timedelta()), after=366 * DAY) == [PROVED]

    def test_is_no_longer_than_that(self, ana, phone, worker, play, grades, rows, clock, licence):
        grades(play(HOUR), after=DAY)
        ana.send(RemoveDevice(phone.id))
        clock.set(licence.expires_at + LICENCES_KEPT)
        while worker.send(PruneExpired()):
            pass
        tables = ((LicenceRow, LicenceRow.id), (ProvedStretchRow, ProvedStretchRow.started_at), (DeviceRow, DeviceRow.id))
        assert [len(rows(*one)) for one in tables] == [1, 0, 1]
        clock.advance(1)
        while worker.send(PruneExpired()):
            pass
        assert [len(rows(*one)) for one in tables] == [0, 0, 0]

    def test_a_device_in_use_stays(self, ana, phone, worker, clock, rows, licence):
        clock.set(START + 3 * LICENCES_KEPT)
        while worker.send(PruneExpired()):
            pass
        assert len(rows(DeviceRow, DeviceRow.id)) == 1
        assert rows(LicenceRow, LicenceRow.id) == []
