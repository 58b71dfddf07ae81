"""What only the real card payments have: a key, a network, and a Stripe that may answer anything."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from apps.console.embedded import free_port
from ports.clock.stepped import SteppedClock
from ports.environment import BootError, Environment, MissingSetting
from ports.payments.interface import Interval, Order
from ports.payments.stripe import VERSION, StripePayments, connect
from ports.payments.stripe_signature import sign
from ports.purchases import NoSuchPurchase, NotAuthentic, NotConfigured, ShopRefused, ShopUnavailable, State
from ports.secrets.env import EnvSecrets
from tests.ports.payments.stripe_server import StripeServer, stripe_server

KEY = "sk_test_precious"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ORDER = Order(
    "o1", "ana", "a@example.org", None, "solo", "Solo", 499, "GBP", Interval.MONTH, 0, "https://a.example/b", "https://a.example/c"
)
EVENT = b'{"id": "evt_1", "type": "invoice.paid", "data": {"object": {"object": "invoice"}}}'
DISPUTED = b'{"id": "evt_2", "type": "charge.dispute.closed", "data": {"object": {"object": "dispute", "charge": "ch_1"}}}'
EMPTY = b'{"object": "list", "data": [], "has_more": false, "url": "/v1/prices"}'
DISPUTED_CHARGE = {"id": "ch_1", "object": "charge", "paid": True, "payment_intent": "pi_1", "amount_refunded": 0, "disputed": True}
CALLS: dict[str, Callable[[StripePayments], object]] = {
    "ping": lambda payments: payments.ping(),
    "open_checkout": lambda payments: payments.open_checkout(ORDER),
    "checkout": lambda payments: payments.checkout("cs_1"),
    "close_checkout": lambda payments: payments.close_checkout("cs_1"),
    "purchase": lambda payments: payments.purchase("sub_1"),
    "cancel": lambda payments: payments.cancel("sub_1"),
    "resume": lambda payments: payments.resume("sub_1"),
    "end": lambda payments: payments.end("sub_1"),
    "account_page": lambda payments: payments.account_page("cus_1", "https://a.example/d"),
}


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"CELESTA_ENV": "test", "CELESTA_HOME": str(tmp_path), "CLOCK": "stepped", "STRIPE_SECRET_KEY": KEY}


@pytest.fixture
def environment(settings: dict[str, str]) -> Environment:
    return Environment(settings, EnvSecrets(Environment(settings)))


@pytest.fixture
def clock(environment: Environment) -> SteppedClock:
    clock = SteppedClock.from_env(environment)
    clock.set(NOW)
    return clock


@pytest.fixture
def server() -> Iterator[StripeServer]:
    with stripe_server() as server:
        yield server


@pytest.fixture
def payments(server: StripeServer, clock: SteppedClock) -> StripePayments:
    return StripePayments(connect(KEY, api=server.url), clock, lambda: ("whsec_new",))


def listed(*things: dict[str, Any]) -> dict[str, Any]:
    return {"object": "list", "data": list(things), "has_more": False, "url": "/v1/things"}


def every_call(function):
    return pytest.mark.parametrize("call", list(CALLS.values()), ids=list(CALLS))(function)


class TestBoot:
    @pytest.mark.parametrize("key", ["sk_test_1", "rk_test_1", "sk_live_1", "rk_live_1"])
    def test_takes_secret_and_restricted_keys(self, settings, environment, key):
        settings["STRIPE_SECRET_KEY"] = key
        assert StripePayments.from_env(environment).fake is False

    def test_needs_a_key_and_no_webhook_secret(self, settings, environment):
        del settings["STRIPE_SECRET_KEY"]
        with pytest.raises(MissingSetting, match="STRIPE_SECRET_KEY"):
            StripePayments.from_env(environment)

    @pytest.mark.parametrize("key", ["pk_live_precious", "whsec_precious", "precious"])
    def test_refuses_what_is_no_secret_key_and_does_not_show_it(self, settings, environment, key):
        settings["STRIPE_SECRET_KEY"] = key
        with pytest.raises(BootError, match="STRIPE_SECRET_KEY is no secret key") as refused:
            StripePayments.from_env(environment)
        assert "precious" not in str(refused.value)

    @pytest.mark.parametrize("key", ["sk_test_precious", "rk_test_precious"])
    def test_refuses_test_cards_in_production(self, settings, environment, key):
        settings.update(STRIPE_SECRET_KEY=key, CELESTA_ENV="production", CLOCK="system")
        with pytest.raises(BootError, match="is a test key and CELESTA_ENV is production") as refused:
            StripePayments.from_env(environment)
        assert "precious" not in str(refused.value)

    def test_starts_with_a_live_key_in_production(self, settings, environment):
        settings.update(STRIPE_SECRET_KEY="sk_live_1", CELESTA_ENV="production", CLOCK="system")
        assert "https://checkout.stripe.com" in StripePayments.from_env(environment).origins()

    def test_asks_a_stand_in_where_one_is_named(self, settings, environment):
        with stripe_server() as stand_in:
            settings["STRIPE_API"] = stand_in.url
            stand_in.answer(404, {"type": "invalid_request_error", "code": "resource_missing", "message": "No such subscription"})
            with pytest.raises(NoSuchPurchase):
                StripePayments.from_env(environment).purchase("sub_1")
            assert stand_in.paths[0].startswith("/v1/subscriptions/sub_1")

    def test_asks_no_stand_in_in_production(self, settings, environment):
        settings.update(STRIPE_SECRET_KEY="sk_live_1", STRIPE_API="http://127.0.0.1:1", CELESTA_ENV="production", CLOCK="system")
        with pytest.raises(BootError, match="STRIPE_API names a stand-in"):
            StripePayments.from_env(environment)

    def test_reads_the_webhook_secrets_of_its_environment(self, settings, environment, clock):
        payments = StripePayments.from_env(environment)
        seconds = int(NOW.timestamp())
        with pytest.raises(NotConfigured, match="STRIPE_WEBHOOK_SECRET"):
            payments.read_notification(EVENT, sign(EVENT, seconds, ""))
        settings["STRIPE_WEBHOOK_SECRET"] = "whsec_new whsec_old"
        for secret in ("whsec_new", "whsec_old"):
            assert payments.read_notification(EVENT, sign(EVENT, seconds, secret)).id == "evt_1"
        settings["STRIPE_WEBHOOK_SECRET"] = "whsec_new"
        with pytest.raises(NotAuthentic):
            payments.read_notification(EVENT, sign(EVENT, seconds, "whsec_old"))

    @pytest.mark.parametrize("value", ["", "   ", "change-me"])
    def test_believes_nothing_with_a_webhook_secret_that_is_none(self, settings, environment, clock, value):
        settings["STRIPE_WEBHOOK_SECRET"] = value
        with pytest.raises(NotConfigured):
            StripePayments.from_env(environment).read_notification(EVENT, sign(EVENT, int(NOW.timestamp()), value))


class TestWebhookSecret:
    @pytest.mark.parametrize("secrets", [(), ("",), ("whsec_new", "")], ids=["none", "empty", "one empty"])
    def test_that_is_empty_signs_nothing(self, clock, secrets):
        payments = StripePayments(connect(KEY), clock, lambda: secrets)
        with pytest.raises(NotConfigured):
            payments.read_notification(EVENT, sign(EVENT, int(NOW.timestamp()), ""))

    def test_one_of_several_signatures_is_enough(self, payments):
        seconds = int(NOW.timestamp())
        old, new = (sign(EVENT, seconds, secret).partition(",")[2] for secret in ("whsec_old", "whsec_new"))
        assert payments.read_notification(EVENT, f"t={seconds},{old},{new},v0=x").id == "evt_1"


class TestErrors:
    @every_call
    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_of_stripe_s_own_are_for_later(self, payments, server, call, status):
        server.answer(status, {"type": "api_error", "message": "Sorry"})
        with pytest.raises(ShopUnavailable, match=f"HTTP {status}"):
            call(payments)

    @every_call
    def test_of_too_many_requests_are_for_later(self, payments, server, call):
        server.answer(429, {"type": "invalid_request_error", "code": "rate_limit", "message": "Slow down"})
        with pytest.raises(ShopUnavailable, match="too often"):
            call(payments)

    @every_call
    @pytest.mark.parametrize("status", [200, 500])
    def test_that_cannot_be_read_are_for_later_and_not_shown(self, payments, server, call, status):
        server.status, server.body = status, b"<html>precious</html>"
        with pytest.raises(ShopUnavailable) as refused:
            call(payments)
        assert "precious" not in str(refused.value)

    @every_call
    @pytest.mark.parametrize("status", [401, 403])
    def test_of_our_key_say_which_secret_to_check(self, payments, server, call, status):
        server.answer(status, {"type": "invalid_request_error", "message": f"Invalid API Key provided: {KEY}"})
        with pytest.raises(ShopUnavailable, match="STRIPE_SECRET_KEY") as refused:
            call(payments)
        assert KEY not in str(refused.value)
        assert refused.value.__cause__ is None

    def test_of_permissions_that_are_missing_are_all_named(self, payments, server):
        refused = (403, {"type": "invalid_request_error", "message": f"The provided key '{KEY}' does not have the required permissions"})
        server.refused = {"/v1/disputes": refused, "/v1/invoices": refused, "/v1/billing_portal/configurations": refused}
        server.body = EMPTY
        with pytest.raises(ShopUnavailable, match=r"STRIPE_SECRET_KEY.* lacks") as failed:
            payments.ping()
        assert "Invoices: read, Disputes: read, Customer portal: read" in str(failed.value)
        assert KEY not in str(failed.value)
        assert failed.value.__cause__ is None

    def test_of_a_missing_permission_for_disputes_name_it(self, payments, server):
        refused = (403, {"type": "invalid_request_error", "message": f"The provided key '{KEY}' may not"})
        told = {"id": "sub_1", "object": "subscription", "customer": "cus_1"}
        server.found = {"/v1/subscriptions/sub_1": told, "/v1/invoices": listed(), "/v1/charges": listed(DISPUTED_CHARGE)}
        server.refused = {"/v1/disputes": refused}
        with pytest.raises(ShopUnavailable, match=r"STRIPE_SECRET_KEY.* lacks .*Disputes: read") as failed:
            payments.purchase("sub_1")
        assert KEY not in str(failed.value)

    def test_of_a_missing_permission_for_disputes_matter_only_where_there_is_one(self, payments, server):
        item = {"current_period_start": 1, "current_period_end": 2, "price": {"unit_amount": 499, "currency": "gbp"}, "quantity": 1}
        told = {
            "id": "sub_1",
            "object": "subscription",
            "customer": "cus_1",
            "status": "canceled",
            "metadata": {"plan": "solo"},
            "items": listed(item),
            "cancel_at": None,
            "cancel_at_period_end": False,
        }
        charges = listed({**DISPUTED_CHARGE, "disputed": False})
        server.found = {"/v1/subscriptions/sub_1": told, "/v1/invoices": listed(), "/v1/charges": charges}
        server.refused = {"/v1/disputes": (403, {"type": "invalid_request_error", "message": "No"})}
        assert payments.purchase("sub_1").state is State.EXPIRED

    @every_call
    def test_of_a_request_under_way_are_for_later(self, payments, server, call):
        server.answer(409, {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": "Under way"})
        with pytest.raises(ShopUnavailable):
            call(payments)

    @every_call
    def test_of_a_network_that_is_not_there_are_for_later(self, clock, call):
        payments = StripePayments(connect(KEY, api=f"http://127.0.0.1:{free_port()}"), clock, lambda: ("whsec_new",))
        with pytest.raises(ShopUnavailable, match="cannot be reached"):
            call(payments)

    def test_of_a_stripe_that_says_nothing_are_for_later(self, server, clock):
        server.silent = True
        client = connect(KEY, stripe.RequestsClient(timeout=0.2), api=server.url)
        with pytest.raises(ShopUnavailable, match="cannot be reached"):
            StripePayments(client, clock, lambda: ()).purchase("sub_1")

    @pytest.mark.parametrize("name", sorted(set(CALLS) - {"ping", "open_checkout"}))
    def test_of_names_nobody_knows(self, payments, server, name):
        server.answer(404, {"type": "invalid_request_error", "code": "resource_missing", "message": "No such thing: 'x_1'"})
        with pytest.raises(NoSuchPurchase, match="x_1"):
            CALLS[name](payments)

    def test_of_names_nobody_knows_refuse_the_order(self, payments, server):
        server.answer(404, {"type": "invalid_request_error", "code": "resource_missing", "message": "No such customer: 'cus_1'"})
        with pytest.raises(ShopRefused, match="cus_1"):
            payments.open_checkout(ORDER)

    @pytest.mark.parametrize("name", sorted(set(CALLS) - {"close_checkout"}))
    @pytest.mark.parametrize(("status", "kind"), [(400, "invalid_request_error"), (400, "idempotency_error"), (402, "card_error")])
    def test_of_what_stripe_will_not_do(self, payments, server, name, status, kind):
        server.answer(status, {"type": kind, "code": "parameter_missing", "message": "Not like this"})
        with pytest.raises(ShopRefused, match="Not like this"):
            CALLS[name](payments)

    @pytest.mark.parametrize(("status", "step"), [("draft", "finalize"), ("open", "void")])
    def test_of_ending_while_stripe_goes_on_by_itself_are_none(self, payments, server, status, step):
        invoice = {"id": "in_1", "object": "invoice", "status": "paid"}
        ended = {"id": "sub_1", "object": "subscription", "status": "canceled"}
        server.found = {"/v1/subscriptions/sub_1": ended, "/v1/invoices": listed(invoice), "/v1/invoices/in_1": invoice}
        server.refused = {f"/v1/invoices/in_1/{step}": (400, {"type": "invalid_request_error", "message": "Not like this"})}
        payments.end("sub_1")
        assert server.paths[-1] in {"/v1/invoices/in_1", "/v1/invoices/in_1/void"}
        server.found["/v1/invoices/in_1"] = invoice | {"status": status}
        with pytest.raises(ShopRefused, match="Not like this"):
            payments.end("sub_1")

    def test_in_reading_whose_a_dispute_is_are_for_later(self, payments, server):
        server.answer(500, {"type": "api_error", "message": "Sorry"})
        with pytest.raises(ShopUnavailable):
            payments.read_notification(DISPUTED, sign(DISPUTED, int(NOW.timestamp()), "whsec_new"))

    def test_nobody_is_asked_before_a_signature_is_checked(self, payments, server):
        with pytest.raises(NotAuthentic):
            payments.read_notification(DISPUTED, sign(DISPUTED, int(NOW.timestamp()), "whsec_other"))
        assert server.headers == []


class TestRequests:
    def test_name_the_version_this_was_written_for_and_tell_nothing_of_the_machine(self, payments, server):
        server.body = EMPTY
        payments.ping()
        for headers in server.headers:
            assert (headers["Stripe-Version"], headers["Authorization"]) == (VERSION, f"Bearer {KEY}")
            assert "telemetry_id" not in headers["X-Stripe-Client-User-Agent"]

    def test_try_everything_that_is_needed_when_asked_whether_it_is_there(self, payments, server):
        server.body = EMPTY
        payments.ping()
        things = ("billing_portal/configurations", "charges", "checkout/sessions", "disputes", "invoices", "prices", "refunds")
        assert sorted(server.paths) == [f"/v1/{thing}?limit=1" for thing in (*things, "subscriptions")]

    @pytest.mark.parametrize("status", [409, 429, 500])
    def test_are_sent_once_by_whoever_listeners_wait_for(self, server, clock, status):
        server.answer(status, {"type": "api_error", "message": "Sorry"})
        with pytest.raises(ShopUnavailable):
            StripePayments(connect(KEY, api=server.url), clock, lambda: ()).purchase("sub_1")
        assert len(server.paths) == 1

    def test_are_given_up_after_five_seconds(self, server, clock, monkeypatch):
        waits = []
        send = requests.Session.request
        monkeypatch.setattr(requests.Session, "request", lambda *all_, **named: waits.append(named["timeout"]) or send(*all_, **named))
        server.body = EMPTY
        StripePayments(connect(KEY, api=server.url), clock, lambda: ()).ping()
        assert set(waits) == {5}

    def test_for_completed_checkouts_are_one(self, payments, server):
        paid = {"id": "cs_1", "object": "checkout.session", "status": "complete", "expires_at": 1, "metadata": {"order": "other"}}
        server.found = {
            "/v1/checkout/sessions": {**listed(paid), "has_more": True},
            "/v1/prices": listed(),
        }
        server.status = 500
        with pytest.raises(ShopUnavailable):
            payments.open_checkout(ORDER)
        assert sum("status=complete" in path for path in server.paths) == 1

    def test_leave_no_address_in_the_log(self, server, clock, caplog):
        logging.getLogger("stripe").setLevel(logging.NOTSET)
        caplog.set_level(logging.INFO)
        server.body = EMPTY
        payments = StripePayments(connect(KEY, api=server.url), clock, lambda: ())
        server.refused = {"/v1/prices": (500, {"type": "api_error", "message": "Sorry"})}
        with pytest.raises(ShopUnavailable):
            payments.open_checkout(ORDER)
        assert any("a%40example.org" in path for path in server.paths)
        assert "example.org" not in caplog.text
