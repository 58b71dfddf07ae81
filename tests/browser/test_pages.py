"""Pages in a browser: with and without JavaScript, on a wide and a narrow screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from apps.core.contract.listening import LOOKED_THROUGH, PLAYS_PER_COMMAND
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.listener import PASSWORD

PATHS = (
    *("/", "/releases", "/account", "/account/devices", "/recently-played", "/plans", "/plans/trial", "/plans/monthly"),
    *("/subscription", "/nowhere"),
)
UNNAMED = """
() => Array.from(document.querySelectorAll("a[href], button, input:not([type=hidden]), [role=slider]"))
  .filter((element) => element.checkVisibility() && !element.closest("[aria-hidden=true]"))
  .filter((element) => !(element.ariaLabel || element.innerText?.trim() || element.labels?.length))
  .map((element) => element.outerHTML)
"""
SMALL = """
() => Array.from(document.querySelectorAll(".button, .round, .entry, .choice a, input:not([type=hidden])"))
  .filter((element) => element.checkVisibility() && !element.matches(".unseen"))
  .filter((element) => element.getBoundingClientRect().height < 44)
  .map((element) => element.outerHTML)
"""

EDGES = """
([rows, button]) => Array.from(document.querySelectorAll(`${rows} ${button}`), (one) => Math.round(one.getBoundingClientRect().left))
"""
"""Where the buttons of these rows begin."""
OUTSIDE = """
() => Array.from(document.querySelectorAll(".track__names .hindrance summary"))
  .filter((one) => one.getBoundingClientRect().right > one.closest(".track__names").getBoundingClientRect().right + 1)
  .map((one) => one.textContent)
"""
"""What reaches from a row's names into its buttons."""

TELL_OF_PLAYS = """
(count) => fetch("/player/plays", {
  method: "POST",
  headers: { "Content-Type": "application/json", "X-CSRFToken": document.getElementById("page").dataset.csrf },
  body: JSON.stringify({
    plays: Array.from({ length: count }, (_, number) => ({
      event_id: `play-${number}-${Math.random()}`.replace(".", ""),
      track_id: document.querySelector("[data-track]").dataset.track,
      started_at: new Date(Date.now() - number * 60_000).toISOString(),
      played_ms: 30_000,
    })),
  }),
}).then((answer) => answer.ok)
"""


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def narrow_or_wide(request: pytest.FixtureRequest) -> dict[str, int]:
    return request.param


class TestWithoutJavaScript:
    def test_everything_but_playing_works(self, visit):
        visitor = visit(java_script_enabled=False)
        visitor.register_by_hand()
        visitor.go("Releases")
        visitor.choose_release()
        expect(visitor.page.get_by_text("playing music needs it")).to_be_visible()
        expect(visitor.page.locator("[data-play]").first).to_be_hidden()
        visitor.log_out()
        expect(visitor.page.get_by_role("link", name="Log in", exact=True)).to_be_visible()


class TestEveryPage:
    def test_fits_names_its_controls_and_leaves_room_to_touch_them(self, visit, narrow_or_wide):
        listener = visit(narrow_or_wide)
        listener.register()
        listener.open_release()
        release = listener.page.url.removeprefix(listener.url)
        listener.play_longest()
        listener.listen_on()
        for path in (release, *PATHS):
            listener.open(path)
            assert listener.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert listener.page.evaluate(UNNAMED) == [], path
            assert listener.page.evaluate(SMALL) == [], path

    def test_has_its_buttons_one_under_the_other_though_some_tracks_have_fewer(self, visit, narrow_or_wide):
        listener = visit(narrow_or_wide)
        listener.register()
        listener.open("/styleguide")
        assert listener.page.evaluate(OUTSIDE) == []
        for rows in (".track--listed", ".tracks--found .track"):
            assert listener.page.locator(f"{rows}:not([data-track])").count() > 0, rows
            for button in (".heart", ".menu", "[data-play]"):
                edges = listener.page.evaluate(EDGES, [rows, button])
                assert (len(set(edges)), len(edges) > 1) == (1, button != "[data-play]" or rows == ".track--listed"), (rows, button)

    def test_takes_the_focus_and_the_title_along(self, visit):
        listener = visit()
        listener.open("/")
        listener.go("Releases")
        expect(listener.page).to_have_title("Releases · Celesta")
        listener.until(lambda: listener.page.evaluate("document.activeElement.id") == "main", "the focus on the page")

    def test_is_the_one_chosen_last_though_another_comes_first(self, visit):
        listener = visit()
        listener.register()
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        listener.page.route("**/releases", hold)
        listener.page.route("**/account", hold)
        for number, entry in enumerate(("Releases", "Account"), start=1):
            listener.go(entry)
            listener.until(lambda number=number: len(held) == number, "the request that is held back")
        for route in held:
            route.continue_()
        expect(listener.page).to_have_title("Account · Celesta")
        expect(listener.page.get_by_role("heading", name="Change password")).to_be_visible()

    def test_stays_when_a_proxy_answers_in_place_of_the_next(self, visit):
        listener = visit()
        listener.register()
        listener.page.route(
            "**/account", lambda route: route.fulfill(status=502, body="<html><body><h1>502 Bad Gateway</h1></body></html>")
        )
        listener.go("Account")
        expect(listener.page.get_by_text("The page could not be fetched.")).to_be_visible()
        expect(listener.page.get_by_role("button", name="Log out")).to_be_visible()
        assert listener.page.url == listener.url + "/"
        listener.page.unroute("**/account")
        listener.go("Account")
        expect(listener.page).to_have_title("Account · Celesta")

    def test_is_reached_past_the_navigation_by_one_key(self, visit):
        visitor = visit()
        visitor.open("/")
        visitor.page.keyboard.press("Tab")
        expect(visitor.page.get_by_role("link", name="Skip to content")).to_be_focused()


class TestAListInPages:
    def test_goes_on_by_keyboard_at_the_first_new_entry(self, visit, narrow_or_wide):
        listener = visit(narrow_or_wide)
        listener.register()
        listener.open_release()
        assert listener.page.evaluate(TELL_OF_PLAYS, 70)
        listener.open("/recently-played")
        entries = listener.page.locator("#history .track__title a")
        expect(entries).to_have_count(50)
        listener.page.get_by_role("link", name="Show more").press("Enter")
        expect(entries).to_have_count(70)
        expect(entries.nth(50)).to_be_focused()
        expect(entries.nth(50)).to_be_in_viewport()
        expect(listener.page.get_by_role("link", name="Show more")).to_have_count(0)
        listener.page.keyboard.press("Tab")  # from its title to what else is in its row, and from there on
        while entries.nth(50).evaluate("title => title.closest('li').contains(document.activeElement)"):
            listener.page.keyboard.press("Tab")
        expect(entries.nth(51)).to_be_focused()
        assert listener.page.url == listener.url + "/recently-played"

    def test_looks_further_back_where_nothing_was_found_so_far(self, visit):
        listener = visit()
        listener.register()
        listener.open_release()
        for _ in range(2 * LOOKED_THROUGH // PLAYS_PER_COMMAND + 1):
            assert listener.page.evaluate(TELL_OF_PLAYS, PLAYS_PER_COMMAND)
        listener.open("/recently-played?source=chart")
        expect(listener.page.locator("#more")).to_contain_text("Nothing else since")
        further = listener.page.get_by_role("link", name="Look further back")
        first = further.get_attribute("href") or ""
        further.press("Enter")
        expect(further).not_to_have_attribute("href", first)
        expect(further).to_be_focused()
        further.press("Enter")
        expect(listener.page.locator("#more")).to_have_text("Nothing further back.")
        expect(listener.page.locator("#notice")).to_be_hidden()


class TestForms:
    def test_say_what_is_wrong_where_it_is(self, visit):
        visitor = visit()
        visitor.register_by_hand()
        visitor.log_out()
        visitor.go("Log in")
        visitor.page.fill("#email", visitor.email)
        visitor.page.fill("#password", "wrong horse battery")
        visitor.page.locator("main").get_by_role("button", name="Log in").click()
        expect(visitor.page.locator("main").get_by_role("alert")).to_be_focused()
        expect(visitor.page.locator("#email")).to_have_value(visitor.email)
        visitor.page.fill("#password", PASSWORD)
        visitor.page.locator("main").get_by_role("button", name="Log in").click()
        expect(visitor.page.get_by_role("button", name="Log out")).to_be_visible()

    def test_take_the_focus_to_the_field_that_is_wrong(self, visit):
        visitor = visit()
        visitor.open("/register")
        visitor.page.fill("#name", "Ana")
        visitor.page.fill("#email", visitor.email)
        visitor.page.fill("#password", "short")
        visitor.page.locator("form").evaluate("form => (form.noValidate = true)")
        visitor.page.locator("main").get_by_role("button", name="Create account").click()
        expect(visitor.page.locator("#password[aria-invalid=true]")).to_be_focused()

    def test_are_sent_once_though_the_button_is_pressed_twice(self, visit):
        visitor = visit()
        sent: list[str] = []
        visitor.page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
        visitor.open("/register")
        visitor.page.fill("#name", "Ana")
        visitor.page.fill("#email", visitor.email)
        visitor.page.fill("#password", PASSWORD)
        visitor.page.locator("main").get_by_role("button", name="Create account").dblclick()
        expect(visitor.page.get_by_role("button", name="Log out")).to_be_visible()
        assert sent == [visitor.url + "/register"]
