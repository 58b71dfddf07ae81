"""A week's report: due once it is over, allocated to the last penny, and never changed again."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from apps.core.contract.actions import Role
from apps.core.contract.errors import Conflict, Forbidden, Invalid, LeaseLost, NotFound
from apps.core.contract.jobs import LEASE_SECONDS, ClaimJob, FailJob, ReplayJob, ReturnJob
from apps.core.contract.labels import AssignPartner, Eligibility, Share
from apps.core.contract.listening import Evidence
from apps.core.contract.reporting import (
    Amount,
    ApproveStatement,
    AskForStatements,
    CheckStatement,
    Due,
    Finding,
    GetDispatchOrder,
    GetRevenue,
    GetRun,
    GetStatement,
    ListRuns,
    ListStatements,
    OpenRun,
    RecordDispatch,
    RecordStatementFiles,
    RecordUsage,
    ReportFile,
    RunDetail,
    StatementApproved,
    StatementFiles,
    Status,
    UsageTotal,
)
from apps.core.database import db
from tests.factories.reporting import BRAND, FIRST_WEEK, SECOND_WEEK, files_of


@pytest.fixture
def labels(catalogue, reports) -> dict[str, str]:
    catalogue.deliver([file for name in ("Moon", "Sun") for file in catalogue.files(name, ["One"], label=name)])
    return {name: reports.label(name) for name in ("Moon", "Sun")}


@pytest.fixture
def agreed(labels, reports) -> dict[str, str]:
    reports.agree("Moon", 60)
    reports.agree("Sun", 70)
    return labels


@pytest.fixture
def first_week(ana, reports, agreed) -> dict[str, str]:
    """Over, and exported: Ana paid on its Monday at noon."""
    reports.buy(ana)
    reports.later(2026, 3, 6, 3)
    reports.days_are_exported()
    return agreed


def of(label_id: str | None, eligible: int, territory: str = "GB", plays: int = 0, late: int = 0) -> UsageTotal:
    return UsageTotal(label_id, territory, plays or eligible, eligible, late)


def checked(run: RunDetail) -> RunDetail:
    """What every run has to fulfil."""
    assert [one.difference for one in run.reconciliation] == [0] * len(run.reconciliation)
    for pool in run.pools:
        assert pool.labels + pool.held + pool.house + pool.carried_out == pool.earned + pool.carried_in
    return run


class TestWhenAWeekIsDue:
    @pytest.fixture
    def due(self, worker, catalogue):
        def due() -> int:
            worker.send(AskForStatements())
            return len(catalogue.waiting("statements"))

        return due

    def test_is_two_hours_after_its_end_and_once(self, ana, reports, due, agreed):
        assert due() == 0
        reports.later(2026, 3, 6, 1, 59)
        reports.days_are_exported()
        assert due() == 0
        reports.later(2026, 3, 6, 2)
        assert due() == 0
        reports.days_are_exported()
        assert (due(), due()) == (1, 1)

    def test_is_not_while_the_one_before_is_not_settled(self, first_week, reports, due):
        reports.later(2026, 3, 27, 3)
        reports.days_are_exported()
        assert due() == 1
        reports.settle()
        assert due() == 1
        reports.settle()
        assert [one.week for one in reports.operator.send(ListRuns()).items] == [SECOND_WEEK, FIRST_WEEK]

    def test_cannot_be_opened_before(self, first_week, reports, core_app, worker):
        claim = reports.claim()
        with core_app.app_context():
            db.session.execute(text("DELETE FROM exported_day WHERE day = '2026-03-04'"))
            db.session.commit()
        with pytest.raises(Conflict, match="cannot be reported yet"):
            reports.open(claim)


class TestSettling:
    def test_pays_labels_their_share_and_the_house_the_rest(self, first_week, reports, operator):
        orders = reports.settle(of(first_week["Moon"], 3), of(first_week["Sun"], 1, plays=5))
        run = checked(operator.send(GetRun(FIRST_WEEK)))
        (pool,) = run.pools
        assert (pool.territory, pool.currency, pool.earned, pool.eligible) == ("GB", "GBP", 46, 4)
        assert (pool.labels, pool.held, pool.house, pool.carried_out) == (21 + 8, 0, 17, 0)
        assert {one.label.name: one.dues for one in orders} == {
            "Moon": (Due("GB", "GBP", 46, 4, 3, 3, Share(3, 5), 21),), "Sun": (Due("GB", "GBP", 46, 4, 5, 1, Share(7, 10), 8),),
        }  # fmt: skip
        (reconciled,) = run.reconciliation
        assert (reconciled.revenue, reconciled.unearned, reconciled.allocated, reconciled.carried) == (416, 370, 46, 0)
        assert [(one.number, one.label.name, one.status, one.totals, one.written) for one in run.statements] == [
            ("2026-000001", "Moon", Status.DRAFTED, (Amount("GBP", 21),), True),
            ("2026-000002", "Sun", Status.DRAFTED, (Amount("GBP", 8),), True),
        ]  # fmt: skip
        assert (run.run.statements, run.run.dispatched, len(run.days), run.remarks) == (2, 0, 4, ())

    def test_holds_what_nobody_owns_or_has_a_contract_for(self, ana, reports, labels, operator):
        reports.buy(ana)
        reports.agree("Sun", 100, territory="FR")
        reports.later(2026, 3, 6, 3)
        reports.days_are_exported()
        (order,) = reports.settle(of(None, 1), of(labels["Moon"], 1), of(labels["Sun"], 2))
        run = checked(operator.send(GetRun(FIRST_WEEK)))
        assert (run.pools[0].held, run.pools[0].house, run.pools[0].labels) == (30, 16, 0)
        assert order.dues == ()
        assert [(one.finding, one.label and one.label.name, one.plays) for one in run.remarks] == [
            (Finding.NO_OWNER, None, 1), (Finding.NO_CONTRACT, "Moon", 1), (Finding.NO_CONTRACT, "Sun", 2),
        ]  # fmt: skip

    def test_goes_by_the_contract_for_the_territory_before_the_one_for_the_world(self, first_week, reports, operator, core_app):
        reports.agree("Moon", 0, territory="GB")
        reports.settle(of(first_week["Moon"], 1))
        assert operator.send(GetRun(FIRST_WEEK)).pools[0].house == 46

    def test_carries_what_nothing_was_played_for(self, first_week, reports, operator):
        reports.settle(of(first_week["Moon"], 0, plays=4))
        run = checked(operator.send(GetRun(FIRST_WEEK)))
        assert (run.pools[0].carried_out, [one.finding for one in run.remarks]) == (46, [Finding.CARRIED])
        reports.later(2026, 3, 13, 3)
        reports.days_are_exported()
        reports.settle(of(first_week["Moon"], 1))
        (pool,) = checked(operator.send(GetRun(SECOND_WEEK))).pools
        assert (pool.carried_in, pool.labels + pool.house) == (46, 46 + pool.earned)

    def test_pays_nothing_where_nothing_was_earned(self, ana, reports, agreed, operator):
        reports.later(2026, 3, 6, 3)
        reports.days_are_exported()
        reports.settle(of(agreed["Moon"], 3), of(agreed["Sun"], 2, late=1))
        run = operator.send(GetRun(FIRST_WEEK))
        assert (run.pools, run.reconciliation) == ((), ())
        assert [(one.finding, one.plays) for one in run.remarks] == [(Finding.NO_MONEY, 5), (Finding.LATE, 1)]

    def test_takes_a_refund_out_of_what_comes_after(self, ana, ben, reports, agreed, operator):
        purchase = reports.buy(ana)
        reports.later(2026, 3, 6, 3)
        reports.days_are_exported()
        reports.settle(of(agreed["Moon"], 1))
        reports.later(2026, 3, 12, 12)
        reports.refund(purchase)
        reports.later(2026, 3, 13, 3)
        reports.days_are_exported()
        reports.settle(of(agreed["Moon"], 1))
        (pool,) = checked(operator.send(GetRun(SECOND_WEEK))).pools
        assert (pool.earned, pool.labels, pool.house, pool.carried_out) == (-46, 0, 0, -46)
        reports.buy(ben)
        reports.later(2026, 3, 20, 3)
        reports.days_are_exported()
        reports.settle(of(agreed["Moon"], 1))
        (pool,) = checked(operator.send(GetRun("2026-03-13"))).pools
        assert (pool.carried_in, pool.labels + pool.house) == (-46, pool.earned - 46)

    def test_goes_by_the_ledger_as_it_stood_at_the_close(self, ana, ben, reports, agreed, operator):
        reports.buy(ana)
        reports.later(2026, 3, 6, 2)
        reports.buy(ben)
        reports.days_are_exported()
        reports.settle(of(agreed["Moon"], 1))
        assert checked(operator.send(GetRun(FIRST_WEEK))).reconciliation[0].revenue == 416
        reports.later(2026, 3, 13, 3)
        reports.days_are_exported()
        reports.settle(of(agreed["Moon"], 1))
        assert checked(operator.send(GetRun(SECOND_WEEK))).reconciliation[0].revenue == 832

    def test_keeps_currencies_and_territories_apart(self, ana, ben, reports, agreed, operator, sender):
        reports.buy(ana)
        reports.buy(sender(msgspec.structs.replace(ben.actor, territory="DE")))
        reports.later(2026, 3, 6, 3)
        reports.days_are_exported()
        orders = reports.settle(of(agreed["Moon"], 1), of(agreed["Moon"], 1, "DE"), of(agreed["Sun"], 9, "FR"))
        run = checked(operator.send(GetRun(FIRST_WEEK)))
        assert [(one.territory, one.currency) for one in run.pools] == [("DE", "EUR"), ("GB", "GBP")]
        assert [due.currency for due in orders[0].dues] == ["EUR", "GBP"]
        assert [(one.finding, one.territory) for one in run.remarks] == [(Finding.NO_MONEY, "FR")]

    def test_of_a_payment_without_a_territory_is_of_none(self, ana, reports, agreed, operator, core_app):
        reports.buy(ana)
        with core_app.app_context():
            db.session.execute(text("UPDATE subscription SET territory = NULL"))
            db.session.commit()
        reports.later(2026, 4, 17, 3)
        reports.days_are_exported()
        reports.settle()
        assert [one.territory for one in checked(operator.send(GetRun(FIRST_WEEK))).pools] == ["ZZ"]
        for _ in range(6):
            reports.settle()
        (reconciled,) = checked(operator.send(GetRun("2026-04-10"))).reconciliation
        assert (reconciled.unearned, reconciled.carried) == (0, 416)


class TestTheJob:
    def test_opened_again_is_given_the_same_order(self, first_week, reports):
        claim = reports.claim()
        order = reports.open(claim)
        assert (order.week, order.sender, [one.day for one in order.days]) == (
            FIRST_WEEK,
            BRAND,
            [f"2026-03-0{day}" for day in (2, 3, 4, 5)],
        )
        assert {one.label_id for one in order.terms} == set(first_week.values())
        assert order.terms[0].eligibility == Eligibility(least_evidence=Evidence.CLAIMED)
        reports.agree("Moon", 10, starts_on=SECOND_WEEK)
        reports.clock.advance(LEASE_SECONDS)
        assert reports.open(reports.catalogue.claim(claim.job_id)) == order

    def test_recorded_again_changes_nothing_and_never_otherwise(self, first_week, reports, worker, operator):
        claim = reports.claim()
        with pytest.raises(Conflict, match="not open"):
            worker.send(RecordUsage(claim.job_id, claim.lease, (), ()))
        with pytest.raises(NotFound, match="not open"):
            worker.send(GetRevenue(FIRST_WEEK))
        reports.open(claim)
        totals = (of(first_week["Moon"], 1),)
        orders = reports.record(claim, *totals)
        assert reports.record(claim, *totals) == orders
        with pytest.raises(Conflict, match="counted differently"):
            reports.record(claim, of(first_week["Moon"], 2))
        assert operator.send(GetRun(FIRST_WEEK)).statements[0].written is False

    def test_given_up_before_its_files_were_written_is_asked_for_again(self, first_week, reports, worker):
        claim, totals = reports.claim(), (of(first_week["Moon"], 1),)
        reports.open(claim)
        orders = reports.record(claim, *totals)
        worker.send(FailJob(claim.job_id, claim.lease, "It was tried 3 times and each time the worker died."))
        again = reports.claim()
        assert again.job_id == claim.job_id
        reports.open(again)
        assert reports.record(again, *totals) == orders
        worker.send(RecordStatementFiles(again.job_id, again.lease, tuple(map(files_of, orders))))
        worker.send(AskForStatements())
        assert reports.catalogue.waiting("statements") == []

    def test_needs_the_files_of_all_statements(self, first_week, reports, worker):
        claim = reports.claim()
        reports.open(claim)
        orders = reports.record(claim)
        with pytest.raises(Conflict, match="all the week's"):
            worker.send(RecordStatementFiles(claim.job_id, claim.lease, (files_of(orders[0]),)))

    def test_takes_no_other_files_than_it_has(self, first_week, reports, worker, core_app):
        reports.settle()
        with core_app.app_context():
            db.session.execute(text("UPDATE job SET status = 'waiting' WHERE kind = 'statements'"))
            db.session.commit()
        claim = reports.catalogue.claim(*reports.catalogue.waiting("statements"))
        orders = reports.record(claim)
        same = [files_of(order) for order in orders]
        other = StatementFiles(orders[0].number, (ReportFile("x.csv", "x.csv", 1, "1" * 64),))
        with pytest.raises(Conflict, match="others than those"):
            worker.send(RecordStatementFiles(claim.job_id, claim.lease, (other, same[1])))
        worker.send(RecordStatementFiles(claim.job_id, claim.lease, tuple(same)))

    def test_is_done_by_its_holder_alone(self, first_week, reports, worker):
        claim = reports.claim()
        reports.clock.advance(LEASE_SECONDS)
        worker.send(ClaimJob(claim.job_id))
        with pytest.raises(LeaseLost):
            worker.send(OpenRun(claim.job_id, claim.lease, BRAND))


SETTLED = ("pool", "allocation", "statement", "statement_run")


class TestWhatIsSettled:
    def test_cannot_be_changed_by_any_statement(self, first_week, reports, core_app):
        reports.settle(of(first_week["Moon"], 1))
        changes = (
            *(f"DELETE FROM {table}" for table in SETTLED), "UPDATE pool SET earned = 0", "UPDATE allocation SET amount = amount + 1",
            "UPDATE statement SET number = '2026-000009'", "UPDATE statement SET files = NULL", "UPDATE statement_run SET revenue = NULL",
        )  # fmt: skip
        with core_app.app_context():
            for change in changes:
                with pytest.raises(DatabaseError, match="statements are final"), db.engine.begin() as connection:
                    connection.execute(text(change))

    @pytest.mark.postgresql
    def test_cannot_be_emptied_either(self, first_week, core_app):
        with core_app.app_context():
            for table in SETTLED:
                with pytest.raises(DatabaseError, match="statements are final"), db.engine.begin() as connection:
                    connection.execute(text(f"TRUNCATE {table} CASCADE"))


class TestApproving:
    @pytest.fixture
    def number(self, first_week, reports) -> str:
        return reports.settle(of(first_week["Moon"], 1))[0].number

    @pytest.fixture
    def stan(self, person):
        return person("Stan", Role.STAFF)

    def test_takes_two_people_and_sends_it(self, number, reports, staff, stan, worker, catalogue, operator, emitted):
        seen = staff.send(CheckStatement(number))
        assert (seen.status, seen.checked.name, seen.checked.at) == (Status.CHECKED, "Stella", reports.clock.now())
        seen = stan.send(ApproveStatement(number))
        assert (seen.status, seen.approved.name, emitted(StatementApproved)) == (Status.APPROVED, "Stan", 1)
        claim = catalogue.claim(*catalogue.waiting("dispatch"))
        order = worker.send(GetDispatchOrder(claim.job_id, claim.lease))
        assert (order.number, order.label_id, order.files) == (number, seen.label.id, staff.send(GetStatement(number)).files)
        worker.send(RecordDispatch(claim.job_id, claim.lease, ("sftp://somewhere",)))
        detail = staff.send(GetStatement(number))
        assert (detail.statement.status, detail.statement.dispatched_at, detail.places) == (
            Status.DISPATCHED, reports.clock.now(), ("sftp://somewhere",),
        )  # fmt: skip
        assert operator.send(ListRuns()).items[0].dispatched == 1

    def test_is_refused_to_who_checked_it(self, number, staff, stan):
        staff.send(CheckStatement(number))
        with pytest.raises(Forbidden, match="yourself"):
            staff.send(ApproveStatement(number))

    def test_goes_in_order(self, number, staff, stan):
        with pytest.raises(Conflict):
            stan.send(ApproveStatement(number))
        staff.send(CheckStatement(number))
        with pytest.raises(Conflict):
            stan.send(CheckStatement(number))
        stan.send(ApproveStatement(number))
        with pytest.raises(Conflict):
            stan.send(ApproveStatement(number))
        with pytest.raises(NotFound):
            stan.send(CheckStatement("2026-999999"))

    def test_waits_for_the_files(self, first_week, reports, worker, staff):
        claim = reports.claim()
        reports.open(claim)
        orders = reports.record(claim)
        with pytest.raises(Conflict, match="not written yet"):
            staff.send(CheckStatement(orders[0].number))

    def test_once_more_has_a_failed_one_sent_again(self, number, reports, staff, stan, worker, catalogue):
        reports.approve(number, staff, stan)
        claim = catalogue.claim(*catalogue.waiting("dispatch"))
        worker.send(FailJob(claim.job_id, claim.lease, "Their server is gone for good."))
        failed = staff.send(GetStatement(number)).statement
        assert (failed.status, failed.reason) == (Status.FAILED, "Their server is gone for good.")
        assert stan.send(ApproveStatement(number)).reason is None
        assert catalogue.waiting("dispatch") == [claim.job_id]

    def test_is_sent_again_when_its_failed_job_is_replayed(self, number, reports, staff, stan, worker, catalogue):
        reports.approve(number, staff, stan)
        claim = catalogue.claim(*catalogue.waiting("dispatch"))
        worker.send(FailJob(claim.job_id, claim.lease, "Their server is gone for good."))
        staff.send(ReplayJob(claim.job_id))
        replayed = staff.send(GetStatement(number)).statement
        assert (replayed.status, replayed.reason) == (Status.APPROVED, None)
        assert catalogue.waiting("dispatch") == [claim.job_id]

    def test_is_not_what_another_job_sends(self, number, reports, staff, stan, worker, catalogue, first_week):
        reports.approve(number, staff, stan)
        claim = catalogue.claim(*catalogue.waiting("dispatch"))
        with pytest.raises(LeaseLost):
            worker.send(GetDispatchOrder(claim.job_id, "0" * 22))
        with pytest.raises(Invalid):
            worker.send(OpenRun(claim.job_id, claim.lease, BRAND))
        worker.send(ReturnJob(claim.job_id, claim.lease, "later", passing=True))
        reports.later(2026, 3, 13, 3)
        reports.days_are_exported()
        other = reports.claim()
        with pytest.raises(Invalid, match="statements"):
            worker.send(GetDispatchOrder(other.job_id, other.lease))


class TestPartners:
    @pytest.fixture
    def numbers(self, first_week, reports, staff, person) -> list[str]:
        """Moon's and Sun's, both approved."""
        stan = person("Stan", Role.STAFF)
        numbers = [order.number for order in reports.settle(of(first_week["Moon"], 1), of(first_week["Sun"], 2))]
        for number in numbers:
            reports.approve(number, staff, stan)
        return numbers

    @pytest.fixture
    def partner(self, person, administrator):
        def partner(label_id: str):
            made = person("Petra", Role.PARTNER)
            administrator.send(AssignPartner("petra@example.com", (label_id,)))
            return made

        return partner

    def test_see_their_own_alone(self, numbers, partner, first_week, staff):
        petra = partner(first_week["Moon"])
        assert [one.number for one in petra.send(ListStatements()).items] == numbers[:1]
        assert petra.send(GetStatement(numbers[0])) == staff.send(GetStatement(numbers[0]))
        for number in (numbers[1], "2026-999999"):
            with pytest.raises(NotFound) as refused:
                petra.send(GetStatement(number))
            assert refused.value.message == "There is no such statement."
        assert {one.number for one in staff.send(ListStatements()).items} == set(numbers)

    def test_see_none_that_nobody_has_approved(self, first_week, reports, partner, staff):
        number = reports.settle(of(first_week["Moon"], 1))[0].number
        petra = partner(first_week["Moon"])
        staff.send(CheckStatement(number))
        assert petra.send(ListStatements()).items == ()
        with pytest.raises(NotFound):
            petra.send(GetStatement(number))

    def test_page_through_them(self, numbers, staff, first_week, reports):
        reports.later(2026, 3, 13, 3)
        reports.days_are_exported()
        reports.settle()
        first = staff.send(ListStatements(size=3))
        rest = staff.send(ListStatements(cursor=first.next))
        assert [one.number for one in (*first.items, *rest.items)] == [f"2026-00000{number}" for number in (4, 3, 2, 1)]
        runs = staff.send(ListRuns(size=1))
        assert [one.week for one in (*runs.items, *staff.send(ListRuns(cursor=runs.next)).items)] == [SECOND_WEEK, FIRST_WEEK]

    def test_ask_for_weeks_in_vain(self, staff):
        with pytest.raises(NotFound):
            staff.send(GetRun(FIRST_WEEK))
