"""The installed app: what it shows without a connection, and what it keeps."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

KEPT = """
async () => {
  const addresses = [];
  for (const name of await caches.keys()) for (const request of await (await caches.open(name)).keys()) addresses.push(request.url);
  return addresses;
}
"""
READY = """
async () => {
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done));
}
"""


@pytest.fixture
def installed(visit):
    """Somebody with the worker at work."""
    someone = visit(service_workers="allow")
    someone.register()
    someone.page.evaluate(READY)
    return someone


class TestWithoutAConnection:
    def test_says_so_with_its_own_face_and_comes_back_by_itself(self, installed):
        page = installed.page
        page.context.set_offline(True)
        installed.open("/releases")
        expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.querySelector('.button--accent')).borderRadius") != "0px"
        assert page.evaluate('document.fonts.check("16px Instrument Sans")')
        page.context.set_offline(False)
        expect(page.get_by_role("heading", name="Releases")).to_be_visible()
        installed.errors.clear()

    def test_tells_nobody_who_was_there(self, installed):
        installed.page.context.set_offline(True)
        installed.open("/account")
        expect(installed.page.get_by_role("heading", name="You are offline")).to_be_visible()
        assert "Ana" not in installed.page.content()
        installed.errors.clear()


class TestWhatIsKept:
    def test_is_everybody_s_before_and_after_logging_out(self, installed):
        for path in (installed.release, "/account", "/library", "/recently-played", "/"):
            installed.open(path)
        installed.log_out()
        addresses = {urlsplit(address).path for address in installed.page.evaluate(KEPT)}
        assert "/offline" in addresses
        assert len(addresses) > 10
        assert [path for path in addresses if not path.startswith("/static/") and path != "/offline"] == []
