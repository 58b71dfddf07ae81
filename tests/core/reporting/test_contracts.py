"""What labels are given, and from when."""

from __future__ import annotations

import pytest

from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.actions import Role
from apps.core.contract.errors import Conflict, Invalid, NotFound
from apps.core.contract.ids import new_id
from apps.core.contract.labels import AssignPartner, Eligibility, Label, ListContracts, ListLabels, SetContract, Share
from apps.core.contract.listening import Evidence
from tests.factories.reporting import FIRST_WEEK, SECOND_WEEK


@pytest.fixture(autouse=True)
def label_id(catalogue, reports):
    catalogue.deliver([file for name in ("Moon", "Sun", "Sunday") for file in catalogue.files(name, ["One"], label=name)])
    return reports.label("Moon")


def periods(operator) -> list[tuple[str, str, str | None]]:
    return sorted((one.territory, one.starts_on, one.ends_on) for one in operator.send(ListContracts()).items)


class TestSetContract:
    def test_agrees_what_a_label_gets(self, staff, label_id):
        wanted = SetContract(label_id, Share(2, 3), FIRST_WEEK, None, "GB", party_id="PADPIDA2026X")
        made = staff.send(wanted)
        assert (made.label, made.share, made.territory, made.party_id) == (Label(label_id, "Moon"), Share(2, 3), "GB", "PADPIDA2026X")
        assert made.eligibility == Eligibility(30_000, Evidence.SESSION)
        assert staff.send(ListContracts()).items == (made,)

    def test_ends_the_one_before_and_replaces_one_of_the_same_week(self, reports, operator):
        reports.agree("Moon", 60)
        reports.agree("Moon", 65, starts_on=SECOND_WEEK)
        reports.agree("Moon", 70, starts_on=SECOND_WEEK, ends_on="2026-03-27")
        reports.agree("Moon", 70, territory="FR")
        assert periods(operator) == [("FR", FIRST_WEEK, None), ("WW", FIRST_WEEK, SECOND_WEEK), ("WW", SECOND_WEEK, "2026-03-27")]
        assert {one.share.numerator for one in operator.send(ListContracts()).items} == {60, 70}

    def test_leaves_one_alone_that_is_over_or_begins_later(self, reports, operator):
        reports.agree("Moon", starts_on="2026-04-03")
        reports.agree("Moon", ends_on=SECOND_WEEK)
        reports.agree("Moon", starts_on="2026-03-13", ends_on="2026-04-03")
        assert [starts for _, starts, _ in periods(operator)] == [FIRST_WEEK, "2026-03-13", "2026-04-03"]

    @pytest.mark.parametrize("ends_on", [None, "2026-04-10"])
    def test_reaches_into_no_later_one(self, reports, ends_on):
        reports.agree("Moon", starts_on="2026-04-03")
        with pytest.raises(Conflict, match="2026-04-03"):
            reports.agree("Moon", ends_on=ends_on)

    @pytest.mark.parametrize(
        ("starts_on", "ends_on"), [("2026-03-05", None), ("2026-02-30", None), (FIRST_WEEK, "2026-03-07"), (FIRST_WEEK, FIRST_WEEK)]
    )
    def test_is_for_whole_weeks(self, operator, label_id, starts_on, ends_on):
        with pytest.raises(Invalid):
            operator.send(SetContract(label_id, Share(1, 2), starts_on, ends_on))

    def test_gives_at_most_all(self, operator, label_id):
        with pytest.raises(Invalid, match="at most the whole"):
            operator.send(SetContract(label_id, Share(101, 100), FIRST_WEEK))

    def test_is_with_a_label_that_exists(self, operator):
        with pytest.raises(NotFound):
            operator.send(SetContract(new_id(), Share(1, 2), FIRST_WEEK))

    def test_changes_no_week_that_is_reported(self, reports):
        reports.later(2026, 3, 6, 3)
        reports.days_are_exported()
        reports.open(reports.claim())
        with pytest.raises(Conflict, match="reported already"):
            reports.agree("Moon")
        reports.agree("Moon", starts_on=SECOND_WEEK)


class TestLists:
    def test_labels_by_the_beginning_of_their_name(self, operator):
        assert [one.name for one in operator.send(ListLabels("SUN")).items] == ["Sun", "Sunday"]

    def test_come_in_pages(self, operator, reports):
        first = operator.send(ListLabels(size=2))
        assert [one.name for one in (*first.items, *operator.send(ListLabels(cursor=first.next)).items)] == ["Moon", "Sun", "Sunday"]
        for name in ("Sun", "Moon", "Sunday"):
            reports.agree(name)
        page = operator.send(ListContracts(size=2))
        following = operator.send(ListContracts(cursor=page.next))
        assert [one.label.name for one in (*page.items, *following.items)] == ["Moon", "Sun", "Sunday"]
        assert following.next is None


class TestAssignPartner:
    def test_gives_the_role_and_exactly_these_labels(self, administrator, reports, ana):
        sun, moon = reports.label("Sun"), reports.label("Moon")
        assert administrator.send(AssignPartner("Ana@Example.com", (sun, moon))).labels == (Label(moon, "Moon"), Label(sun, "Sun"))
        assert administrator.send(AssignPartner("ana@example.com", (sun,))).labels == (Label(sun, "Sun"),)
        assert Role.PARTNER in ana.send(GetOwnAccount()).roles

    def test_needs_somebody_and_labels_that_exist(self, administrator, ana, label_id):
        with pytest.raises(NotFound, match="Nobody"):
            administrator.send(AssignPartner("nobody@example.com", (label_id,)))
        with pytest.raises(NotFound, match="label"):
            administrator.send(AssignPartner("ana@example.com", (label_id, new_id())))
