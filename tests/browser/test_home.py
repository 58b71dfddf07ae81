"""The first page, and what leads away from it on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.listener import Listener


class TestTheLeadingRelease:
    def test_plays_from_there_and_has_its_menu(self, listener):
        lead = listener.page.locator(".lead")
        title = lead.locator("h2").inner_text()
        lead.get_by_role("link", name=f"Play {title}").click()
        listener.listen_on()
        lead.get_by_role("link", name=f"Pause {title}").click()
        assert listener.is_paused
        expect(listener.page).to_have_url(listener.url + "/")
        lead.locator("summary").click()
        lead.get_by_role("button", name="Add to the queue").click()
        expect(listener.page.locator("#said")).to_contain_text("added to the queue")

    def test_has_a_visitor_log_in_and_read_why(self, visit):
        visitor = visit()
        visitor.open("/")
        expect(visitor.page.locator(".lead summary")).to_be_hidden()
        visitor.page.locator(".lead").get_by_role("link", name="Log in to play").click()
        expect(visitor.page.get_by_text("Log in or create an account to listen.")).to_be_visible()


@pytest.mark.parametrize("listener", [PHONE], ids=["phone"], indirect=True)
def test_a_phone_has_the_way_out_among_more(listener: Listener):
    listener.page.get_by_role("navigation", name="Main").get_by_role("button", name="More", exact=True).click()
    listener.log_out()
    expect(listener.page.get_by_role("navigation", name="Main").get_by_role("link", name="Log in", exact=True)).to_be_visible()
