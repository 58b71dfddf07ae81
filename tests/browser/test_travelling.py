"""A cover travels from where it was pressed to the page it leads to; nothing else moves."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.listener import Listener

WATCH = """
window.travelled = [];
const start = Document.prototype.startViewTransition;
Document.prototype.startViewTransition = function (...given) {
  const transition = start.apply(this, given);
  const names = () => document.getAnimations().map(({ effect }) => effect.pseudoElement).filter((name) => name?.includes("(cover)"));
  transition.ready.then(() => window.travelled.push(names().join()), (error) => window.travelled.push(error.message));
  return transition;
};
"""


@pytest.fixture
def watched(visit) -> Listener:
    someone = visit(reduced_motion="no-preference")
    someone.page.add_init_script(WATCH)
    return someone


def travelled(listener: Listener) -> list[str]:
    return listener.page.evaluate("window.travelled")


def choose_a_card(listener: Listener) -> None:
    listener.page.locator("main a.card").first.click()
    expect(listener.page.locator(".release__cover")).to_be_visible()


def test_a_cover_travels_to_its_release_and_from_there_to_another(watched):
    watched.open("/releases")
    choose_a_card(watched)
    watched.until(lambda: len(travelled(watched)) == 1, "a cover to travel")
    assert "::view-transition-group(cover)" in travelled(watched)[0]
    watched.go("Releases")
    choose_a_card(watched)
    watched.until(lambda: len(travelled(watched)) == 2, "another cover to travel")
    assert "::view-transition-group(cover)" in travelled(watched)[1]


def test_other_pages_are_there_at_once(watched):
    watched.open("/releases")
    watched.go("Charts")
    expect(watched.page).to_have_title("Charts · Celesta")
    assert travelled(watched) == []


def test_nothing_moves_for_whoever_asked_for_less_of_it(watched):
    watched.page.emulate_media(reduced_motion="reduce")
    watched.open("/releases")
    choose_a_card(watched)
    assert travelled(watched) == []
