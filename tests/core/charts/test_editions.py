"""Having editions made, in order and once each, and publishing them for good."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from apps.core.contract.charts import AskForEditions, EditionPublished, Every, GetEdition, Movement, RecordEdition
from apps.core.contract.errors import CelestaError, Invalid, LeaseLost, NotFound
from apps.core.contract.jobs import LEASE_SECONDS, ChartWork, FailJob, PastPosition
from apps.core.database import db
from tests.at_once import at_once
from tests.factories.charts import chart, counts

NEW, BACK, UP, DOWN, SAME = Movement.NEW, Movement.RE_ENTRY, Movement.UP, Movement.DOWN, Movement.SAME

CHANGES = (
    "UPDATE chart_edition SET rule_version = 2",
    "DELETE FROM chart_edition",
    "UPDATE chart_entry SET position = 9 WHERE position = 1",
    "DELETE FROM chart_entry WHERE position = 2",
    "INSERT INTO chart_entry SELECT chart, first_day, 9, 'x', track_id, track_id, title, artist, 1, 1, 1, 1, 'up' FROM chart_entry",
)


def work_of(charting) -> dict[str, ChartWork]:
    """What waits to be counted, by chart."""
    works = [charting.catalogue.claim(job_id).work for job_id in charting.waiting()]
    return {work.chart: work for work in works if isinstance(work, ChartWork)}


class TestAskingForEditions:
    def test_asks_for_none_where_nothing_was_ever_exported(self, charting):
        charting.worker.send(AskForEditions())
        assert charting.waiting() == []

    def test_asks_for_a_day_once_all_of_it_is_exported(self, charting):
        charting.clock.advance(12 * 3600)
        charting.worker.send(AskForEditions())
        assert charting.waiting() == []
        charting.days_pass(1)
        _, work = charting.claim()
        assert (work.first_day, work.last_day, work.first_export, work.last_export) == ("2026-03-02",) * 4
        assert (work.territory, work.places, work.before) == ("WW", 40, ())
        assert [str(moment) for moment in work.midnights] == ["2026-03-02 00:00:00+00:00", "2026-03-03 00:00:00+00:00"]

    def test_asks_for_a_week_once_every_day_it_touches_is_exported(self, charting):
        charting.have(chart("london", Every.WEEK, "Europe/London"), chart("tokyo", Every.WEEK, "Asia/Tokyo"))
        charting.days_pass(10)
        assert charting.waiting() == []
        charting.days_pass(1)
        london = work_of(charting)["london"]
        assert (london.first_day, london.last_day, london.first_export, london.last_export) == (
            "2026-03-06", "2026-03-12", "2026-03-06", "2026-03-12",
        )  # fmt: skip

    def test_waits_for_a_day_that_is_not_exported_yet(self, charting):
        charting.days_pass(1)
        charting.publish()
        charting.clock.advance(24 * 3600)
        charting.worker.send(AskForEditions())
        assert charting.waiting() == []
        charting.days_pass(0)
        assert charting.publish() == "2026-03-03"

    def test_asks_for_no_week_that_began_before_the_log(self, charting):
        charting.have(chart("tokyo", Every.WEEK, "Asia/Tokyo"))
        charting.days_pass(11)
        tokyo = work_of(charting)["tokyo"]
        assert (tokyo.first_day, tokyo.first_export, tokyo.last_export) == ("2026-03-06", "2026-03-05", "2026-03-12")

    def test_twice_is_once(self, charting):
        charting.days_pass(1)
        (job_id,) = charting.waiting()
        for _ in range(2):
            charting.worker.send(AskForEditions())
        assert charting.waiting() == [job_id]

    def test_at_once_is_once(self, charting):
        charting.days_pass(1)
        charting.publish()
        charting.clock.advance(24 * 3600)
        answers = at_once([lambda: charting.days_pass(0)] + [lambda: charting.worker.send(AskForEditions())] * 3)
        assert all(answer is None or not isinstance(answer, Exception) or isinstance(answer, CelestaError) for answer in answers)
        charting.worker.send(AskForEditions())
        assert len(charting.waiting()) == 1

    def test_makes_up_for_downtime_in_order_one_after_the_other(self, charting):
        charting.days_pass(7)
        assert [charting.publish() for _ in range(7)] == [f"2026-03-0{day}" for day in range(2, 9)]
        assert charting.waiting() == []

    def test_asks_again_for_one_that_was_given_up(self, charting):
        charting.days_pass(1)
        claim, _ = charting.claim()
        charting.worker.send(FailJob(claim.job_id, claim.lease, "The disk was away for a day."))
        assert charting.waiting() == []
        charting.worker.send(AskForEditions())
        assert charting.publish() == "2026-03-02"

    def test_hands_on_where_everything_stood_in_the_edition_before(self, charting, tracks):
        charting.days_pass(2)
        charting.publish(tracks[1], tracks[0])
        assert charting.claim()[1].before == (PastPosition(tracks[1].recording_id, 1), PastPosition(tracks[0].recording_id, 2))


class TestPublishing:
    @pytest.fixture
    def editions(self, charting, tracks):
        """Publishes one for each of these orders and returns what the last says of each entry."""

        def publish(*orders: str):
            charting.days_pass(len(orders))
            for order in orders:
                charting.publish(*(tracks[int(number)] for number in order))
            entries = charting.worker.send(GetEdition("daily")).entries
            return [(one.title[-1], one.last_position, one.peak, one.weeks, one.movement) for one in entries]

        return publish

    def test_says_of_the_first_that_all_is_new(self, editions):
        assert editions("01") == [("1", None, 1, 1, NEW), ("2", None, 2, 1, NEW)]

    def test_says_how_each_has_moved(self, editions):
        assert editions("0123", "1034", "1403") == [
            ("2", 1, 1, 3, SAME), ("5", 4, 2, 2, UP), ("1", 2, 1, 3, DOWN), ("4", 3, 3, 3, DOWN),
        ]  # fmt: skip

    def test_counts_weeks_over_re_entries_and_the_peak_over_all(self, editions):
        assert editions("0", "01", "2", "", "10") == [("2", None, 1, 2, BACK), ("1", None, 1, 3, BACK)]

    def test_keeps_what_an_edition_was_counted_from_and_by_which_rules(self, charting, tracks, emitted):
        charting.days_pass(1)
        charting.publish(tracks[0])
        edition = charting.worker.send(GetEdition("daily"))
        assert (edition.manifests, edition.rule_version, edition.published_at) == (("0" * 64,), 1, charting.clock.now())
        assert (edition.entries[0].key, edition.entries[0].plays) == (tracks[0].recording_id, 1000)
        assert emitted(EditionPublished) == 1

    def test_of_a_chart_that_is_no_more_asks_for_no_other(self, charting, tracks):
        charting.days_pass(2)
        claim, _ = charting.claim()
        charting.have(chart("another"))
        charting.record(claim, tracks)
        assert charting.waiting() == []
        charting.have(chart())
        assert len(charting.worker.send(GetEdition("daily")).entries) == 5

    def test_of_what_no_edition_can_be_is_refused(self, charting, tracks):
        charting.have(chart(places=2))
        charting.days_pass(1)
        claim, _ = charting.claim()
        first, second, third = counts(tracks[:3])
        for wrong in ((first, second, third), (first, first), (second, first)):
            with pytest.raises(Invalid):
                charting.worker.send(RecordEdition(claim.job_id, claim.lease, wrong, ()))
        with pytest.raises(NotFound):
            charting.worker.send(GetEdition("daily"))
        charting.record(claim, tracks[:2])

    def test_twice_is_refused_and_so_is_a_worker_that_lost_its_lease(self, charting, tracks):
        charting.days_pass(1)
        slow, _ = charting.claim()
        charting.clock.advance(LEASE_SECONDS + 1)
        quick = charting.catalogue.claim(slow.job_id)
        with pytest.raises(LeaseLost):
            charting.record(slow, tracks[:1])
        charting.record(quick, tracks[1:])
        for late in (slow, quick):
            with pytest.raises(LeaseLost):
                charting.record(late, tracks[:1])
        assert len(charting.worker.send(GetEdition("daily")).entries) == 4

    def test_by_four_at_once_happens_once(self, charting, tracks):
        charting.days_pass(1)
        claim, _ = charting.claim()
        answers = at_once([lambda: charting.record(claim, tracks)] * 4)
        assert sorted(type(answer).__name__ for answer in answers) == ["LeaseLost"] * 3 + ["NoneType"]
        assert len(charting.worker.send(GetEdition("daily")).entries) == 5

    def test_is_for_good(self, charting, tracks, core_app):
        charting.days_pass(1)
        charting.publish(*tracks)
        before = charting.worker.send(GetEdition("daily"))
        for statement in CHANGES:
            with core_app.app_context(), pytest.raises(DatabaseError, match="an edition of a chart never changes"):
                db.session.execute(text(statement))
        assert charting.worker.send(GetEdition("daily")) == before
