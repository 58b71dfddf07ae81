"""The card payments port's promises about notifications: what is believed, and what they name."""

from __future__ import annotations

from typing import Any

import pytest

from ports.payments.fake.payments import FakePayments
from ports.payments.stripe_signature import sign, verify
from ports.purchases import NotAuthentic, NotConfigured
from tests.conformance.payments.orders import at

CARD_EVENTS = {"charge.refunded", "charge.dispute.created", "charge.dispute.closed", "refund.created", "refund.updated", "refund.failed"}


class TestNotifications:
    def first(self, payments: FakePayments, kind: str) -> dict[str, Any]:
        return next(event for event in payments.shop.events() if event["type"] == kind)

    def test_name_the_purchase(self, payments, bought, clock):
        purchase = bought()
        payments.cancel(purchase)
        clock.set(at(2026, 3, 1))
        events = payments.shop.events()
        told = [payments.read_notification(*payments.shop.signed(event)) for event in events]
        assert [(one.id, one.kind) for one in told] == [(event["id"], event["type"]) for event in events]
        of_subscriptions = [one for one in told if one.kind.startswith(("customer.subscription.", "invoice.", "checkout."))]
        assert {one.kind for one in of_subscriptions} > {"checkout.session.completed", "invoice.paid", "customer.subscription.deleted"}
        assert {(one.reference, one.customer) for one in of_subscriptions} == {(purchase, None)}

    def test_of_cards_name_the_customer(self, payments, bought):
        told = payments.purchase(bought())
        payments.shop.fail_refund(payments.shop.refund(told.charges[0].reference, 100))
        payments.shop.decide(payments.shop.dispute(told.charges[0].reference), won=False)
        read = [payments.read_notification(*payments.shop.signed(event)) for event in payments.shop.events()]
        of_cards = [one for one in read if one.kind in CARD_EVENTS]
        assert len(of_cards) == len(CARD_EVENTS)
        assert {(one.reference, one.customer) for one in of_cards} == {(None, told.customer)}

    def test_of_a_kind_nobody_knows_are_read(self, payments):
        event = {"id": "evt_1", "type": "balance.tomorrow", "data": {"object": {"object": "balance", "customer": "cus_1"}}}
        read = payments.read_notification(*payments.shop.signed(event))
        assert (read.id, read.kind, read.reference, read.customer) == ("evt_1", "balance.tomorrow", None, None)

    @pytest.mark.parametrize("kind", ["refund.created", "refund.updated", "refund.failed"])
    def test_of_refunds_name_the_customer_of_their_charge(self, payments, bought, kind):
        told = payments.purchase(bought())
        about = {"id": "re_1", "object": "refund", "charge": told.charges[0].reference, "customer": None}
        read = payments.read_notification(*payments.shop.signed({"id": "evt_1", "type": kind, "data": {"object": about}}))
        assert (read.reference, read.customer) == (None, told.customer)

    def test_of_refunds_without_a_charge_name_who_they_name(self, payments):
        about = {"id": "re_1", "object": "refund", "charge": None, "customer": "cus_1"}
        read = payments.read_notification(*payments.shop.signed({"id": "evt_1", "type": "refund.failed", "data": {"object": about}}))
        assert (read.reference, read.customer) == (None, "cus_1")

    @pytest.mark.parametrize("thing", ["dispute", "refund"])
    def test_of_a_charge_that_nobody_knows_name_nobody(self, payments, thing):
        about = {"object": thing, "charge": "ch_unknown"}
        read = payments.read_notification(*payments.shop.signed({"id": "evt_1", "type": "t", "data": {"object": about}}))
        assert (read.reference, read.customer) == (None, None)

    def test_are_read_again_where_they_are_sent_again(self, payments, bought):
        bought()
        signed = payments.shop.signed(self.first(payments, "invoice.paid"))
        assert payments.read_notification(*signed) == payments.read_notification(*signed)

    @pytest.mark.parametrize(
        "proof",
        ["", "nonsense", "t=1", "v1=00", "t=,v1=00", "t=now,v1=00", "t=-1,v1=00", "t=1,t=1,v1=00", "t=1769860800,v0={}", "t=٣,v1=é"],
    )
    def test_that_are_not_signed_are_not_believed(self, payments, proof):
        with pytest.raises(NotAuthentic):
            payments.read_notification(b"{}", proof)

    def test_with_any_byte_changed_are_not_believed(self, payments, bought):
        bought()
        body, proof = payments.shop.signed(self.first(payments, "invoice.paid"))
        for place in range(len(body)):
            changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
            with pytest.raises(NotAuthentic):
                payments.read_notification(changed, proof)
        for place in range(len(proof)):
            with pytest.raises(NotAuthentic):
                payments.read_notification(body, proof[:place] + chr(ord(proof[place]) ^ 1) + proof[place + 1 :])

    @pytest.mark.parametrize(("seconds", "believed"), [(300, True), (301, False), (-300, True), (-301, False)])
    def test_are_believed_for_five_minutes_either_way(self, payments, bought, clock, seconds, believed):
        bought()
        signed = payments.shop.signed(self.first(payments, "invoice.paid"))
        clock.advance(seconds)
        if believed:
            assert payments.read_notification(*signed)
        else:
            with pytest.raises(NotAuthentic, match="too long ago"):
                payments.read_notification(*signed)

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"1", b"null", b'"evt"', b"{", b"\xff", b"{}", b'{"id": 1, "type": "t", "data": {"object": {}}}']
    )
    def test_that_are_signed_and_no_event_are_not_believed(self, payments, clock, body):
        proof = sign(body, int(clock.now().timestamp()), payments.shop.webhook_secrets()[0])
        with pytest.raises(NotAuthentic, match="signed, but no"):
            payments.read_notification(body, proof)

    def test_signed_with_another_shop_s_secret_are_not_believed(self, payments, clock):
        body = b'{"id": "evt_1", "type": "t", "data": {"object": {}}}'
        with pytest.raises(NotAuthentic):
            payments.read_notification(body, sign(body, int(clock.now().timestamp()), "whsec_other"))


class TestSecrets:
    def test_that_are_missing_or_empty_believe_nothing(self, payments, clock):
        body = b"{}"
        for secrets in ((), ("",), ("whsec_new", "")):
            proof = sign(body, int(clock.now().timestamp()), "")
            with pytest.raises(NotConfigured):
                verify(body, proof, secrets, clock.now().timestamp())
