"""What Stripe's facts mean, where the test shop does not lead: every status, and what people do on Stripe's own pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from ports.payments.stripe_facts import Facts, Paid
from ports.payments.stripe_truth import purchase_of
from ports.purchases import NoSuchPurchase, Purchase, State

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BEGAN, ENDS = NOW - timedelta(days=10), NOW + timedelta(days=20)
LATER = ENDS + timedelta(days=30)


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def subscription(status: str, **different: Any) -> stripe.Subscription:
    item = {
        "object": "subscription_item",
        "current_period_start": seconds(different.pop("starts", BEGAN)),
        "current_period_end": seconds(different.pop("ends", ENDS)),
        "price": {"object": "price", "unit_amount": 499, "currency": "gbp"},
        "quantity": 1,
    }
    told = {
        "id": "sub_1",
        "object": "subscription",
        "status": status,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "customer": "cus_1",
        "items": {"object": "list", "data": [item]},
        "metadata": {"account": "ana-7", "plan": "solo"},
        **different,
    }
    return stripe.Subscription.construct_from(told, "key")


def invoice(status: str, *periods: tuple[datetime, datetime], created: datetime = BEGAN, intent: str | None = None) -> stripe.Invoice:
    lines = [{"object": "line_item", "period": {"start": seconds(start), "end": seconds(end)}} for start, end in periods]
    payment = {
        "object": "invoice_payment",
        "status": status,
        "payment": {"type": "payment_intent", "payment_intent": intent},
        "status_transitions": {"paid_at": seconds(created)},
    }
    told = {
        "id": "in_1",
        "object": "invoice",
        "status": status,
        "created": seconds(created),
        "lines": {"object": "list", "data": lines},
        "payments": {"object": "list", "data": [payment] if intent else []},
    }
    return stripe.Invoice.construct_from(told, "key")


def charge(amount: int = 499) -> stripe.Charge:
    return stripe.Charge.construct_from(
        {"id": "ch_1", "object": "charge", "amount": amount, "currency": "gbp", "created": seconds(NOW)}, "key"
    )


def refund(status: str | None, amount: int = 499) -> stripe.Refund:
    told = {"id": f"re_{status}", "object": "refund", "status": status, "amount": amount, "created": seconds(NOW)}
    return stripe.Refund.construct_from(told, "key")


def dispute(status: str) -> stripe.Dispute:
    return stripe.Dispute.construct_from({"id": "dp_1", "status": status, "amount": 499, "created": seconds(NOW)}, "key")


def told(facts: stripe.Subscription, *invoices: stripe.Invoice, paid: Paid | None = None, now: datetime = NOW) -> Purchase:
    """The purchase; its `invoices` oldest first."""
    return purchase_of(Facts(facts, invoices, {"pi_1": paid} if paid else {}), now)


class TestStatus:
    @pytest.mark.parametrize(
        ("status", "state", "renews"),
        [
            ("incomplete", State.PENDING, False),
            ("incomplete_expired", State.EXPIRED, False),
            ("trialing", State.TRIAL, True),
            ("active", State.ACTIVE, True),
            ("unpaid", State.ON_HOLD, False),
            ("paused", State.PAUSED, False),
            ("canceled", State.EXPIRED, False),
            ("invented_tomorrow", State.ON_HOLD, False),
        ],
    )
    def test_is_translated(self, status, state, renews):
        purchase = told(subscription(status), invoice("paid", (BEGAN, ENDS)))
        assert (purchase.state, purchase.renews) == (state, renews)

    @pytest.mark.parametrize("first", ["draft", "open", "void", "uncollectible"])
    def test_active_of_which_nothing_was_paid_is_pending(self, first):
        purchase = told(subscription("active"), invoice(first, (BEGAN, ENDS)))
        assert (purchase.state, purchase.renews, purchase.period_ends_at) == (State.PENDING, True, BEGAN)

    @pytest.mark.parametrize("status", ["active", "trialing"])
    @pytest.mark.parametrize("ending", [{"cancel_at_period_end": True}, {"cancel_at": seconds(ENDS)}], ids=["by us", "by Stripe's page"])
    def test_with_an_end_is_cancelling(self, status, ending):
        purchase = told(subscription(status, **ending), invoice("paid", (BEGAN, ENDS)))
        assert (purchase.state, purchase.renews) == (State.CANCELLING, False)

    def test_past_due_without_an_end_renews_and_with_one_does_not(self):
        assert told(subscription("past_due")).renews is True
        assert told(subscription("past_due", cancel_at_period_end=True)).renews is False

    @pytest.mark.parametrize(("days", "state"), [(6.999, State.GRACE), (7, State.ON_HOLD)])
    @pytest.mark.parametrize("unpaid", ["open", "uncollectible"])
    def test_past_due_counts_grace_from_the_unpaid_invoice(self, unpaid, days, state):
        made = ENDS + timedelta(minutes=5)
        invoices = invoice("paid", (BEGAN, ENDS)), invoice(unpaid, (ENDS, LATER), created=made)
        purchase = told(subscription("past_due", starts=ENDS, ends=LATER), *invoices, now=ENDS + timedelta(days=days, minutes=5))
        assert (purchase.state, purchase.period_starts_at, purchase.period_ends_at) == (state, BEGAN, ENDS)

    def test_past_due_counts_grace_from_the_oldest_unpaid_invoice(self):
        invoices = invoice("open", (BEGAN, ENDS), created=BEGAN), invoice("open", (ENDS, LATER), created=ENDS)
        assert told(subscription("past_due", starts=ENDS, ends=LATER), *invoices, now=ENDS).state is State.ON_HOLD

    def test_past_due_with_no_invoice_told_counts_grace_from_the_period(self):
        assert told(subscription("past_due"), now=BEGAN + timedelta(days=6)).state is State.GRACE
        assert told(subscription("past_due"), now=BEGAN + timedelta(days=7)).state is State.ON_HOLD

    @pytest.mark.parametrize("newest", ["draft", "open", "void"])
    @pytest.mark.parametrize(("ending", "state"), [({}, State.ACTIVE), ({"cancel_at_period_end": True}, State.CANCELLING)])
    def test_active_is_paid_through_to_the_end_of_what_was_paid(self, newest, ending, state):
        invoices = invoice("paid", (BEGAN, ENDS)), invoice(newest, (ENDS, LATER), created=ENDS)
        purchase = told(subscription("active", starts=ENDS, ends=LATER, **ending), *invoices, now=ENDS)
        assert (purchase.state, purchase.period_starts_at, purchase.period_ends_at) == (state, BEGAN, ENDS)

    def test_trialing_is_paid_through_to_its_end_even_where_that_was_moved_on(self):
        assert told(subscription("trialing", ends=LATER), invoice("paid", (BEGAN, ENDS))).period_ends_at == LATER

    @pytest.mark.parametrize("status", ["past_due", "unpaid", "canceled", "incomplete", "incomplete_expired"])
    def test_without_any_payment_is_paid_through_to_its_beginning(self, status):
        purchase = told(subscription(status), invoice("open", (BEGAN, ENDS)))
        assert (purchase.period_starts_at, purchase.period_ends_at) == (BEGAN, BEGAN)

    def test_of_an_invoice_without_lines_is_paid_through_to_its_end(self):
        bare = invoice("paid")
        bare["period_start"], bare["period_end"] = seconds(BEGAN), seconds(NOW)
        assert told(subscription("past_due"), bare).period_ends_at == NOW

    def test_of_a_change_of_plans_is_paid_through_to_the_end_of_the_last_line(self):
        changed = invoice("paid", (BEGAN, NOW), (BEGAN, ENDS))
        assert told(subscription("past_due"), changed).period_ends_at == ENDS


class TestOurs:
    @pytest.mark.parametrize("metadata", [{}, {"account": "ana-7"}, {"plan": ""}], ids=["nothing", "no plan", "an empty plan"])
    def test_is_only_what_names_a_plan(self, metadata):
        with pytest.raises(NoSuchPurchase, match="sub_1"):
            told(subscription("active", metadata=metadata))

    def test_may_name_no_account(self):
        assert told(subscription("active", metadata={"plan": "solo"})).buyer is None

    def test_names_its_customer_where_stripe_sends_the_whole_of_it(self):
        assert told(subscription("active", customer={"id": "cus_2", "object": "customer"})).customer == "cus_2"


class TestMoney:
    PAID = invoice("paid", (BEGAN, ENDS), intent="pi_1")

    def test_is_charged_by_the_card_alone(self):
        assert told(subscription("active"), invoice("paid", (BEGAN, ENDS))).charges == ()
        assert told(subscription("active"), self.PAID).charges == ()
        assert [one.amount for one in told(subscription("active"), self.PAID, paid=Paid(charge())).charges] == [499]

    def test_of_a_payment_that_is_not_done_is_none(self):
        assert told(subscription("active"), invoice("open", (BEGAN, ENDS), intent="pi_1"), paid=Paid(charge())).charges == ()

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("succeeded", State.REVOKED),
            *((status, State.ACTIVE) for status in ("pending", "requires_action", "failed", "canceled", None)),
        ],
    )
    def test_is_back_once_the_refund_succeeded(self, status, state):
        purchase = told(subscription("active"), self.PAID, paid=Paid(charge(), refunds=(refund(status),)))
        assert (purchase.state, len(purchase.charges[0].refunds)) == (state, status == "succeeded")

    @pytest.mark.parametrize("status", ["needs_response", "under_review", "won", "warning_closed", "warning_needs_response"])
    def test_is_ours_until_a_dispute_is_lost(self, status):
        purchase = told(subscription("active"), self.PAID, paid=Paid(charge(), disputes=(dispute(status),)))
        assert (purchase.state, purchase.charges[0].refunds) == (State.ACTIVE, ())

    def test_of_a_lost_dispute_over_a_part_revokes_all_the_same(self):
        purchase = told(subscription("active"), self.PAID, paid=Paid(charge(amount=999), disputes=(dispute("lost"),)))
        assert (purchase.state, purchase.charges[0].refunds[0].reference) == (State.REVOKED, "dp_1")

    def test_of_a_lost_dispute_over_another_purchase_revokes_nothing(self):
        facts = Facts(subscription("active"), (self.PAID,), {"pi_1": Paid(charge()), "pi_2": Paid(charge(), disputes=(dispute("lost"),))})
        assert purchase_of(facts, NOW).state is State.ACTIVE
