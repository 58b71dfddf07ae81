"""Choosing a plan, paying in the test shop, and everything on the subscription's page."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from apps.core.contract.playback import PREVIEW, RecordTranscode
from apps.core.rights.terms import CommercialModel
from apps.website.app import create_website
from ports.payments.interface import Payments
from tests.factories.catalogue import audio, renditions
from tests.factories.deals import Deals
from tests.website.visitor import Visitor, form_token


@pytest.fixture
def shop(core_app):
    return core_app.extensions["container"].get(Payments).shop


@pytest.fixture
def subscribe(shop):
    """Go through the whole way in a browser; returns the page one ends on."""

    def go(visitor, plan: str = "monthly"):
        paying = visitor.submit(f"/plans/{plan}")
        assert paying.status_code == 303
        shop.pay(urlsplit(paying.location).path.rpartition("/")[2])
        back = visitor.get("/subscription/confirm?checkout=1")
        assert (back.status_code, back.location) == (303, "/subscription?begun=")
        return visitor.get(back.location)

    return go


def customer(shop) -> str:
    return next(event["data"]["object"]["customer"] for event in shop.events() if event["type"] == "customer.subscription.created")


def action(page, ending: str) -> str:
    """The address of the form or link that ends so."""
    found = re.search(rf'(?:action|href)="(/subscription/[^"]*{ending})"', page.text)
    assert found, f"nothing on the page leads to {ending}"
    return found[1]


class TestPlans:
    def test_are_for_everybody_to_see(self, guest):
        page = guest.get("/plans").text
        assert [price in page for price in ("14 days", "£4.99", "£49.90", "VAT included")] == [True] * 4

    def test_lead_a_guest_to_an_account_and_back(self, guest):
        answer = guest.get("/plans/yearly")
        assert answer.location == "/register?next=/plans/yearly"
        assert guest.register(path=answer.location).location == "/plans/yearly"

    def test_say_all_that_is_agreed_to_before_the_button(self, listener):
        page = listener.get("/plans/monthly").text
        words = ("£4.99 a month, VAT included; the first time today", "By itself every month, until you cancel", "Subscribe and pay £4.99")
        assert [said in page for said in words] == [True] * 3
        trial = listener.get("/plans/trial").text
        assert "Nothing to pay, for 14 days" in trial and "£4.99 a month" in trial and "Start the trial" in trial

    def test_that_are_not_sold_are_not_found(self, listener):
        for address in ("/plans/gold", "/plans/none", "/plans/x%00"):
            assert listener.get(address).status_code == 404
        assert listener.submit("/plans/monthly", "/plans/gold").status_code == 404

    def test_need_a_form_of_ours(self, listener):
        assert listener.client.post("/plans/monthly").status_code == 403


class TestSubscribing:
    def test_leads_to_the_shop_and_back(self, listener, subscribe):
        page = subscribe(listener).text
        assert "your plan “Monthly” has begun" in page
        assert "£4.99 on 2 April 2026" in page and "£0.83 tax" in page

    def test_to_a_trial_says_until_when_it_is_free(self, listener, subscribe):
        assert "your free trial has begun, and you hear everything in full until 16 March 2026." in subscribe(listener, "trial").text

    def test_has_a_script_go_to_the_shop_by_itself(self, listener):
        """A page that was swapped into another is held to the other's policy, and its music plays on until the shop shows."""
        token = form_token(listener.get("/plans/monthly"))
        answer = listener.client.post("/plans/monthly", data={"csrf_token": token}, headers={"HX-Request": "true"})
        assert (answer.status_code, answer.text) == (200, "")
        assert "/test-shop/" in answer.headers["HX-Redirect"]

    def test_lets_the_forms_lead_to_the_shop(self, values, core_app, website):
        """Stripe's pages are elsewhere; a browser must be allowed to follow a form there."""

        class Elsewhere(type(core_app.extensions["container"].get(Payments))):
            def origins(self) -> tuple[str, ...]:
                return ("https://pay.example",)

        container = core_app.extensions["container"]
        container.put(Payments, Elsewhere.from_env(container.environment))
        ana = Visitor(create_website(values, core_app).test_client())
        ana.register()
        for path in ("/plans/monthly", "/subscription"):
            assert "form-action 'self' https://pay.example" in ana.get(path).headers["Content-Security-Policy"]
        assert "pay.example" not in ana.get("/plans").headers["Content-Security-Policy"]

    def test_shows_on_the_plans_and_the_account(self, listener, subscribe, clock):
        subscribe(listener)
        assert "You have the plan <strong>Monthly</strong>" in listener.get("/plans").text
        assert listener.get("/plans/yearly").location == "/subscription"
        clock.advance(6)
        page = listener.get("/account").text
        assert ("Monthly, paid until" in page, ">your subscription<" in page, 'class="mark"' in page) == (True, True, False)

    def test_come_back_from_too_early_says_so(self, listener):
        listener.submit("/plans/monthly")
        page = listener.get("/subscription/confirm?checkout=1")
        assert (page.status_code, "Not paid yet" in page.text) == (200, True)

    def test_come_back_from_too_late_says_so(self, listener, clock):
        listener.submit("/plans/monthly")
        clock.advance(25 * 3600)
        assert "Nothing was bought" in listener.get("/subscription/confirm?checkout=1").text

    @pytest.mark.parametrize("number", ["", "0", "2", "x", "-1", "9999999", "\u0661", "1e3"])
    def test_come_back_from_with_nonsense_finds_nothing(self, listener, number):
        listener.submit("/plans/monthly")
        assert listener.get(f"/subscription/confirm?checkout={number}").status_code in {404, 422}


class TestTheSubscription:
    def test_is_cancelled_in_two_clicks_and_taken_back_in_one(self, listener, subscribe):
        page = subscribe(listener)
        ask = action(page, "/cancel")
        assert "until 2 April 2026" in listener.get(ask).text
        assert listener.submit(ask).location == "/subscription"
        cancelled = listener.get("/subscription")
        assert "Ends" in cancelled.text and "Next payment" not in cancelled.text
        assert listener.submit("/subscription", action(cancelled, "/resume")).location == "/subscription"
        assert "Next payment" in listener.get("/subscription").text

    def test_that_is_cancelled_already_is_not_asked_about(self, listener, subscribe):
        ask = action(subscribe(listener), "/cancel")
        listener.submit(ask)
        assert "nothing to cancel" in listener.get(ask).text

    def test_whose_payment_failed_says_what_to_do(self, listener, subscribe, shop, clock):
        page = subscribe(listener)
        shop.set_card(customer(shop), works=False)
        clock.advance(31 * 86_400 + 7200)
        listener.get(action(page, "/cancel").replace("/cancel", "/changed"))
        page = listener.get("/subscription")
        assert "Your last payment did not go through" in page.text
        assert "Monthly: a payment is missing" in listener.get("/account").text
        assert "until 9 April 2026" in page.text and "Pay now, or change the card" in page.text
        paying = listener.submit("/subscription", action(page, "/payment"))
        assert urlsplit(paying.location).path.startswith("/test-shop/")
        shop.set_card(customer(shop), works=True)
        shop.pay_open_invoice(next(event["data"]["object"]["id"] for event in shop.events() if "subscription.created" in event["type"]))
        back = listener.get(action(page, "/payment").replace("/payment", "/changed"))
        assert back.location == "/subscription"
        assert "did not go through" not in listener.get("/subscription").text

    def test_of_somebody_else_is_not_there(self, listener, subscribe, visit):
        page = subscribe(listener)
        other = visit()
        other.register(name="Ben", email="ben@example.com")
        assert other.get(action(page, "/cancel")).status_code == 404
        assert other.submit("/account", action(page, "/cancel")).status_code == 404

    def test_without_one_leads_to_the_plans(self, listener):
        page = listener.get("/subscription").text
        assert ("No subscription yet" in page, "Your subscription" in page, 'href="/plans"' in page) == (True, False, True)
        page = listener.get("/account").text
        assert ("None yet, so you hear" in page, "look at the plans" in page, "your subscription" in page) == (True, True, False)
        assert page.count('class="mark" href="/plans"') == 1

    def test_is_for_whoever_is_logged_in(self, guest):
        assert guest.get("/subscription").location.startswith("/log-in")


class TestARelease:
    def test_that_needs_a_plan_says_so_and_plays_previews(self, listener, catalogue, core_app, subscribe):
        release_id = catalogue.release("Blue Garden", tracks=2)
        Deals(core_app).only(release_id, model=CommercialModel.SUBSCRIPTION)
        page = listener.get(f"/releases/{release_id}").text
        assert page.count(">Preview<") == 2 and 'href="/plans"' in page and "data-play=" in page
        subscribe(listener)
        assert listener.call("/player/sessions", {"track_id": track_id(page), "device": "web-1"}).json["preview"] is False

    def test_that_needs_a_plan_and_is_too_short_for_a_preview_leads_to_the_plans(self, listener, catalogue, core_app):
        (release_id,) = catalogue.deliver(catalogue.files("Blue Garden", ["One", "Two"]))
        claim = catalogue.claim(catalogue.waiting("transcode")[0])
        whole = tuple(one for one in renditions(claim.work) if one.name != PREVIEW)
        catalogue.worker.send(RecordTranscode(claim.job_id, claim.lease, audio(), whole))
        Deals(core_app).only(release_id, model=CommercialModel.SUBSCRIPTION)
        page = listener.get(f"/releases/{release_id}").text
        assert (page.count(">With a plan<"), page.count(">Not ready<")) == (1, 1)
        catalogue.transcode(catalogue.waiting("transcode")[0])
        page = listener.get(f"/releases/{release_id}").text
        assert (page.count(">With a plan<"), page.count(">Preview<"), page.count("still being prepared")) == (1, 1, 0)

    def test_is_no_preview_for_a_guest(self, guest, catalogue, core_app):
        release_id = catalogue.release("Blue Garden", tracks=2)
        Deals(core_app).only(release_id, model=CommercialModel.SUBSCRIPTION)
        page = guest.get(f"/releases/{release_id}").text
        assert ">Preview<" not in page and "Log in to play" in page


def track_id(page: str) -> str:
    found = re.search(r'data-track="([0-9A-Za-z]{22})"', page)
    assert found
    return found[1]
