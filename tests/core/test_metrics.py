"""What Core tells Prometheus: of each Action, of the business, and of what waits."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.catalogue import GetRelease
from apps.core.contract.ids import new_id
from apps.core.contract.jobs import JobStatus
from apps.core.contract.listening import Play, RecordPlays
from apps.core.database import db
from apps.core.jobs.models import JobRow
from apps.core.relay import Relay
from tests.conftest import START
from tests.factories.exports import Exports


class TestActions:
    def test_are_counted_by_name_and_outcome(self, ana, told):
        ana.send(GetOwnAccount())
        labels = {"action": "GetOwnAccount"}
        assert told.get_sample_value("celesta_actions_total", {**labels, "outcome": "ok"}) == 1
        assert told.get_sample_value("celesta_action_statements_total", labels) >= 1
        assert told.get_sample_value("celesta_action_database_seconds_total", labels) > 0

    def test_plays_are_counted_by_what_became_of_them(self, ana, visitor, catalogue, clock, told):
        track = visitor.send(GetRelease(catalogue.release())).tracks[0]
        first = Play("event-first", track.id, clock.now() - timedelta(minutes=4), 60_000)
        ana.send(RecordPlays((first, Play("event-of-nothing", new_id(), clock.now(), 1_000))))
        ana.send(RecordPlays((first,)))
        counted = {what: told.get_sample_value("celesta_plays_total", {"outcome": what}) for what in ("recorded", "known", "unknown")}
        assert counted == {"recorded": 1, "known": 1, "unknown": 1}

    def test_plays_are_counted_once_where_the_answer_is_given_again(self, ana, visitor, catalogue, clock, told):
        track = visitor.send(GetRelease(catalogue.release())).tracks[0]
        play = RecordPlays((Play("event-once", track.id, clock.now() - timedelta(minutes=4), 60_000),))
        first, again = (ana.send(play, idempotency_key="once") for _ in range(2))
        assert first == again
        assert told.get_sample_value("celesta_plays_total", {"outcome": "recorded"}) == 1


class TestWhatWaits:
    def test_is_shown_by_who_holds_the_lease(self, core_app, catalogue, told):
        catalogue.deliver(catalogue.files("Blue", ["One"]))
        labels = {"queue": "media", "status": "waiting"}
        holder, other = Relay(core_app), Relay(core_app)
        holder.turn()
        assert told.get_sample_value("celesta_jobs", labels) == 1
        assert told.get_sample_value("celesta_disk_used_ratio") > 0
        assert told.get_sample_value("celesta_backlog_seen_timestamp_seconds") == START.timestamp()
        assert told.get_sample_value("celesta_last_finished_timestamp_seconds", {"work": "export"}) == 0
        other.turn()
        assert told.get_sample_value("celesta_jobs", labels) == 0
        assert told.get_sample_value("celesta_disk_used_ratio") == 0

    def test_is_late_with_nothing_before_there_was_anything_to_do(self, core_app, ana, visitor, catalogue, clock, told):
        """Then each kind of work is waited for since its first could be begun."""
        relay = Relay(core_app)
        relay.turn()
        assert waited_for(told) == {"export": 0, "chart": 0, "statements": 0}
        track = visitor.send(GetRelease(catalogue.release())).tracks[0]
        ana.send(RecordPlays((Play("event-first", track.id, clock.now() - timedelta(minutes=4), 60_000),)))
        relay.turn()
        day = START.replace(hour=0)
        week_later = (day + timedelta(weeks=1)).timestamp()
        assert waited_for(told) == {"export": day.timestamp(), "chart": week_later, "statements": day.timestamp()}

    def test_says_when_the_last_was_finished(self, core_app, ana, worker, visitor, catalogue, clock, told):
        track = visitor.send(GetRelease(catalogue.release())).tracks[0]
        ana.send(RecordPlays((Play("event-first", track.id, clock.now() - timedelta(minutes=4), 60_000),)))
        clock.advance(timedelta(days=2).total_seconds())
        Exports(catalogue, worker).export_all()
        Relay(core_app).turn()
        assert waited_for(told)["export"] == clock.now().timestamp()

    def test_is_told_from_what_is_being_done(self, core_app, catalogue, told):
        catalogue.deliver(catalogue.files("Blue", ["One", "Two"]))
        catalogue.claim(catalogue.waiting("transcode")[0])
        Relay(core_app).turn()
        counted = {status: told.get_sample_value("celesta_jobs", {"queue": "media", "status": status}) for status in ("waiting", "running")}
        assert counted == {"waiting": 1, "running": 1}

    def test_grows_older_while_nobody_does_it(self, core_app, catalogue, clock, told):
        catalogue.deliver(catalogue.files("Blue", ["One"]))
        clock.set(clock.now() + timedelta(minutes=7))
        Relay(core_app).turn()
        assert told.get_sample_value("celesta_job_oldest_waiting_seconds", {"queue": "media"}) >= 7 * 60

    def test_does_not_count_work_that_this_release_does_not_know(self, core_app, clock, told):
        row = {"id": new_id(), "kind": "of the next release", "subject": "one", "work": b"{}", "progress": 0.0, "attempts": 0}
        with core_app.app_context(), db.engine.begin() as connection:
            connection.execute(insert(JobRow), [{**row, "status": JobStatus.RUNNING, "created_at": clock.now()}])
        Relay(core_app).turn()
        assert told.get_sample_value("celesta_jobs", {"queue": "media", "status": "running"}) == 0


def waited_for(told):
    works = ("export", "chart", "statements")
    return {work: told.get_sample_value("celesta_last_finished_timestamp_seconds", {"work": work}) for work in works}
