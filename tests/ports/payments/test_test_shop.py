"""The test shop by itself: its pages, its state in one file, its notifications, and that it answers as Stripe does."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import stripe
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from ports.clock.system import SystemClock
from ports.payments.fake.delivery import PATH, Courier
from ports.payments.fake.pages import TestShopPages
from ports.payments.fake.payments import FakePayments
from ports.payments.interface import Checkout
from ports.purchases import NoSuchPurchase, NotAuthentic, State
from tests.ports.payments.conftest import ORDER, SITE, START
from tests.services import wait_until

OURS = {"Sec-Fetch-Site": "same-origin"}
PATIENCE = 20


class Browser(Client):
    """Posts as the shop's own pages do, and reads every answer to its end."""

    def press(self, path: str, **fields: str) -> TestResponse:
        return self.post(path, data=fields, headers=OURS, follow_redirects=False)


@pytest.fixture
def browser(test_shop, tmp_path, shop_clock) -> Browser:
    return Browser(DispatcherMiddleware(NotFound(), {"/test-shop": TestShopPages(tmp_path / "test-shop.db", shop_clock)}))


@pytest.fixture
def checkout(test_shop) -> Checkout:
    return test_shop.open_checkout(replace(ORDER, trial_days=14))


@pytest.fixture
def path(checkout) -> str:
    return checkout.url.removeprefix(SITE)


@pytest.fixture
def purchase(test_shop) -> str:
    return test_shop.shop.pay(test_shop.open_checkout(ORDER).reference)


@pytest.fixture
def account(test_shop, purchase) -> str:
    """The path of the account page."""
    return test_shop.account_page(test_shop.purchase(purchase).customer, f"{SITE}/account").removeprefix(SITE)


def words(answer: TestResponse) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


class TestCheckoutPage:
    def test_says_what_is_sold_and_that_no_money_moves(self, browser, path):
        said = words(browser.get(path))
        for part in ("Test shop", "No money moves here", "Celesta <for one>", "£4.99 a month, tax included", "The first 14 days are free"):
            assert part in said
        for part in ("Pay with a card that works", "Pay with a card that is declined", "Go back"):
            assert part in said

    def test_of_yen_shows_no_pence(self, browser, test_shop):
        opened = test_shop.open_checkout(replace(ORDER, amount=1980, currency="JPY", every=type(ORDER.every).YEAR))
        assert "JPY 1,980 a year" in words(browser.get(opened.url.removeprefix(SITE)))

    def test_pays_and_leads_on(self, browser, test_shop, checkout, path):
        answer = browser.press(f"{path}/pay", card="works")
        assert (answer.status_code, answer.location) == (303, f"{SITE}/account/plan?checkout={checkout.reference}")
        assert test_shop.purchase(test_shop.checkout(checkout.reference).purchase).state is State.TRIAL
        assert "This is paid already" in words(browser.get(path))

    def test_paid_twice_is_paid_once(self, browser, test_shop, path):
        browser.press(f"{path}/pay", card="works")
        answer = browser.press(f"{path}/pay", card="works")
        assert (answer.status_code, "can no longer be paid" in words(answer)) == (409, True)
        with test_shop.shop.books() as ledger:
            assert len(list(ledger.listed("subscription"))) == 1

    @pytest.mark.parametrize("card", ["declined", "", "WORKS"])
    def test_with_any_other_card_pays_nothing_and_says_so(self, browser, test_shop, checkout, path, card):
        answer = browser.press(f"{path}/pay", card=card)
        said = words(browser.get(answer.location))
        assert "The card was declined, so nothing was paid" in said
        assert "Pay with a card that works" in said
        assert test_shop.checkout(checkout.reference).purchase is None

    def test_that_expired_says_so(self, browser, path, shop_clock):
        shop_clock.advance(25 * 3600)
        assert "has expired" in words(browser.get(path))
        assert browser.press(f"{path}/pay", card="works").status_code == 409


class TestAccountPage:
    def test_shows_the_subscription_and_its_invoices(self, browser, account):
        said = words(browser.get(account))
        for part in ("Celesta <for one>", "Active. The next payment is due on 2 April 2026.", "2 March 2026 to 2 April 2026 £4.99 paid"):
            assert part in said
        assert "Pay the open invoice" not in said

    def test_leads_through_a_failed_payment_and_back(self, browser, test_shop, account, purchase):
        browser.press(f"{account}/card", card="declined")
        browser.press(f"{account}/wait", **{"for": "month"})
        said = words(browser.get(account))
        assert "Its last payment failed. The card is tried again on 5 April 2026." in said
        assert "Pay the open invoice of £4.99" in said
        declined = browser.press(f"{account}/invoice", purchase=purchase)
        assert "The card was declined" in words(browser.get(declined.location))
        browser.press(f"{account}/card", card="works")
        browser.press(f"{account}/invoice", purchase=purchase)
        assert test_shop.purchase(purchase).state is State.ACTIVE
        assert "Pay the open invoice" not in words(browser.get(account))

    def test_shows_an_end(self, browser, test_shop, account, purchase):
        test_shop.cancel(purchase)
        assert "Active. Ends on 2 April 2026." in words(browser.get(account))
        browser.press(f"{account}/wait", **{"for": "month"})
        assert "Ended. On 2 April 2026." in words(browser.get(account))

    @pytest.mark.parametrize(
        ("stand_still", "standing"),
        [("pause", "Paused. Nothing is charged."), ("leave_unpaid", "Its last payment failed for good. No card is tried any more.")],
    )
    def test_shows_what_stands_still(self, browser, test_shop, account, purchase, stand_still, standing):
        getattr(test_shop.shop, stand_still)(purchase)
        assert standing in words(browser.get(account))

    def test_of_a_forgotten_customer_is_not_there(self, browser, test_shop, account, purchase):
        test_shop.shop.forget(test_shop.purchase(purchase).customer)
        assert browser.get(account).status_code == 404

    def test_offers_nothing_to_pay_for_what_has_ended(self, browser, account):
        browser.press(f"{account}/card", card="declined")
        for _ in range(2):
            browser.press(f"{account}/wait", **{"for": "month"})
        said = words(browser.get(account))
        assert "Ended." in said
        assert "not paid" in said
        assert "Pay the open invoice" not in said

    def test_pays_nobody_else_s_invoice(self, browser, test_shop, account, shop_clock):
        other = test_shop.shop.pay(test_shop.open_checkout(replace(ORDER, id="2", email="ben@example.org")).reference)
        test_shop.shop.set_card(test_shop.purchase(other).customer, works=False)
        shop_clock.advance(32 * 24 * 3600)
        test_shop.shop.set_card(test_shop.purchase(other).customer, works=True)
        assert browser.press(f"{account}/invoice", purchase=other).status_code == 404
        assert test_shop.purchase(other).state is State.GRACE


class TestTime:
    def test_passes_by_the_day_and_by_the_month(self, browser, path, shop_clock):
        assert browser.press(f"{path}/wait", **{"for": "day"}).location == path
        assert shop_clock.now() == START + timedelta(days=1)
        browser.press(f"{path}/wait", **{"for": "month"})
        assert shop_clock.now() == START + timedelta(days=32, hours=2)

    def test_of_the_real_clock_is_left_alone(self, tmp_path):
        real = FakePayments(tmp_path / "other.db", SystemClock())
        path = real.open_checkout(ORDER).url.removeprefix(SITE)
        browser = Browser(DispatcherMiddleware(NotFound(), {"/test-shop": TestShopPages(tmp_path / "other.db", SystemClock())}))
        assert "Let time pass" not in words(browser.get(path))
        assert browser.press(f"{path}/wait", **{"for": "month"}).status_code == 404


class TestStrangers:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Sec-Fetch-Site": "same-origin"}, 303),
            ({"Origin": SITE}, 303),
            ({}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
            ({"Sec-Fetch-Site": "same-site", "Origin": SITE}, 403),
            ({"Sec-Fetch-Site": "none"}, 403),
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "null"}, 403),
        ],
        ids=["ours", "ours of old", "silent", "cross-site", "same-site", "typed", "another origin", "no origin"],
    )
    def test_may_not_post(self, browser, test_shop, checkout, path, headers, status):
        assert browser.post(f"{path}/pay", data={"card": "works"}, headers=headers).status_code == status
        assert (test_shop.checkout(checkout.reference).purchase is not None) == (status == 303)

    @pytest.mark.parametrize(
        "path",
        ["/", "/checkout/cs_test_0", "/account/bps_0", "/static/../README.md", "/static/..%2fREADME.md", "/static/none.css", "/checkout/"],
    )
    def test_find_nothing_else(self, browser, path):
        answer = browser.get(f"/test-shop{path}")
        assert (answer.status_code, "This page is not there." in answer.text) == (404, True)

    def test_find_no_checkout_as_an_account(self, browser, checkout):
        assert browser.get(f"/test-shop/account/{checkout.reference}").status_code == 404

    def test_are_kept_out_by_the_page_s_policy(self, browser, path):
        headers = browser.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self';")
        assert "script" not in policy
        assert "frame-ancestors 'none'" in policy
        assert (headers["X-Frame-Options"], headers["Referrer-Policy"], headers["Cache-Control"]) == ("DENY", "same-origin", "no-store")

    def test_see_the_house_s_stylesheets(self, browser, path):
        sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', browser.get(path).text)
        assert len(sheets) == 4
        for sheet in sheets:
            with browser.get(sheet) as answer:
                assert (answer.status_code, answer.mimetype) == (200, "text/css")
                assert answer.data


class TestState:
    def test_is_one_file_that_survives(self, test_shop, purchase, tmp_path, shop_clock):
        told, secrets = test_shop.purchase(purchase), test_shop.shop.webhook_secrets()
        again = FakePayments(tmp_path / "test-shop.db", shop_clock)
        assert again.purchase(purchase) == told
        assert again.open_checkout(ORDER).purchase == purchase
        assert again.shop.webhook_secrets() == secrets

    def test_is_ours_alone(self, test_shop, tmp_path):
        assert (tmp_path / "test-shop.db").stat().st_mode & 0o777 == 0o600

    def test_has_a_secret_of_its_own(self, test_shop, tmp_path, shop_clock):
        other = FakePayments(tmp_path / "other.db", shop_clock)
        event = {"id": "evt_1", "type": "t", "data": {"object": {}}}
        with pytest.raises(NotAuthentic):
            test_shop.read_notification(*other.shop.signed(event))

    def test_is_shared_by_processes_that_all_write(self, test_shop, tmp_path, shop_clock):
        script = """
import sys
from dataclasses import replace
from pathlib import Path
from ports.clock.stepped import SteppedClock
from ports.payments.fake.pages import TestShopPages
from ports.payments.fake.payments import FakePayments
from tests.ports.payments.conftest import ORDER
payments = FakePayments(Path(sys.argv[1]), SteppedClock(Path(sys.argv[2])))
for number in range(10):
    payments.shop.pay(payments.open_checkout(replace(ORDER, id=f"{sys.argv[3]}-{number}")).reference)
"""
        command = [sys.executable, "-c", script, str(tmp_path / "test-shop.db"), str(tmp_path / "shop-clock")]
        processes = [subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True) for name in ("one", "two")]
        for process in processes:
            _, errors = process.communicate(timeout=60)
            assert process.returncode == 0, errors
        with test_shop.shop.books() as ledger:
            subscriptions = list(ledger.listed("subscription"))
            assert len(list(ledger.listed("price"))) == 1
        assert len({subscription["id"] for subscription in subscriptions}) == 20
        assert all(len(test_shop.purchase(one["id"]).charges) == 1 for one in subscriptions[:5])

    def test_is_open_to_one_at_a_time(self, test_shop, tmp_path):
        other = sqlite3.connect(tmp_path / "test-shop.db", timeout=0, isolation_level=None)
        with closing(other), test_shop.shop.books(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")

    def test_keeps_nothing_of_what_failed_half_way(self, test_shop, purchase):
        with pytest.raises(ZeroDivisionError), test_shop.shop.books() as ledger:
            ledger.keep({**ledger.get("subscription", purchase), "status": "canceled"})
            raise ZeroDivisionError
        assert test_shop.purchase(purchase).state is State.ACTIVE

    def test_does_not_run_backwards_with_the_clock(self, test_shop, purchase, shop_clock):
        shop_clock.advance(32 * 24 * 3600)
        told = test_shop.purchase(purchase)
        shop_clock.set(START)
        assert test_shop.purchase(purchase).charges == told.charges


class TestEvents:
    def test_are_in_order_each_at_its_own_moment(self, test_shop, purchase, shop_clock):
        shop_clock.advance(70 * 24 * 3600)
        events = test_shop.shop.events()
        made = [event["created"] for event in events]
        assert made == sorted(made)
        assert len({event["id"] for event in events}) == len(events)
        paid = [event["created"] - int(START.timestamp()) for event in events if event["type"] == "invoice.paid"]
        assert paid == [0, 31 * 86400 + 3600, 61 * 86400 + 3600]

    def test_keep_what_was_so_then(self, test_shop, purchase):
        test_shop.end(purchase)
        statuses = [one["data"]["object"]["status"] for one in test_shop.shop.events() if one["type"].startswith("customer.subscription.")]
        assert statuses == ["active", "canceled"]

    def test_tell_what_stands_still_and_what_is_forgotten(self, test_shop, purchase):
        customer = test_shop.purchase(purchase).customer
        for happen, name in ((test_shop.shop.pause, purchase), (test_shop.shop.leave_unpaid, purchase), (test_shop.shop.forget, customer)):
            happen(name)
        kinds = ["customer.subscription.paused", "customer.subscription.updated", "customer.subscription.deleted", "customer.deleted"]
        assert [event["type"] for event in test_shop.shop.events()][-4:] == kinds

    def test_of_a_failing_card_come_with_each_try(self, test_shop, purchase, shop_clock):
        test_shop.shop.set_card(test_shop.purchase(purchase).customer, works=False)
        shop_clock.advance(60 * 24 * 3600)
        kinds = [event["type"] for event in test_shop.shop.events()]
        assert kinds.count("invoice.payment_failed") == 4
        assert kinds[-1] == "customer.subscription.deleted"


class Site:
    """A site that takes notifications, or not."""

    def __init__(self) -> None:
        self.status = 200
        self.taken: list[tuple[str, bytes, str]] = []


@pytest.fixture
def site() -> Iterator[tuple[str, Site]]:
    told = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.taken.append((self.path, body, self.headers["Stripe-Signature"]))
            self.send_response(told.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", told
        server.shutdown()
        thread.join()


class TestDelivery:
    @pytest.fixture
    def bought(self, test_shop, site) -> str:
        order = replace(ORDER, success_url=f"{site[0]}/paid")
        return test_shop.shop.pay(test_shop.open_checkout(order).reference)

    def test_tells_the_site_everything_once_signed_and_in_order(self, test_shop, site, bought):
        events = test_shop.shop.undelivered()
        Courier(test_shop.shop).deliver(clock=1000)
        _, told = site
        assert {path for path, _, _ in told.taken} == {PATH}
        read = [test_shop.read_notification(body, proof) for _, body, proof in told.taken]
        assert [one.id for one in read] == [event["id"] for event in events]
        assert test_shop.shop.undelivered() == []
        assert len(test_shop.shop.events()) == len(events)
        Courier(test_shop.shop).deliver(clock=2000)
        assert len(told.taken) == len(events)

    @pytest.mark.parametrize("status", [301, 404, 500])
    def test_tries_again_later_and_later_until_the_site_takes_it(self, test_shop, site, bought, status):
        _, told = site
        courier, first = Courier(test_shop.shop), test_shop.shop.events()[0]["id"]
        told.status = status
        tries = []
        for clock in range(1000, 1200):
            before = len(told.taken)
            courier.deliver(float(clock))
            tries += [clock - 1000 for _, body, _ in told.taken[before:] if json.loads(body)["id"] == first]
        assert tries == [0, 1, 3, 7, 15, 31, 63, 123, 183]
        told.status = 204
        courier.deliver(clock=2000)
        assert test_shop.shop.undelivered() == []

    def test_stops_at_the_first_that_the_site_does_not_take(self, test_shop, site, bought):
        site[1].status = 500
        Courier(test_shop.shop).deliver(clock=1000)
        assert len(site[1].taken) == 1

    def test_waits_for_a_site_that_is_down(self, test_shop, shop_clock):
        test_shop.shop.pay(test_shop.open_checkout(replace(ORDER, success_url="http://127.0.0.1:9/paid")).reference)
        Courier(test_shop.shop).deliver(clock=1000)
        assert len(test_shop.shop.undelivered()) == len(test_shop.shop.events())

    def test_waits_for_the_first_site(self, test_shop):
        assert test_shop.shop.claim(1000) is None

    def test_runs_by_itself(self, test_shop, site, bought):
        courier = Courier(test_shop.shop)
        courier.start()
        wait_until(lambda: not test_shop.shop.undelivered(), PATIENCE)
        courier.end()
        courier.join(PATIENCE)
        assert not courier.is_alive()


class TestAnswers:
    """As Stripe's, where the card payments do not ask for it."""

    @pytest.fixture
    def client(self, test_shop) -> stripe.StripeClient:
        return test_shop._stripe

    @pytest.mark.parametrize(("key", "same"), [("one", True), ("other", False)])
    def test_the_same_key_gets_the_same_answer(self, client, purchase, key, same):
        params = {"features": {"invoice_history": {"enabled": True}}}
        first = client.v1.billing_portal.configurations.create(params, {"idempotency_key": "one"})
        second = client.v1.billing_portal.configurations.create(params, {"idempotency_key": key})
        assert (first.id == second.id) is same

    def test_the_same_key_for_something_else_is_an_error(self, client):
        client.v1.products.create({"id": "p1", "name": "One"}, {"idempotency_key": "one"})
        with pytest.raises(stripe.IdempotencyError):
            client.v1.products.create({"id": "p2", "name": "Two"}, {"idempotency_key": "one"})

    def test_a_key_is_forgotten_after_a_day(self, client, shop_clock):
        client.v1.products.create({"id": "p1", "name": "One"}, {"idempotency_key": "one"})
        shop_clock.advance(24 * 3600)
        client.v1.products.create({"id": "p2", "name": "Two"}, {"idempotency_key": "one"})

    def test_parameters_nobody_knows_are_refused(self, client, purchase):
        with pytest.raises(stripe.InvalidRequestError, match="unknown parameter: colour"):
            client.v1.products.create({"id": "p1", "name": "One", "colour": "brass"})

    def test_addresses_nobody_knows_are_refused(self, client):
        with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
            client.v1.coupons.list()

    def test_lists_come_in_pages(self, client, test_shop, purchase, shop_clock):
        shop_clock.advance(200 * 24 * 3600)
        page = client.v1.invoices.list({"subscription": purchase, "limit": 3})
        assert (len(page.data), page.has_more) == (3, True)
        every = [invoice.created for invoice in page.auto_paging_iter()]
        assert (len(every), every) == (7, sorted(every, reverse=True))

    def test_payments_of_invoices_are_told_where_they_are_asked_for(self, client, purchase):
        (plain,) = client.v1.invoices.list({"subscription": purchase}).data
        (expanded,) = client.v1.invoices.list({"subscription": purchase, "expand": ["data.payments"]}).data
        assert "payments" not in plain.to_dict()
        assert len(expanded.payments.data) == 1

    def test_drafts_are_finalised_once_and_never_voided(self, client, test_shop, purchase, shop_clock):
        shop_clock.advance(31 * 24 * 3600)
        (draft,) = client.v1.invoices.list({"subscription": purchase, "status": "draft"}).data
        with pytest.raises(stripe.InvalidRequestError, match="only void an open invoice"):
            client.v1.invoices.void_invoice(draft.id)
        with pytest.raises(stripe.InvalidRequestError, match="then collect"):
            client.v1.invoices.finalize_invoice(draft.id)
        client.v1.invoices.finalize_invoice(draft.id, {"auto_advance": False})
        with pytest.raises(stripe.InvalidRequestError, match="already finalized"):
            client.v1.invoices.finalize_invoice(draft.id, {"auto_advance": False})
        shop_clock.advance(7200)
        assert client.v1.invoices.retrieve(draft.id).status == "open"

    def test_a_draft_of_an_ended_subscription_is_charged_all_the_same(self, client, test_shop, purchase, shop_clock):
        shop_clock.advance(31 * 24 * 3600)
        client.v1.subscriptions.cancel(purchase)
        shop_clock.advance(7200)
        assert len(test_shop.purchase(purchase).charges) == 2

    def test_what_is_not_there_is_missing(self, client):
        with pytest.raises(stripe.InvalidRequestError) as missing:
            client.v1.subscriptions.retrieve("sub_unknown")
        assert (missing.value.code, missing.value.http_status) == ("resource_missing", 404)

    def test_an_object_is_found_only_by_its_own_kind(self, client, checkout):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.subscriptions.retrieve(checkout.reference)

    def test_names_that_the_shop_does_not_know(self, test_shop):
        shop = test_shop.shop
        for call in (
            shop.pay,
            shop.refund,
            shop.fail_refund,
            shop.dispute,
            shop.pay_open_invoice,
            shop.pause,
            shop.leave_unpaid,
            shop.forget,
        ):
            with pytest.raises(NoSuchPurchase):
                call("unknown")
