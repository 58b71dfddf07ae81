"""What burns the database: ranked for staff, with the statements behind each Action."""

from __future__ import annotations

import re

import pytest

from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.catalogue import ListReleases
from apps.core.costs.keeping import CostKeeper
from apps.core.meter import Measure, Meter


@pytest.fixture
def some_cost(clerk, core_app, ana):
    """Known to nobody but these: what was sent before is forgotten."""
    core_app.extensions["container"].get(Meter).take()
    for _ in range(3):
        ana.send(GetOwnAccount())
    ana.send(ListReleases())
    CostKeeper(core_app).turn()


class TestTheRanking:
    def test_names_each_action_and_leads_to_its_statements(self, clerk, some_cost):
        page = clerk.get("/costs?by=count").text
        names = re.findall(r'<th scope="row"><a lang="en" href="(/costs/[^"]+)">(\w+)</a>', page)
        assert names[0] == ("/costs/GetOwnAccount?since=1h", "GetOwnAccount")
        assert "/costs/ListReleases?since=1h" in dict(names)
        assert page.count('class="cost__bar"') == len(names)

    def test_is_sorted_by_links(self, clerk, some_cost):
        page = clerk.get("/costs?since=5m").text
        assert '<th scope="col" aria-sort="descending"><a href="/costs?since=5m&amp;by=rise">Rise</a></th>' in page
        assert 'href="/costs?since=5m&amp;by=database_time"' in page
        sorted_otherwise = clerk.get("/costs?since=5m&by=database_time").text
        assert '<th scope="col" aria-sort="descending"><a href="/costs?since=5m&amp;by=database_time">' in sorted_otherwise

    def test_looks_back_as_far_as_one_chooses(self, clerk, some_cost, clock):
        clock.advance(20 * 60)
        assert "Nothing was asked of Core in this time." in clerk.get("/costs?since=5m").text
        assert "GetOwnAccount" in clerk.get("/costs").text

    @pytest.mark.parametrize("query", ["since=1w", "by=name", "since="])
    def test_says_what_it_does_not_know(self, clerk, query):
        answer = clerk.get(f"/costs?{query}")
        assert answer.status_code == 422
        assert "Choose one of" in answer.text


class TestAnAction:
    def test_shows_its_statements_without_values(self, clerk, some_cost):
        page = clerk.get("/costs/GetOwnAccount").text
        assert "<dd>3 times, 0 before</dd>" in page
        assert "WHERE account.id = ?" in page
        assert "ana@example.com" not in page

    def test_that_asks_nothing_says_so(self, clerk, core_app, some_cost):
        core_app.extensions["container"].get(Meter).record("Idle", Measure(), failed=False)
        CostKeeper(core_app).turn()
        assert "It asks the database nothing." in clerk.get("/costs/Idle").text

    def test_that_nobody_sent_is_not_found(self, clerk):
        assert clerk.get("/costs/SingAlong").status_code == 404


class TestAccess:
    @pytest.mark.parametrize("path", ["/costs", "/costs/GetOwnAccount"])
    def test_is_not_for_listeners(self, listener, path):
        assert listener.get(path).status_code == 403

    def test_is_not_for_visitors(self, guest):
        assert guest.get("/costs").location == "/log-in?next=%2Fcosts"
