"""Plans, subscriptions and payments over the API, purchases bound to the account, and what the shops send."""

from __future__ import annotations

import pytest

from apps.api.app import create_api
from apps.core.app import create_core
from apps.core.contract.actions import Scope
from apps.core.contract.billing import LARGEST_NOTIFICATION
from apps.core.database import close_engines
from ports.apple.interface import AppleStore
from ports.apple.states import AppleSubscription, Renewal, Transaction
from ports.payments.interface import Payments
from tests.api.caller import problem
from tests.conftest import STORES

APRIL = 1_775_044_800_000


@pytest.fixture
def values(values: dict[str, str]) -> dict[str, str]:
    return {**values, **STORES}


@pytest.fixture
def shop(core_app):
    return core_app.extensions["container"].get(Payments).shop


@pytest.fixture
def apple(core_app):
    store = core_app.extensions["container"].get(AppleStore)
    transaction = Transaction("1", "chain-1", "monthly", APRIL - 30 * 86_400_000, APRIL, 4990, "GBP")
    store.keep("chain-1", AppleSubscription(1, (transaction,), Renewal(1, renewal_price=4990, currency="GBP")))
    return store


class TestWhatIsSold:
    def test_is_listed_with_its_price(self, player):
        plans = player.get("/v1/plans").json["plans"]
        assert [(plan["code"], plan["amount"], plan["currency"]) for plan in plans] == [
            ("trial", 499, "GBP"),
            ("monthly", 499, "GBP"),
            ("yearly", 4990, "GBP"),
        ]


class TestAPurchase:
    def test_is_bound_to_the_account_and_shows(self, player, apple):
        answer = player.post("/v1/purchases", {"shop": "apple", "reference": "chain-1"})
        assert (answer.status_code, answer.json["state"]) == (201, "active")
        assert [one["plan"] for one in player.get("/v1/subscriptions").json["all"]] == ["monthly"]
        assert [paid["amount"] for paid in player.get("/v1/payments?limit=1").json["items"]] == [499]
        assert player.get("/v1/account").json["plan"] == "monthly"

    def test_of_another_account_is_refused(self, player, log_in, apple):
        player.post("/v1/purchases", {"shop": "apple", "reference": "chain-1"})
        other = log_in("ben@example.com")
        problem(other.post("/v1/purchases", {"shop": "apple", "reference": "chain-1"}), 409)

    def test_needs_its_own_scope(self, log_in, apple):
        app = log_in(scopes=tuple(scope for scope in Scope if scope is not Scope.PURCHASES))
        problem(app.post("/v1/purchases", {"shop": "apple", "reference": "chain-1"}), 403)
        assert app.get("/v1/subscriptions").json["all"] == []

    @pytest.mark.parametrize("sent", [{}, {"shop": "corner", "reference": "x"}, {"shop": "apple", "reference": "a b"}, {"shop": "apple"}])
    def test_that_makes_no_sense_is_refused(self, player, sent):
        problem(player.post("/v1/purchases", sent), 422)


class TestHooks:
    def test_take_what_the_shop_signed(self, client, shop):
        body, proof = shop.signed({"id": "evt_1", "object": "event", "type": "moon.phase.changed", "data": {"object": {}}})
        for _ in range(2):
            answer = client.post("/hooks/card", data=body, headers={"Stripe-Signature": proof, "Content-Type": "application/json"})
            assert (answer.status_code, answer.data) == (204, b"")

    def test_take_nothing_else(self, client, shop):
        body, proof = shop.signed({"id": "evt_1", "object": "event", "type": "moon.phase.changed", "data": {"object": {}}})
        problem(client.post("/hooks/card", data=body), 403)
        problem(client.post("/hooks/card", data=body + b" ", headers={"Stripe-Signature": proof}), 403)
        problem(client.post("/hooks/apple", data=body, headers={"Stripe-Signature": proof}), 403)
        problem(client.post("/hooks/corner", data=body, headers={"Stripe-Signature": proof}), 404)
        problem(client.post("/hooks/card", data=b" " * (LARGEST_NOTIFICATION + 1), headers={"Stripe-Signature": proof}), 413)
        problem(client.get("/hooks/card"), 405)

    def test_are_opened_by_no_token_and_open_nothing(self, player, client, shop):
        problem(player.post("/hooks/card", {}), 403)
        _, proof = shop.signed({"id": "evt_1"})
        problem(client.get("/v1/account", headers={"Stripe-Signature": proof}), 401)

    def test_may_be_guessed_at_only_so_often(self, client, services):
        statuses = {client.post("/hooks/card", data=b"{}").status_code for _ in range(2000)}
        assert statuses == {403, 429}

    def test_of_a_shop_that_is_off_answer_that_nothing_is_believed(self, values, core_app):
        other = {**values, "GOOGLE": "off"}
        core = create_core(other)
        answer = create_api(other, core).test_client().post("/hooks/google", data=b"{}")
        with core.app_context():
            close_engines()
        assert problem(answer, 503)["type"].endswith("unavailable")
