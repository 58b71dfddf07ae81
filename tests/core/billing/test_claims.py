"""What was bought in an app store: bound to one account, and kept as the store says it is."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest

from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.billing import (
    CancelSubscription,
    ClaimPurchase,
    ClaimUnsettled,
    ListPayments,
    OpenPaymentPage,
    ReceiveNotification,
    Shop,
)
from apps.core.contract.errors import Conflict, Forbidden, NotFound
from apps.core.contract.ids import id_to_bytes, new_id, read_id
from ports.amazon.interface import AmazonStore
from ports.amazon.states import AmazonPurchase, Receipt
from ports.apple.interface import AppleStore
from ports.apple.states import AppleSubscription, Renewal, Transaction
from ports.purchases import State
from tests.at_once import at_once
from tests.conftest import STORES
from tests.core.billing.conftest import SITE


def milliseconds(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)


def bought(reference: str = "2000000001", account: str | None = None, status: int = 1, renews: int = 1) -> AppleSubscription:
    """A month at Apple's, for this account."""
    transaction = Transaction(
        transaction_id=f"{reference}-1", original_transaction_id=reference, product_id="monthly",
        purchase_date=milliseconds(2026, 3, 1), expires_date=milliseconds(2026, 4, 1), price=4990, currency="GBP",
        app_account_token=account,
    )  # fmt: skip
    return AppleSubscription(status, (transaction,), Renewal(renews, renewal_price=4990, currency="GBP"))


@pytest.fixture
def values(values: dict[str, str]) -> dict[str, str]:
    return {**values, **STORES}


@pytest.fixture
def apple(core_app):
    return core_app.extensions["container"].get(AppleStore)


@pytest.fixture
def named(ana):
    """Ana's account as Apple knows it: App Store tokens are UUIDs."""
    return str(UUID(bytes=id_to_bytes(ana.actor.account_id)))


class TestAClaim:
    def test_gives_the_plan_and_shows_what_was_paid(self, ana, apple, named):
        apple.keep("2000000001", bought(account=named))
        claimed = ana.send(ClaimPurchase(Shop.APPLE, "2000000001"))
        assert (claimed.shop, claimed.plan, claimed.state) == (Shop.APPLE, "monthly", State.ACTIVE)
        assert ana.send(GetOwnAccount()).plan == "monthly"
        assert [(paid.amount, paid.tax, paid.shop) for paid in ana.send(ListPayments()).items] == [(499, 83, Shop.APPLE)]

    def test_again_changes_nothing(self, ana, apple, named, till):
        apple.keep("2000000001", bought(account=named))
        first = ana.send(ClaimPurchase(Shop.APPLE, "2000000001"))
        assert ana.send(ClaimPurchase(Shop.APPLE, "2000000001")) == first
        assert till.balance()["shop:apple"] == 499

    def test_by_another_name_of_the_same_chain_is_the_same_claim(self, ana, apple, named, till):
        apple.keep("2000000001", bought(account=named))
        apple.keep("2000000099", bought(account=named))  # a renewal's transaction, which answers with the chain it belongs to
        first = ana.send(ClaimPurchase(Shop.APPLE, "2000000099"))
        assert ana.send(ClaimPurchase(Shop.APPLE, "2000000099")) == ana.send(ClaimPurchase(Shop.APPLE, "2000000001")) == first
        assert len(till.subscriptions(ana).all) == 1

    def test_of_what_the_store_knows_no_buyer_of_binds_it_to_who_came_first(self, ana, ben, apple):
        apple.keep("2000000001", bought())
        ana.send(ClaimPurchase(Shop.APPLE, "2000000001"))
        with pytest.raises(Conflict, match="another account"):
            ben.send(ClaimPurchase(Shop.APPLE, "2000000001"))
        assert ben.send(GetOwnAccount()).plan == "none"

    def test_by_two_accounts_at_once_is_one_ones(self, ana, ben, apple):
        apple.keep("2000000001", bought())
        claim = ClaimPurchase(Shop.APPLE, "2000000001")
        results = at_once([lambda: ana.send(claim), lambda: ben.send(claim)])
        assert sum(isinstance(one, Conflict) for one in results) == 1
        assert sorted(who.send(GetOwnAccount()).plan for who in (ana, ben)) == ["monthly", "none"]

    def test_of_what_was_bought_for_somebody_else_is_refused(self, ben, apple, named):
        apple.keep("2000000001", bought(account=named))
        with pytest.raises(Conflict, match="another account"):
            ben.send(ClaimPurchase(Shop.APPLE, "2000000001"))

    @pytest.mark.parametrize("account", ["00000000-0000-0000-0000-000000000000", "no account at all", "z" * 22])
    def test_of_what_was_bought_for_nobody_here_is_refused(self, ana, apple, account):
        apple.keep("2000000001", bought(account=account))
        with pytest.raises((NotFound, Conflict)):
            ana.send(ClaimPurchase(Shop.APPLE, "2000000001"))
        assert ana.send(GetOwnAccount()).plan == "none"

    def test_of_what_the_store_does_not_know_is_refused(self, ana):
        for shop in (Shop.APPLE, Shop.GOOGLE, Shop.AMAZON):
            with pytest.raises(NotFound, match="knows no such purchase"):
                ana.send(ClaimPurchase(shop, "2000000009"))

    def test_of_what_is_paid_by_card_is_not_needed(self, ana):
        with pytest.raises(Conflict, match="need not be claimed"):
            ana.send(ClaimPurchase(Shop.CARD, "sub_1"))

    def test_of_a_plan_nobody_knows_gives_nothing_more_than_an_account(self, ana, apple, named):
        facts = bought(account=named)
        unknown = msgspec.structs.replace(facts, transactions=(msgspec.structs.replace(facts.transactions[0], product_id="golden"),))
        apple.keep("2000000001", unknown)
        assert ana.send(ClaimPurchase(Shop.APPLE, "2000000001")).title == "Golden"

    def test_is_taxed_where_the_claimant_is(self, ben, apple, sender, till):
        apple.keep("2000000001", bought())
        sender(msgspec.structs.replace(ben.actor, territory="US")).send(ClaimPurchase(Shop.APPLE, "2000000001"))
        assert till.balance() == {"shop:apple": 499, "revenue": -499}


class TestWhatTheStoreSays:
    @pytest.fixture
    def claimed(self, ana, apple, named):
        apple.keep("2000000001", bought(account=named))
        return ana.send(ClaimPurchase(Shop.APPLE, "2000000001"))

    def test_is_asked_for_when_it_sends_notice(self, ana, api, apple, named, claimed, till):
        apple.keep("2000000001", bought(account=named, renews=0))
        body, proof = apple.notification("DID_CHANGE_RENEWAL_STATUS", "2000000001")
        api.send(ReceiveNotification(Shop.APPLE, body, proof))
        till.reconcile()
        assert till.subscriptions(ana).current.state == State.CANCELLING

    def test_is_counted_for_prometheus_with_what_it_changes(self, ana, api, apple, named, claimed, till, told):
        apple.keep("2000000001", bought(account=named, renews=0))
        body, proof = apple.notification("DID_CHANGE_RENEWAL_STATUS", "2000000001")
        api.send(ReceiveNotification(Shop.APPLE, body, proof))
        with pytest.raises(Forbidden):
            api.send(ReceiveNotification(Shop.APPLE, body, proof[:-1]))
        till.reconcile()
        notices = {
            outcome: told.get_sample_value("celesta_shop_notifications_total", {"shop": "apple", "outcome": outcome})
            for outcome in ("ok", "forbidden")
        }
        assert notices == {"ok": 1, "forbidden": 1}
        assert told.get_sample_value("celesta_subscription_changes_total", {"state": State.CANCELLING}) == 1

    def test_is_believed_only_where_it_signed(self, api, apple):
        body, proof = apple.notification("REFUND", "2000000001")
        with pytest.raises(Forbidden):
            api.send(ReceiveNotification(Shop.APPLE, body, proof[:-1]))

    def test_of_what_nobody_claimed_yet_waits_for_nobody(self, api, apple, worker, till, ana):
        apple.keep("2000000002", bought("2000000002"))
        body, proof = apple.notification("SUBSCRIBED", "2000000002")
        api.send(ReceiveNotification(Shop.APPLE, body, proof))
        till.reconcile()
        assert worker.send(ClaimUnsettled()).purchases == ()
        assert ana.send(ClaimPurchase(Shop.APPLE, "2000000002")).state == State.ACTIVE

    def test_is_changed_in_the_store_and_not_here(self, ana, claimed):
        assert (claimed.may_cancel, claimed.may_resume) == (False, False)
        for change in (CancelSubscription(claimed.id), OpenPaymentPage(claimed.id, f"{SITE}/back")):
            with pytest.raises(Conflict, match="another shop"):
                ana.send(change)

    def test_beside_a_second_subscription_shows_both(self, ana, core_app, claimed, till):
        amazon = core_app.extensions["container"].get(AmazonStore)
        receipt = Receipt(
            receipt_id="amzn1", product_id="yearly", purchase_date=milliseconds(2026, 1, 1), term="1 Year", auto_renewing=True,
            renewal_date=milliseconds(2027, 1, 1),
        )  # fmt: skip
        amazon.keep("user-1:amzn1", AmazonPurchase("user-1", receipt))
        assert ana.send(ClaimPurchase(Shop.AMAZON, "user-1:amzn1")).amount is None
        assert {one.shop for one in till.subscriptions(ana).giving_access} == {Shop.APPLE, Shop.AMAZON}
        assert ana.send(GetOwnAccount()).plan == "yearly"  # what lasts longest


class TestAnId:
    def test_is_read_as_we_write_it_and_as_a_uuid(self):
        one = new_id()
        assert read_id(one) == read_id(str(UUID(bytes=id_to_bytes(one)))) == one

    @pytest.mark.parametrize("text", ["", "x", "z" * 22, "!" * 22, "00000000-0000-0000-0000-00000000000g"])
    def test_is_not_read_from_anything_else(self, text):
        assert read_id(text) is None
