"""Delivers the test shop's notifications to the site, signed, as Stripe does: until the site takes them."""

from __future__ import annotations

import logging
import time
from threading import Event, Thread

import urllib3

from ports.payments.fake.shop import TestShop

log = logging.getLogger(__name__)

PATH = "/api/hooks/card"
"""Of the site that checkouts lead back to."""
PAUSE, LONGEST_WAIT = 1, 10
"""Seconds between two looks for something to deliver, and for the site's answer."""


class Courier(Thread):
    """Looks for events every second. Several processes share the work, and an event may be delivered twice when one is killed."""

    def __init__(self, shop: TestShop) -> None:
        super().__init__(name="test-shop-delivery", daemon=True)
        self._shop = shop
        self._http = urllib3.PoolManager(retries=False, timeout=LONGEST_WAIT)
        self._ended = Event()

    def run(self) -> None:
        while not self._ended.wait(PAUSE):
            try:
                self.deliver(time.time())
            except Exception:  # the thread must outlive whatever goes wrong once
                log.exception("the test shop could not deliver its notifications")

    def end(self) -> None:
        """Stop looking, after what is being delivered now."""
        self._ended.set()

    def deliver(self, clock: float) -> None:
        """Deliver what is due by the time `clock`, in order, until the site fails to take one."""
        while (claimed := self._shop.claim(clock)) is not None:
            site, delivery = claimed
            if not self._taken(site + PATH, *self._shop.signed(delivery.event)):
                log.warning("%s did not take a notification of the test shop, try %d", site + PATH, delivery.attempts + 1)
                return
            self._shop.delivered(delivery.event["id"])

    def _taken(self, url: str, body: bytes, signature: str) -> bool:
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature}
        try:
            answer = self._http.request("POST", url, body=body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError:
            return False
        return 200 <= answer.status < 300
