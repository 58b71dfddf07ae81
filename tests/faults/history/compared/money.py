"""Checkouts, subscriptions, payments and the ledger, against what the shop has in its own books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from apps.core.contract.billing import (
    CancelSubscription,
    CheckSubscription,
    ClaimPurchase,
    ClaimUnsettled,
    ConfirmCheckout,
    OpenPaymentPage,
    ReceiveNotification,
    RefreshSubscription,
    ResumeSubscription,
    SettleCheckout,
    StartCheckout,
    StopCharging,
)
from tests.faults.history.compared.rules import Finding, Rule, Scene, Wrong, added, pairs, passing, set_to

PAYMENTS = "SELECT reference, amount, refunded, currency FROM payment WHERE shop = 'card'"
ENTRIES = "SELECT payment.reference, sum(ledger.amount) FROM payment JOIN ledger ON payment_id = payment.id GROUP BY 1"


def ledger(scene: Scene) -> Iterator[Finding]:
    """Each charge of the shop's is one payment of ours, and each payment's entries are its amount: nothing else is in the ledger."""
    charges = {
        event["data"]["object"]["id"]: event["data"]["object"] for event in scene.house.shop.events() if event["type"] == "charge.succeeded"
    }
    payments = {row[0]: row[1:] for row in scene.rows(PAYMENTS)}
    for name in charges.keys() - payments.keys():
        yield Finding(Wrong.LOST, ConfirmCheckout.__name__, f"the shop's charge {name} is no payment")
    for name in payments.keys() - charges.keys():
        yield Finding(Wrong.TWICE, ConfirmCheckout.__name__, f"the payment {name} is no charge of the shop's")
    entered = dict(scene.rows(ENTRIES))
    for name, (amount, refunded, _currency) in payments.items():
        if name in charges and amount != charges[name]["amount"]:
            yield Finding(Wrong.HALF, ConfirmCheckout.__name__, f"{name} is {amount}, not {charges[name]['amount']}")
        if entered.get(name) != amount + refunded:
            yield Finding(Wrong.HALF, ConfirmCheckout.__name__, f"{name} has {entered.get(name)} in the ledger instead of {amount}")


def paid_once(scene: Scene) -> Iterator[Finding]:
    """Nobody pays for two subscriptions, whatever they clicked: neither here nor at the shop."""
    mine = defaultdict[str, list[str]](list)
    for account, reference in scene.rows("SELECT account_id, reference FROM subscription WHERE shop = 'card'"):
        mine[account].append(reference)
    yield from (
        Finding(Wrong.TWICE, StartCheckout.__name__, f"{one} pays {len(paid)} times") for one, paid in mine.items() if len(paid) > 1
    )
    for one in scene.of((ConfirmCheckout, SettleCheckout)):
        account = one.asked.account or getattr(one.action, "account_id", "")
        if one.done and one.result.subscription is not None and account not in mine:
            yield Finding(Wrong.LOST, one.asked.name, f"the subscription of {account}")


def stopped(scene: Scene) -> Iterator[Finding]:
    """Nobody is charged whose account is suspended, nor whose charging was stopped by hand."""
    renewing = {row[0] for row in scene.rows("SELECT account_id FROM subscription WHERE shop = 'card' AND renews")}
    suspended = {row[0] for row in scene.rows("SELECT id FROM account WHERE status = 'suspended'")}
    charged = {one.action.account_id for one in scene.of((StopCharging,)) if one.done} | suspended
    yield from (Finding(Wrong.LOST, StopCharging.__name__, account) for account in charged & renewing)


def notification(body: bytes) -> str:
    return msgspec.json.decode(body)["id"]


RULES: tuple[Rule, ...] = (
    added(
        StartCheckout, rows="SELECT account_id, number FROM checkout", within=False,
        keys=lambda one: [(one.asked.account, one.result.number)] if one.result else [],
    ),
    Rule((StartCheckout, ConfirmCheckout, SettleCheckout), paid_once),
    Rule((ConfirmCheckout, SettleCheckout, RefreshSubscription, CheckSubscription), ledger),
    set_to(
        CancelSubscription, ResumeSubscription,
        wish=lambda one: (one.action.subscription_id, isinstance(one.action, ResumeSubscription)),
        now=pairs("SELECT id, renews FROM subscription"),
    ),
    added(
        CheckSubscription, rows="SELECT id FROM subscription", within=False, keys=lambda one: [one.result.id] if one.result else [],
    ),
    added(
        RefreshSubscription, rows="SELECT reference FROM subscription", within=False, keys=lambda one: [one.action.reference],
    ),
    passing(OpenPaymentPage, because="it changes nothing here: it is an address at the shop"),
    passing(ClaimUnsettled, because="what nobody looked at is given out again; that all was looked at is compared as the ledger"),
    added(
        ClaimPurchase, rows="SELECT reference FROM subscription WHERE shop = 'amazon'", within=False,
        keys=lambda one: [one.action.reference],
    ),
    added(
        ReceiveNotification, rows="SELECT id FROM notification", within=False, keys=lambda one: [notification(one.action.body)],
    ),
    Rule((StopCharging,), stopped),
)  # fmt: skip
