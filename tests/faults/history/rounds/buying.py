"""What listeners do with money: pay, cancel, resume, come back late or not at all; and what the shop tells of it."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

from apps.core.contract.accounts import ChangePassword, LogIn
from apps.core.contract.billing import (
    CancelSubscription,
    CheckSubscription,
    ClaimPurchase,
    ConfirmCheckout,
    OpenPaymentPage,
    ReceiveNotification,
    RefreshSubscription,
    ResumeSubscription,
    SettleCheckout,
    Shop,
    StartCheckout,
    Subscription,
)
from apps.core.contract.errors import CelestaError
from ports.amazon.fake import FakeAmazonStore
from ports.amazon.interface import AmazonStore
from ports.amazon.states import AmazonPurchase, Receipt
from tests.faults.history.town import PASSWORD, Account, Town

SITE = "https://music.example"


def pay(town: Town, who: Account) -> tuple[int, str]:
    """Choose a plan and pay: the checkout's number, and the shop's name of what was bought."""
    wish = StartCheckout("monthly", f"{SITE}/paid", f"{SITE}/plans")
    page = who.website.do(wish)
    who.website.again(wish)  # the second click
    return page.number, town.house.shop.pay(urlsplit(page.url).path.rpartition("/")[2])


def subscribe(town: Town, who: Account) -> Subscription:
    number, _ = pay(town, who)
    subscription = who.website.again(ConfirmCheckout(number)).subscription
    assert subscription is not None
    return subscription


def buy(town: Town, chance: random.Random) -> None:
    """Subscribe, look at it, change one's mind twice."""
    who = town.register("buyer")
    subscription = subscribe(town, who)
    who.website.again(OpenPaymentPage(subscription.id, f"{SITE}/back"))
    who.website.again(CancelSubscription(subscription.id))
    if town.minded(ResumeSubscription, chance, 0.7):
        who.website.again(ResumeSubscription(subscription.id))
    who.website.again(CheckSubscription(subscription.id))


def stay_away(town: Town, _chance: random.Random) -> None:
    """Pay and never come back: the back office looks what became of it."""
    who = town.register("absent")
    number, reference = pay(town, who)
    town.office.again(SettleCheckout(who.id, number))
    town.office.again(RefreshSubscription(Shop.CARD, reference))


def claim(town: Town, _chance: random.Random) -> None:
    """Buy in an app store, and tell it here, twice."""
    who, name = town.register("claimant"), town.new_name("receipt")
    now = town.house.clock.now()
    receipt = Receipt(
        receipt_id=name, product_id="yearly", purchase_date=_milliseconds(now), term="1 Year", auto_renewing=True,
        renewal_date=_milliseconds(now.replace(year=now.year + 1, day=1)),
    )  # fmt: skip
    store = town.house.container.get(AmazonStore)
    assert isinstance(store, FakeAmazonStore)
    store.keep(f"user:{name}", AmazonPurchase("user", receipt))
    for _ in range(2):
        who.website.do(ClaimPurchase(Shop.AMAZON, f"user:{name}"))


def _milliseconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def notify(town: Town, chance: random.Random) -> None:
    """The shop tells of what happened there, some of it twice."""
    for event in town.house.shop.undelivered()[:20]:
        body, proof = town.house.shop.signed(event)
        for _ in range(chance.randint(1, 2)):
            town.api.again(ReceiveNotification(Shop.CARD, body, proof))
        town.house.shop.delivered(event["id"])


def change_password(town: Town, chance: random.Random) -> None:
    who = town.register("forgetful")
    for number in range(chance.randint(1, 2)):
        new = f"{PASSWORD} {number}"
        who.website.do(ChangePassword(who.password, new))
        who.password = new
    with suppress(CelestaError):
        town.visitor.once(LogIn(who.email, who.password))
