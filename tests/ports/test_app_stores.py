"""The app stores: each store's own facts in our language, row by row, and what is believed of them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ports.amazon.fake import FakeAmazonStore
from ports.amazon.off import OffAmazonStore
from ports.amazon.states import AmazonPurchase, Receipt
from ports.amazon.states import purchase_of as of_amazon
from ports.apple.fake import FakeAppleStore
from ports.apple.off import OffAppleStore
from ports.apple.states import AppleSubscription, Renewal, Transaction
from ports.apple.states import purchase_of as of_apple
from ports.clock.stepped import SteppedClock
from ports.environment import BootError, Environment
from ports.google.fake import FakeGoogleStore
from ports.google.off import OffGoogleStore
from ports.google.states import GooglePurchase
from ports.google.states import purchase_of as of_google
from ports.purchases import Charge, NoSuchPurchase, NotAuthentic, NotConfigured, Refund, ShopRefused, ShopUnavailable, State

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
BEGAN, ENDS = datetime(2026, 3, 2, 12, 0, tzinfo=UTC), datetime(2026, 4, 2, 12, 0, tzinfo=UTC)
BEFORE, HOUR = datetime(2026, 2, 2, 12, 0, tzinfo=UTC), timedelta(hours=1)
TOKEN = "7e3fb20b-4cdb-47cc-936d-99d65f608138"


def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)


def transaction(number: int = 1, starts: datetime = BEGAN, ends: datetime = ENDS, **different: Any) -> Transaction:
    told = {
        "transaction_id": f"200{number}",
        "original_transaction_id": "2001",
        "product_id": "solo",
        "purchase_date": milliseconds(starts),
        "expires_date": milliseconds(ends),
        "price": 10990,
        "currency": "USD",
        "app_account_token": TOKEN,
        **different,
    }
    return Transaction(**told)


def apple(status: int, *history: Transaction, **renewal: Any) -> AppleSubscription:
    told = {"auto_renew_status": 1, "renewal_price": 10990, "currency": "USD", **renewal}
    return AppleSubscription(status, history or (transaction(),), Renewal(**told))


class TestApple:
    @pytest.mark.parametrize(
        ("facts", "state", "renews"),
        [
            pytest.param(apple(1, transaction(offer_discount_type="FREE_TRIAL", price=0)), State.TRIAL, True, id="trial"),
            pytest.param(apple(1), State.ACTIVE, True, id="active"),
            pytest.param(apple(1, transaction(offer_discount_type="PAY_AS_YOU_GO")), State.ACTIVE, True, id="another offer"),
            pytest.param(apple(1, auto_renew_status=0), State.CANCELLING, False, id="cancelling"),
            pytest.param(
                apple(1, transaction(offer_discount_type="FREE_TRIAL"), auto_renew_status=0), State.CANCELLING, False, id="trial cancelled"
            ),
            pytest.param(apple(4, grace_period_expires_date=milliseconds(ENDS)), State.GRACE, True, id="grace"),
            pytest.param(apple(4), State.ON_HOLD, True, id="grace without a date"),
            pytest.param(apple(3), State.ON_HOLD, True, id="on hold"),
            pytest.param(apple(3, grace_period_expires_date=milliseconds(BEGAN)), State.ON_HOLD, True, id="on hold after grace"),
            pytest.param(apple(2, auto_renew_status=0), State.EXPIRED, False, id="expired"),
            pytest.param(apple(2), State.EXPIRED, False, id="expired with its renewal on"),
            pytest.param(apple(5, auto_renew_status=0), State.REVOKED, False, id="revoked"),
            pytest.param(
                apple(2, transaction(revocation_date=milliseconds(NOW)), auto_renew_status=0), State.REVOKED, False, id="refunded"
            ),
        ],
    )
    def test_states(self, facts, state, renews):
        told = of_apple(facts, NOW)
        assert (told.state, told.renews) == (state, renews)

    def test_tells_everything(self):
        told = of_apple(apple(1, transaction(2), transaction(1, BEFORE, BEGAN, price=4990)), NOW)
        assert (told.reference, told.buyer, told.customer, told.plan) == ("2001", TOKEN, None, "solo")
        assert (told.amount, told.currency, told.period_starts_at, told.period_ends_at) == (1099, "USD", BEGAN, ENDS)
        assert told.charges == (Charge("2001", 499, "USD", BEFORE, BEFORE, BEGAN), Charge("2002", 1099, "USD", BEGAN, BEGAN, ENDS))

    def test_grace_ends_when_apple_says(self):
        told = of_apple(apple(4, grace_period_expires_date=milliseconds(ENDS + 16 * 24 * HOUR)), NOW)
        assert (told.grace_ends_at, told.period_ends_at) == (ENDS + 16 * 24 * HOUR, ENDS)
        assert of_apple(apple(1, grace_period_expires_date=milliseconds(ENDS)), NOW).grace_ends_at is None

    def test_a_trial_earlier_in_the_chain_means_nothing_and_is_no_charge(self):
        trial = transaction(1, BEFORE, BEGAN, offer_discount_type="FREE_TRIAL", price=0)
        told = of_apple(apple(1, trial, transaction(2)), NOW)
        assert (told.state, [charge.reference for charge in told.charges]) == (State.ACTIVE, ["2002"])

    def test_a_refund_of_an_earlier_payment_is_told_and_revokes_nothing(self):
        earlier = transaction(1, BEFORE, BEGAN, revocation_date=milliseconds(NOW), revocation_type="REFUND_FULL")
        told = of_apple(apple(1, earlier, transaction(2)), NOW)
        assert told.state is State.ACTIVE
        assert [charge.refunds for charge in told.charges] == [(Refund("2001:refund", 1099, NOW),), ()]

    def test_a_refund_in_part_is_told_in_thousandths_of_a_per_cent(self):
        part = transaction(revocation_date=milliseconds(NOW), revocation_type="REFUND_PRORATED", revocation_percentage=33_333)
        assert of_apple(apple(5, part), NOW).charges[0].refunds == (Refund("2001:refund", 366, NOW),)

    def test_a_family_s_other_members_pay_nothing_and_get_nothing_back(self):
        shared = transaction(in_app_ownership_type="FAMILY_SHARED")
        assert of_apple(apple(1, shared), NOW).charges == ()
        revoked = transaction(revocation_date=milliseconds(NOW), revocation_type="FAMILY_REVOKE")
        told = of_apple(apple(5, revoked), NOW)
        assert (told.state, told.charges[0].refunds) == (State.REVOKED, ())

    @pytest.mark.parametrize(("currency", "milli", "minor"), [("USD", 10990, 1099), ("JPY", 1_500_000, 1500), ("KWD", 3490, 3490)])
    def test_money_comes_in_thousandths_of_the_unit(self, currency, milli, minor):
        told = of_apple(apple(1, transaction(price=milli, currency=currency), renewal_price=milli, currency=currency), NOW)
        assert (told.amount, told.charges[0].amount, told.currency) == (minor, minor, currency)

    def test_money_that_is_no_whole_number_of_minor_units_is_not_rounded(self):
        with pytest.raises(ValueError, match="10995"):
            of_apple(apple(1, transaction(price=10995)), NOW)

    def test_without_a_price_there_is_no_amount(self):
        told = of_apple(apple(1, transaction(price=None, currency=None), renewal_price=None, currency=None), NOW)
        assert (told.amount, told.currency, told.charges) == (None, None, ())

    def test_a_status_nobody_knows_gives_nothing(self):
        with pytest.raises(ShopUnavailable, match="status 6"):
            of_apple(apple(6), NOW)

    def test_reads_what_apple_sends(self):
        sent = b"""{"status": 1, "renewal": {"autoRenewStatus": 1, "renewalPrice": 10990, "currency": "USD", "environment": "Sandbox"},
            "transactions": [{"transactionId": "23456", "originalTransactionId": "12345", "productId": "solo", "quantity": 1,
            "purchaseDate": 1698148900000, "expiresDate": 1698149000000, "price": 10990, "currency": "USD", "offerType": 1}]}"""
        assert of_apple(msgspec.json.decode(sent, type=AppleSubscription), NOW).reference == "12345"


PRICE = {"currencyCode": "USD", "units": "10", "nanos": 990_000_000}


def google(state: str, ends: datetime = ENDS, plan: dict[str, Any] | None = None, **different: Any) -> GooglePurchase:
    """Built from JSON as Google sends it."""
    line = {
        "productId": "solo",
        "expiryTime": ends.isoformat().replace("+00:00", "Z"),
        "autoRenewingPlan": plan if plan is not None else {"autoRenewEnabled": True, "recurringPrice": PRICE},
        **({"offerPhase": different.pop("phase")} if "phase" in different else {}),
    }
    if different.pop("prepaid", False):
        del line["autoRenewingPlan"]
    told = {
        "token": "token-1",
        "subscription": {
            "subscriptionState": f"SUBSCRIPTION_STATE_{state}",
            "startTime": "2026-02-02T13:00:00+01:00",
            "lineItems": [line],
            "externalAccountIdentifiers": {"obfuscatedExternalAccountId": "ana-7"},
            "acknowledgementState": "ACKNOWLEDGEMENT_STATE_ACKNOWLEDGED",
            "kind": "androidpublisher#subscriptionPurchaseV2",
        },
        **different,
    }
    return msgspec.json.decode(msgspec.json.encode(told), type=GooglePurchase)


def order(number: int, starts: datetime, ends: datetime, total: dict[str, Any] = PRICE, **history: Any) -> dict[str, Any]:
    details = {"servicePeriodStartTime": starts, "servicePeriodEndTime": ends}
    return {
        "orderId": f"GPA.1..{number}",
        "createTime": starts,
        "total": total,
        "lineItems": [{"subscriptionDetails": details}],
        "orderHistory": history,
    }


class TestGoogle:
    @pytest.mark.parametrize(
        ("facts", "state", "renews"),
        [
            pytest.param(google("PENDING"), State.PENDING, False, id="pending"),
            pytest.param(google("ACTIVE", phase={"freeTrial": {}}), State.TRIAL, True, id="trial"),
            pytest.param(google("ACTIVE"), State.ACTIVE, True, id="active"),
            pytest.param(google("ACTIVE", phase={"basePrice": {}}), State.ACTIVE, True, id="after the trial"),
            pytest.param(google("ACTIVE", prepaid=True), State.CANCELLING, False, id="prepaid"),
            pytest.param(google("CANCELED", plan={}), State.CANCELLING, False, id="cancelling"),
            pytest.param(google("CANCELED", plan={}, phase={"freeTrial": {}}), State.CANCELLING, False, id="trial cancelled"),
            pytest.param(google("CANCELED", ends=NOW, plan={}), State.EXPIRED, False, id="cancelled and over"),
            pytest.param(google("IN_GRACE_PERIOD"), State.GRACE, True, id="grace"),
            pytest.param(google("ON_HOLD", ends=BEGAN), State.ON_HOLD, True, id="on hold"),
            pytest.param(google("PAUSED", ends=BEGAN), State.PAUSED, True, id="paused"),
            pytest.param(google("EXPIRED", ends=BEGAN, plan={}), State.EXPIRED, False, id="expired"),
            pytest.param(google("PENDING_PURCHASE_CANCELED", plan={}), State.EXPIRED, False, id="never paid"),
            pytest.param(google("ACTIVE", voided=True), State.REVOKED, False, id="voided"),
            pytest.param(google("EXPIRED", plan={}, voided=True), State.REVOKED, False, id="revoked"),
        ],
    )
    def test_states(self, facts, state, renews):
        told = of_google(facts, NOW)
        assert (told.state, told.renews) == (state, renews)

    def test_tells_everything(self):
        orders = [order(1, BEGAN, ENDS), order(0, BEFORE, BEGAN)]
        told = of_google(google("ACTIVE", orders=orders), NOW)
        assert (told.reference, told.buyer, told.customer, told.plan) == ("token-1", "ana-7", None, "solo")
        assert (told.amount, told.currency, told.period_starts_at, told.period_ends_at) == (1099, "USD", BEGAN, ENDS)
        assert told.charges == (
            Charge("GPA.1..0", 1099, "USD", BEFORE, BEFORE, BEGAN),
            Charge("GPA.1..1", 1099, "USD", BEGAN, BEGAN, ENDS),
        )

    def test_times_are_utc_whatever_zone_they_come_in(self):
        told = of_google(google("ACTIVE"), NOW)
        assert (told.period_starts_at, told.period_starts_at.tzinfo) == (BEFORE, UTC)

    def test_grace_moves_the_expiry_on_and_not_what_is_paid(self):
        later = ENDS + timedelta(days=7)
        told = of_google(google("IN_GRACE_PERIOD", ends=later, orders=[order(1, BEGAN, ENDS)]), NOW)
        assert (told.period_ends_at, told.grace_ends_at) == (ENDS, later)
        without_orders = of_google(google("IN_GRACE_PERIOD", ends=later), NOW)
        assert (without_orders.period_ends_at, without_orders.grace_ends_at) == (later, later)

    @pytest.mark.parametrize(
        ("money", "minor"),
        [
            ({"currencyCode": "USD", "units": "10", "nanos": 990_000_000}, 1099),
            ({"currencyCode": "USD", "nanos": 490_000_000}, 49),
            ({"currencyCode": "JPY", "units": "1500"}, 1500),
            ({"currencyCode": "KWD", "units": "3", "nanos": 490_000_000}, 3490),
        ],
        ids=["dollars", "cents", "yen", "dinar"],
    )
    def test_money_comes_in_units_and_billionths(self, money, minor):
        plan = {"autoRenewEnabled": True, "recurringPrice": money}
        told = of_google(google("ACTIVE", plan=plan, orders=[order(1, BEGAN, ENDS, money)]), NOW)
        assert (told.amount, told.charges[0].amount) == (minor, minor)

    def test_a_trial_s_order_is_no_charge(self):
        free = order(0, BEFORE, BEGAN, {"currencyCode": "USD"})
        assert of_google(google("ACTIVE", orders=[free]), NOW).charges == ()

    def test_refunds_are_told_once_they_are_done(self):
        begun = {"createTime": NOW, "refundDetails": {"total": {"currencyCode": "USD", "units": "1"}}}
        done = {**begun, "processTime": NOW}
        told = of_google(google("ACTIVE", orders=[order(1, BEGAN, ENDS, partialRefundEvents=[begun, done])]), NOW)
        assert told.charges[0].refunds == (Refund("GPA.1..1:refund-2", 100, NOW),)
        full = {"eventTime": NOW, "refundDetails": {"total": PRICE}}
        told = of_google(google("ACTIVE", voided=True, orders=[order(1, BEGAN, ENDS, refundEvent=full)]), NOW)
        assert told.charges[0].refunds == (Refund("GPA.1..1:refund", 1099, NOW),)

    def test_a_state_nobody_knows_gives_nothing(self):
        with pytest.raises(ShopUnavailable, match="ASLEEP"):
            of_google(google("ASLEEP"), NOW)


def amazon(gone: bool = False, **different: Any) -> AmazonPurchase:
    told = {"auto_renewing": True, "renewal_date": ENDS, "term": "1 Month", "purchase_date": BEFORE, **different}
    receipt = {name: milliseconds(value) if isinstance(value, datetime) else value for name, value in told.items()}
    return AmazonPurchase("user-1", Receipt(receipt_id="q1YqVbJSyjH28DGPKChw9c=:3:11", product_id="solo", **receipt), "ana-7", gone)


class TestAmazon:
    @pytest.mark.parametrize(
        ("facts", "state", "renews"),
        [
            pytest.param(amazon(purchase_date=BEGAN, free_trial_end_date=ENDS), State.TRIAL, True, id="trial"),
            pytest.param(amazon(), State.ACTIVE, True, id="active"),
            pytest.param(amazon(free_trial_end_date=BEGAN), State.ACTIVE, True, id="after the trial"),
            pytest.param(amazon(auto_renewing=False, renewal_date=None), State.CANCELLING, False, id="cancelling"),
            pytest.param(
                amazon(purchase_date=BEGAN, free_trial_end_date=ENDS, auto_renewing=False, renewal_date=None),
                *(State.CANCELLING, False),
                id="trial cancelled",
            ),
            pytest.param(amazon(grace_period_end_date=ENDS), State.GRACE, True, id="grace"),
            pytest.param(amazon(grace_period_end_date=NOW, renewal_date=BEGAN), State.EXPIRED, False, id="no hold after grace"),
            pytest.param(amazon(grace_period_end_date=BEGAN), State.ACTIVE, True, id="renewed since grace"),
            pytest.param(
                amazon(cancel_date=NOW, cancel_reason=2, auto_renewing=False, renewal_date=None), State.EXPIRED, False, id="expired"
            ),
            pytest.param(
                amazon(cancel_date=NOW, cancel_reason=4, auto_renewing=False, renewal_date=None), State.EXPIRED, False, id="another plan"
            ),
            pytest.param(amazon(cancel_date=NOW, cancel_reason=0), State.EXPIRED, False, id="no reason yet"),
            pytest.param(amazon(cancel_date=ENDS, cancel_reason=2), State.CANCELLING, False, id="to be cancelled"),
            pytest.param(amazon(cancel_date=NOW, cancel_reason=1, auto_renewing=False), State.REVOKED, False, id="order cancelled"),
            pytest.param(amazon(gone=True), State.REVOKED, False, id="gone"),
        ],
    )
    def test_states(self, facts, state, renews):
        told = of_amazon(facts, NOW)
        assert (told.state, told.renews) == (state, renews)

    def test_tells_everything_but_money(self):
        told = of_amazon(amazon(), NOW)
        assert (told.reference, told.buyer, told.customer, told.plan) == ("user-1:q1YqVbJSyjH28DGPKChw9c=:3:11", "ana-7", "user-1", "solo")
        assert (told.amount, told.currency, told.charges) == (None, None, ())

    @pytest.mark.parametrize(
        ("facts", "starts", "ends"),
        [
            pytest.param(amazon(), BEGAN, ENDS, id="renewed: the purchase's date is the first one's"),
            pytest.param(amazon(auto_renewing=False, renewal_date=None), BEGAN, ENDS, id="cancelling: no renewal date, counted in terms"),
            pytest.param(amazon(purchase_date=BEGAN, free_trial_end_date=ENDS), BEGAN, ENDS, id="trial"),
            pytest.param(amazon(grace_period_end_date=ENDS, renewal_date=None), BEFORE, BEGAN, id="grace: the last paid term"),
            pytest.param(amazon(cancel_date=NOW, cancel_reason=2), BEGAN, NOW, id="cut short"),
            pytest.param(amazon(cancel_date=BEGAN, cancel_reason=2), BEFORE, BEGAN, id="expired at its end"),
            pytest.param(amazon(gone=True), BEGAN, NOW, id="gone"),
            pytest.param(
                amazon(term="1 Week", auto_renewing=False, renewal_date=None),
                *(datetime(2026, 3, 9, 12, tzinfo=UTC), datetime(2026, 3, 16, 12, tzinfo=UTC)),
                id="weeks",
            ),
            pytest.param(
                amazon(term="1 Year", auto_renewing=False, renewal_date=None), BEFORE, datetime(2027, 2, 2, 12, tzinfo=UTC), id="a year"
            ),
            pytest.param(
                amazon(purchase_date=datetime(2026, 1, 31, 12, tzinfo=UTC), auto_renewing=False, renewal_date=None),
                *(datetime(2026, 2, 28, 12, tzinfo=UTC), datetime(2026, 3, 31, 12, tzinfo=UTC)),
                id="the last day of a month",
            ),
            pytest.param(
                amazon(free_trial_end_date=BEGAN, auto_renewing=False, renewal_date=None), BEGAN, ENDS, id="counted from the trial"
            ),
        ],
    )
    def test_periods(self, facts, starts, ends):
        told = of_amazon(facts, NOW)
        assert (told.period_starts_at, told.period_ends_at) == (starts, ends)

    def test_grace_ends_when_amazon_says(self):
        assert of_amazon(amazon(grace_period_end_date=ENDS), NOW).grace_ends_at == ENDS
        assert of_amazon(amazon(), NOW).grace_ends_at is None

    def test_a_term_nobody_knows_gives_nothing(self):
        with pytest.raises(ShopUnavailable, match="Fortnight"):
            of_amazon(amazon(term="1 Fortnight"), NOW)


Fake = FakeAppleStore | FakeGoogleStore | FakeAmazonStore
FAKES: dict[str, tuple[type[Fake], Any, Callable[..., Any]]] = {
    "apple": (FakeAppleStore, apple(1), of_apple),
    "google": (FakeGoogleStore, google("ACTIVE", orders=[order(1, BEGAN, ENDS)]), of_google),
    "amazon": (FakeAmazonStore, amazon(), of_amazon),
}
OFF = {"APPLE": OffAppleStore, "GOOGLE": OffGoogleStore, "AMAZON": OffAmazonStore}


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment({"CELESTA_ENV": "test", "CELESTA_HOME": str(tmp_path / "home"), "CLOCK": "stepped"})


@pytest.fixture(autouse=True)
def clock(environment) -> SteppedClock:
    clock = SteppedClock.from_env(environment)
    clock.set(NOW)
    return clock


@pytest.mark.parametrize("name", list(FAKES))
class TestFakes:
    REFERENCE = "../user-1:q1Yq/b=:3:11"

    def build(self, name: str, environment: Environment) -> tuple[Any, Any]:
        kind, facts, _ = FAKES[name]
        return kind.from_env(environment), facts

    def test_say_loudly_that_they_are_fakes(self, name, environment, caplog):
        caplog.set_level(logging.WARNING)
        store, _ = self.build(name, environment)
        store.ping()
        assert store.fake is True
        assert "is a fake" in caplog.text

    def test_tell_what_their_files_say(self, name, environment):
        store, facts = self.build(name, environment)
        store.keep(self.REFERENCE, facts)
        again, _ = self.build(name, environment)
        assert again.purchase(self.REFERENCE) == FAKES[name][2](facts, NOW)
        (file,) = (environment.home / f"test-{name}").glob("*.json")
        assert file.parent == environment.home / f"test-{name}"

    def test_know_nothing_else(self, name, environment):
        store, _ = self.build(name, environment)
        for unknown in ("unknown", "", "../clock", "x" * 300):
            with pytest.raises(NoSuchPurchase):
                store.purchase(unknown)

    @pytest.mark.parametrize("text", ["", "{", "{}", '{"status": "one"}'], ids=["empty", "half", "nothing", "wrong"])
    def test_facts_that_make_no_sense_give_nothing(self, name, environment, text):
        store, facts = self.build(name, environment)
        store.keep("one", facts)
        (environment.home / f"test-{name}" / "one.json").write_text(text)
        with pytest.raises(ShopUnavailable, match="correct the file"):
            store.purchase("one")

    def test_believe_what_they_signed(self, name, environment):
        store, _ = self.build(name, environment)
        again, _ = self.build(name, environment)
        body, proof = store.notification("TOMORROW", "one")
        told = again.read_notification(body, proof)
        assert (told.kind, told.reference) == ("TOMORROW", "one")
        assert told.id != again.read_notification(*store.notification("TOMORROW", None)).id

    def test_believe_nothing_that_was_changed(self, name, environment, tmp_path):
        store, _ = self.build(name, environment)
        body, proof = store.notification("RENEWED", "one")
        for place in range(len(body)):
            with pytest.raises(NotAuthentic):
                store.read_notification(body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :], proof)
        for wrong in ("", "é", proof[:-1], proof.upper()):
            with pytest.raises(NotAuthentic):
                store.read_notification(body, wrong)

    def test_believe_nothing_of_another_home(self, name, environment, tmp_path):
        store, _ = self.build(name, environment)
        other, _ = self.build(name, Environment({**environment.values, "CELESTA_HOME": str(tmp_path / "other")}))
        with pytest.raises(NotAuthentic):
            other.read_notification(*store.notification("RENEWED", "one"))

    def test_have_files_that_are_ours_alone(self, name, environment):
        self.build(name, environment)
        folder = environment.home / f"test-{name}"
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / "notification-key").stat().st_mode & 0o777 == 0o600

    def test_with_a_home_that_cannot_be_written_stop_the_boot(self, name, environment, tmp_path):
        (tmp_path / "file").write_text("")
        values = {**environment.values, "CLOCK_FILE": str(tmp_path / "clock"), "CELESTA_HOME": str(tmp_path / "file" / "home")}
        with pytest.raises(BootError, match="CELESTA_HOME"):
            self.build(name, Environment(values))


@pytest.mark.parametrize("variable", list(OFF))
class TestOff:
    def test_sell_nothing_and_say_how_to_change_that(self, variable, environment):
        with pytest.raises(ShopRefused, match=f"set {variable} to switch them on"):
            OFF[variable].from_env(environment).purchase("one")

    def test_believe_nothing(self, variable, environment):
        with pytest.raises(NotConfigured, match=f"set {variable} to switch it on"):
            OFF[variable].from_env(environment).read_notification(b"{}", "")

    def test_are_no_fakes_and_may_run_in_production(self, variable, environment):
        off = OFF[variable].from_env(Environment({"CELESTA_ENV": "production"}))
        off.ping()
        assert off.fake is False
