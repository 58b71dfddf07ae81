"""Exporting the play log: each play in one table of one day, whatever happens meanwhile."""

from __future__ import annotations

import csv
import io
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import msgspec
import pytest
from sqlalchemy import func, select, text

from apps.core.contract.catalogue import GetRelease
from apps.core.contract.days import CLOSES_AFTER, days
from apps.core.contract.errors import Conflict, Invalid, Unavailable
from apps.core.contract.exports import (
    COLUMNS,
    AskForExports,
    DropExportedPlays,
    FindPlay,
    ListExportedDays,
    ReadDay,
    ReadDimension,
    RecordExport,
    Table,
)
from apps.core.contract.ids import id_to_bytes
from apps.core.contract.jobs import FailJob
from apps.core.contract.listening import ClearHistory, Play, RecordPlays
from apps.core.database import db, reader
from apps.core.listening import closing
from apps.core.listening.models import ExportedDayRow, ListenerRow, PlayRow, Plays
from ports.analytics.interface import NULL
from tests.at_once import at_once
from tests.conftest import START
from tests.core.jobs.test_locks import BLOCKED
from tests.factories.exports import Exports

TODAY, YESTERDAY = "2026-03-02", "2026-03-01"
CLOSED = datetime.fromisoformat("2026-03-03T02:05:00Z")
"""When the first day may be exported."""


@pytest.fixture
def exports(catalogue, worker):
    return Exports(catalogue, worker)


@pytest.fixture
def release(ana, catalogue):
    return ana.send(GetRelease(catalogue.release()))


@pytest.fixture
def play(release):
    def send(who, event_id: str, started_at: datetime = START, track: int = 0) -> None:
        who.send(RecordPlays((Play(event_id, release.tracks[track].id, started_at, 40_000),)))

    return send


@pytest.fixture
def plays_left(core_app):
    def count() -> int:
        with core_app.app_context(), reader() as connection:
            return connection.scalar(select(func.count()).select_from(PlayRow)) or 0

    return count


def rows(exports: Exports, day: str, table: Table) -> list[dict[str, str]]:
    keys = {Table.RECORDINGS: "recording_id", Table.TRACKS: "track_id", Table.RELEASES: "release_id", Table.OWNERSHIP: "recording_id"}
    if table in (Table.PLAYS, Table.LATE):
        content = exports.worker.send(ReadDay(day, late=table == Table.LATE)).lines
    else:
        played = rows(exports, day, Table.PLAYS) + rows(exports, day, Table.LATE)
        ids = {bytes.fromhex(row[keys[table]]) for row in played} if table in keys else ()
        content = exports.worker.send(ReadDimension(table, b"".join(ids)))
    return [
        {
            name: value.lower() if kind == "UUID" and value != NULL else value
            for (name, kind), value in zip(COLUMNS[table].items(), row, strict=True)
        }
        for row in csv.reader(io.StringIO(content, newline=""))
    ]


def hexadecimal(one: str) -> str:
    return id_to_bytes(one).hex()


class TestADay:
    def test_is_read_when_it_has_closed_and_all_of_it_is_settled(self, ana, play, exports, clock):
        play(ana, "event-01")
        clock.set(CLOSED - timedelta(seconds=1))
        assert exports.worker.send(AskForExports()) == 0
        with pytest.raises(Conflict, match="2026-03-02 has not closed yet"):
            exports.worker.send(ReadDay(TODAY))
        with pytest.raises(Conflict, match="2026-03-02 has not closed yet"):
            exports.worker.send(FindPlay(TODAY, late=False, after=None, further=1))
        clock.set(CLOSED)
        assert exports.worker.send(AskForExports()) == 1
        assert exports.export_all() == [TODAY]

    def test_that_no_calendar_has_is_refused(self, worker):
        with pytest.raises(Invalid, match="no day 2026-02-30"):
            worker.send(ReadDay("2026-02-30"))

    def test_holds_what_is_known_of_each_play(self, ana, play, release, exports, clock):
        play(ana, "event-01", START - timedelta(minutes=1))
        clock.set(CLOSED)
        exports.export_all()
        (row,) = rows(exports, TODAY, Table.PLAYS)
        assert row["preview"] in ("0", "false")
        assert row | {"listener": "", "play_id": ""} == {
            "play_id": "", "listener": "", "started_at": "2026-03-02 11:59:00.000000"[: len(row["started_at"])],
            "received_at": "2026-03-02 12:00:00.000000"[: len(row["received_at"])], "played_ms": "40000",
            "track_id": hexadecimal(release.tracks[0].id), "recording_id": hexadecimal(release.tracks[0].recording_id),
            "release_id": hexadecimal(release.id), "territory": "GB", "plan": "none", "preview": row["preview"], "client": "website",
            "evidence": "claimed",
        }  # fmt: skip

    def test_holds_what_its_plays_are_of_and_nothing_else(self, ana, play, release, exports, clock):
        play(ana, "event-01", track=1)
        clock.set(CLOSED)
        exports.export_all()
        played = release.tracks[1]
        (recording,) = rows(exports, TODAY, Table.RECORDINGS)
        assert (recording["recording_id"], recording["title"], recording["artist"]) == (
            hexadecimal(played.recording_id),
            "Blue Garden 2",
            "The Lanterns",
        )
        assert recording["artist_id"] == hexadecimal(release.credits[0].artist_id)
        assert (recording["isrc"], recording["duration_ms"]) == (NULL, "60000")
        (track,) = rows(exports, TODAY, Table.TRACKS)
        assert (track["track_id"], track["number"]) == (hexadecimal(played.id), "2")
        (of_release,) = rows(exports, TODAY, Table.RELEASES)
        assert of_release["label_id"] == NULL
        assert (of_release["release_id"], of_release["title"]) == (hexadecimal(release.id), "Blue Garden")
        assert [row["plan"] for row in rows(exports, TODAY, Table.PLANS)] == ["trial", "monthly", "yearly"]

    def test_tells_who_owns_what_was_played(self, ana, catalogue, exports, clock):
        release = ana.send(GetRelease(catalogue.release("Moonlit", label="Moon Records")))
        ana.send(RecordPlays((Play("event-01", release.tracks[0].id, START, 40_000),)))
        clock.set(CLOSED)
        exports.export_all()
        (owner,) = rows(exports, TODAY, Table.OWNERSHIP)
        assert (owner["recording_id"], owner["label"], owner["territory"], owner["ends_at"]) == (
            hexadecimal(release.tracks[0].recording_id),
            "Moon Records",
            "WW",
            NULL,
        )

    def test_without_plays_is_exported_too(self, ana, play, exports, clock):
        play(ana, "event-01")
        clock.set(CLOSED + timedelta(days=3))
        assert exports.export_all() == ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]
        assert rows(exports, "2026-03-03", Table.PLAYS) == []

    def test_before_anything_was_played_is_not(self, worker):
        assert worker.send(AskForExports()) == 0

    def test_is_read_in_slices(self, ana, ben, play, exports, clock):
        for number in range(5):
            play(ana if number % 2 else ben, f"event-0{number}")
        clock.set(CLOSED)
        exports.export_all()
        whole, after, parts = exports.worker.send(ReadDay(TODAY)), None, []
        while True:
            part = exports.worker.send(ReadDay(TODAY, after=after, most=2))
            parts.append(part)
            if (after := part.last) is None:
                break
        assert [part.rows for part in parts] == [2, 2, 1]
        assert "".join(part.lines for part in parts) == whole.lines
        assert whole.last is None

    def test_is_begun_at_several_places_at_once(self, ana, play, exports, clock):
        for number in range(5):
            play(ana, f"event-0{number}")
        clock.set(CLOSED)
        exports.export_all()
        second = exports.worker.send(FindPlay(TODAY, late=False, after=None, further=2))
        fourth = exports.worker.send(FindPlay(TODAY, late=False, after=second, further=2))
        assert exports.worker.send(ReadDay(TODAY, most=2)).last == second
        assert exports.worker.send(ReadDay(TODAY, after=second, most=2)).last == fourth
        assert exports.worker.send(ReadDay(TODAY, after=fourth)).rows == 1
        assert exports.worker.send(FindPlay(TODAY, late=False, after=fourth, further=2)) is None
        assert exports.worker.send(FindPlay(TODAY, late=True, after=None, further=1)) is None


class TestADimension:
    @pytest.mark.postgresql
    def test_is_unavailable_while_the_database_goes_away(self, ana, play, worker, clock, core_app):
        play(ana, "event-01")
        clock.set(CLOSED)
        with core_app.app_context(), ThreadPoolExecutor(1) as threads, db.engine.connect() as locking, reader() as watcher:
            locking.execute(text("LOCK TABLE play"))
            read = threads.submit(worker.send, ReadDay(TODAY))
            while not watcher.scalar(BLOCKED):
                assert not read.done(), "it did not read"
            watcher.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
            with pytest.raises(Unavailable):
                read.result(timeout=20)
        assert worker.send(ReadDay(TODAY)).rows == 1

    def test_that_is_none_is_refused(self, worker):
        with pytest.raises(Invalid, match="late is no dimension"):
            worker.send(ReadDimension(Table.LATE))

    def test_is_not_asked_for_by_half_an_id(self, worker):
        with pytest.raises(Invalid, match="last id is not whole"):
            worker.send(ReadDimension(Table.TRACKS, bytes(24)))

    def test_of_nothing_has_no_line(self, worker):
        assert worker.send(ReadDimension(Table.TRACKS)) == ""


class TestALatePlay:
    def test_belongs_to_its_own_day_until_that_closes(self, ana, play, exports, clock):
        clock.set(CLOSED - timedelta(minutes=5) - timedelta(seconds=1))
        play(ana, "event-01", START)
        clock.set(CLOSED)
        exports.export_all()
        assert len(rows(exports, TODAY, Table.PLAYS)) == 1
        assert rows(exports, TODAY, Table.LATE) == []

    def test_belongs_to_the_day_that_closes_next(self, ana, play, exports, clock):
        play(ana, "event-01")
        clock.set(CLOSED - timedelta(minutes=5))
        play(ana, "event-02", START)
        clock.set(CLOSED + timedelta(days=1))
        assert exports.export_all() == ["2026-03-02", "2026-03-03"]
        assert len(rows(exports, "2026-03-02", Table.PLAYS)) == 1
        assert len(rows(exports, "2026-03-03", Table.LATE)) == 1
        assert len(rows(exports, "2026-03-03", Table.RECORDINGS)) == 1

    def test_of_long_ago_belongs_to_the_day_it_came_on(self, ana, play, exports, clock):
        play(ana, "event-01", START - timedelta(days=200))
        clock.set(CLOSED)
        assert exports.export_all() == [TODAY]
        assert len(rows(exports, TODAY, Table.LATE)) == 1

    def test_that_came_just_after_midnight_belongs_to_the_day_before_which_is_exported_first(self, ana, play, exports, clock):
        clock.set(START.replace(hour=0) + CLOSES_AFTER - timedelta(seconds=1))
        play(ana, "event-01", START.replace(hour=0) - timedelta(hours=1))
        clock.set(CLOSED)
        assert exports.export_all() == [YESTERDAY, TODAY]
        assert len(rows(exports, YESTERDAY, Table.PLAYS)) == 1

    def test_each_is_in_one_table_of_one_day(self, ana, play, exports, clock):
        """Whatever lies between when they began and when they came."""
        sent = 0
        for hour in range(0, 72, 5):
            clock.set(START + timedelta(hours=hour))
            for before in (0, 3, 11, 26, 50):
                play(ana, f"event-{hour}-{before}", clock.now() - timedelta(hours=before))
                sent += 1
        clock.advance(7 * 24 * 3600)
        exported = exports.export_all()
        assert exported == list(days(exported[0], exported[-1]))
        plays = [row["play_id"] for day in exported for table in (Table.PLAYS, Table.LATE) for row in rows(exports, day, table)]
        assert len(plays) == len(set(plays)) == sent


class TestAPseudonym:
    def test_is_the_same_on_every_day_and_leads_nowhere(self, ana, ben, play, exports, clock, core_app):
        play(ana, "event-01")
        play(ben, "event-01")
        clock.advance(24 * 3600)
        play(ana, "event-02", clock.now())
        clock.set(CLOSED + timedelta(days=1))
        exports.export_all()
        first = {row["listener"] for row in rows(exports, "2026-03-02", Table.PLAYS)}
        (second,) = rows(exports, "2026-03-03", Table.PLAYS)
        assert len(first) == 2
        assert second["listener"] in first
        assert not first & {hexadecimal(ana.actor.account_id), hexadecimal(ben.actor.account_id)}
        with core_app.app_context(), reader() as connection:
            names = {row.account_id: row.pseudonym for row in connection.execute(select(ListenerRow.account_id, ListenerRow.pseudonym))}
        assert hexadecimal(names[ana.actor.account_id]) == second["listener"]

    def test_is_one_however_many_first_plays_come_at_once(self, ana, release, core_app):
        plays = [Play(f"event-{number:02}", release.tracks[0].id, START, 40_000) for number in range(8)]
        at_once([lambda one=one: ana.send(RecordPlays((one,))) for one in plays])
        with core_app.app_context(), reader() as connection:
            assert connection.execute(select(func.count(), func.count(PlayRow.listener.distinct()))).all() == [(8, 1)]


class TestAnExport:
    def test_is_recorded_once(self, ana, play, exports, clock):
        play(ana, "event-01")
        clock.set(CLOSED)
        assert exports.export_all() == [TODAY]
        assert exports.export_all() == []
        (day,) = exports.worker.send(ListExportedDays(TODAY, TODAY))
        assert day.manifest.day == TODAY
        assert {file.table: file.rows for file in day.manifest.files}[Table.PLAYS] == 1

    def test_of_days_that_are_listed_in_order(self, ana, play, exports, clock):
        play(ana, "event-01")
        clock.set(CLOSED + timedelta(days=2))
        exports.export_all()
        listed = exports.worker.send(ListExportedDays("2026-03-03", "2026-12-31"))
        assert [one.manifest.day for one in listed] == ["2026-03-03", "2026-03-04"]

    def test_that_failed_is_asked_for_again(self, ana, play, exports, catalogue, clock):
        play(ana, "event-01")
        clock.set(CLOSED)
        exports.worker.send(AskForExports())
        (job_id,) = catalogue.waiting("export")
        claim = catalogue.claim(job_id)
        exports.worker.send(FailJob(job_id, claim.lease, "The disk broke."))
        assert exports.export_all() == [TODAY]

    def test_that_comes_before_those_of_earlier_days_leaves_none_of_them_out(self, ana, play, exports, catalogue, clock):
        play(ana, "event-01")
        clock.set(CLOSED + timedelta(days=2))
        exports.worker.send(AskForExports())
        waiting = catalogue.waiting("export")
        exports.export(waiting[-1])
        for job_id in waiting[:-1]:
            claim = catalogue.claim(job_id)
            exports.worker.send(FailJob(job_id, claim.lease, "The disk broke."))
        assert len(exports.export_all()) == 2
        assert [one.manifest.day for one in exports.worker.send(ListExportedDays(TODAY, "2026-03-04"))] == [
            "2026-03-02", "2026-03-03", "2026-03-04",
        ]  # fmt: skip

    def test_after_a_long_silence_comes_a_month_at_a_time(self, ana, play, exports, clock):
        play(ana, "event-01")
        clock.set(CLOSED + timedelta(days=40))
        assert [len(exports.export_all()) for _ in range(3)] == [31, 10, 0]

    def test_that_lacks_a_table_or_is_of_another_day_is_refused(self, ana, play, exports, catalogue, clock):
        play(ana, "event-01")
        clock.set(CLOSED + timedelta(days=1))
        exports.worker.send(AskForExports())
        claim = catalogue.claim(catalogue.waiting("export")[0])
        mine, other = sorted((TODAY, "2026-03-03"), key=lambda day: day != claim.work.day)
        whole = exports.manifest(mine)
        for wrong in (msgspec.structs.replace(whole, files=whole.files[1:]), exports.manifest(other)):
            with pytest.raises(Invalid, match=f"not the whole export of {mine}"):
                exports.worker.send(RecordExport(claim.job_id, claim.lease, wrong, "0" * 64))

    def test_that_lacks_a_play_is_refused(self, ana, ben, play, exports, catalogue, clock):
        play(ana, "event-01")
        play(ben, "event-01")
        clock.set(CLOSED)
        exports.worker.send(AskForExports())
        claim = catalogue.claim(catalogue.waiting("export")[0])
        whole = exports.manifest(TODAY)
        fewer = tuple(msgspec.structs.replace(file, rows=file.rows - (file.table == Table.PLAYS)) for file in whole.files)
        with pytest.raises(Conflict, match="does not hold all of its plays"):
            exports.worker.send(RecordExport(claim.job_id, claim.lease, msgspec.structs.replace(whole, files=fewer), "0" * 64))


class TestDropping:
    @pytest.fixture
    def exported(self, ana, play, exports, clock):
        """Three plays of its own and a late one, on a day that is exported."""
        clock.set(CLOSED - timedelta(minutes=5))
        play(ana, "event-01", START - timedelta(days=1))
        for number in (2, 3, 4):
            play(ana, f"event-0{number}", clock.now())
        clock.set(CLOSED + timedelta(days=1))
        exports.export_all()

    def drop(self, worker) -> int:
        calls = 0
        while worker.send(DropExportedPlays()):
            calls += 1
        return calls

    def test_waits_ninety_days(self, exported, worker, clock, plays_left):
        clock.set(CLOSED + timedelta(days=91) - timedelta(seconds=1))
        assert self.drop(worker) == 0
        assert plays_left() == 4
        clock.advance(1)
        assert self.drop(worker) > 0
        assert plays_left() == 0
        assert self.drop(worker) == 0

    def test_waits_ninety_days_from_the_export_on(self, ana, play, exports, clock, plays_left):
        play(ana, "event-01")
        clock.set(CLOSED + timedelta(days=200))
        while exports.export_all():
            pass
        assert self.drop(exports.worker) == 0
        clock.advance(90 * 24 * 3600)
        self.drop(exports.worker)
        assert plays_left() == 0

    def test_takes_some_at_a_time(self, exported, worker, clock, plays_left, monkeypatch):
        monkeypatch.setattr(closing, "DROPPED_AT_ONCE", 1)
        clock.advance(100 * 24 * 3600)
        assert worker.send(DropExportedPlays())
        assert worker.send(DropExportedPlays())
        assert plays_left() == 3
        self.drop(worker)
        assert plays_left() == 0

    def test_leaves_a_day_whose_export_is_not_whole(self, exported, worker, clock, plays_left, core_app, caplog):
        with core_app.app_context():
            day = db.session.get(ExportedDayRow, "2026-03-03")
            day.manifest = day.manifest.replace(b'"rows":3', b'"rows":2')
            db.session.commit()
        clock.advance(100 * 24 * 3600)
        with caplog.at_level(logging.ERROR):
            self.drop(worker)
        assert plays_left() == 4
        assert "Plays of 2026-03-03 stay in the database" in caplog.text
        with core_app.app_context(), reader() as connection:
            states = {row.day: row.plays for row in connection.execute(select(ExportedDayRow.day, ExportedDayRow.plays))}
        assert states["2026-03-03"] == Plays.HELD

    def test_forgets_no_play_that_may_be_sent_again(self, exported, ana, play, worker, clock, plays_left):
        clock.advance(100 * 24 * 3600)
        self.drop(worker)
        play(ana, "event-02", CLOSED - timedelta(minutes=5))
        assert plays_left() == 0

    def test_counts_no_play_again_of_before_a_cleared_history(self, exported, ana, play, worker, clock, plays_left):
        ana.send(ClearHistory())
        clock.advance(100 * 24 * 3600)
        self.drop(worker)
        play(ana, "event-02", CLOSED - timedelta(minutes=5))
        assert plays_left() == 0

    @pytest.mark.parametrize("days", [("2026-03-03",), ("2026-03-03", "2025-12-01")])
    def test_counts_no_play_again_of_a_cleared_day(self, exported, ana, play, worker, clock, plays_left, days):
        for day in days:
            ana.send(ClearHistory(day))
        clock.advance(100 * 24 * 3600)
        self.drop(worker)
        play(ana, "event-02", CLOSED - timedelta(minutes=5))
        assert plays_left() == 0

    def test_takes_an_old_play_of_after_a_cleared_day(self, exported, ana, play, worker, clock, plays_left):
        ana.send(ClearHistory("2026-03-01"))
        clock.advance(100 * 24 * 3600)
        self.drop(worker)
        play(ana, "event-09", CLOSED - timedelta(minutes=5))
        assert plays_left() == 1

    def test_counts_none_again_that_began_ahead_of_a_clock_and_was_cleared(self, ana, play, exports, clock, plays_left):
        play(ana, "event-01", START + timedelta(days=1))
        ana.send(ClearHistory())
        clock.set(CLOSED + timedelta(days=1))
        exports.export_all()
        clock.advance(100 * 24 * 3600)
        self.drop(exports.worker)
        play(ana, "event-01", START + timedelta(days=1))
        assert plays_left() == 0

    def test_takes_an_old_play_of_after_a_cleared_history(self, exported, ana, ben, play, worker, clock, plays_left):
        ana.send(ClearHistory())
        clock.advance(25 * 3600)
        heard = clock.now()
        clock.advance(100 * 24 * 3600)
        self.drop(worker)
        play(ana, "event-09", heard)
        play(ben, "event-02", CLOSED - timedelta(minutes=5))
        assert plays_left() == 2

    def test_an_old_play_that_is_new_is_taken(self, exported, ana, play, worker, clock, plays_left):
        clock.advance(100 * 24 * 3600)
        self.drop(worker)
        play(ana, "event-09", CLOSED - timedelta(minutes=5))
        assert plays_left() == 1
