"""Keeping subscriptions as the shops say they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog

from apps.core.contract.actions import Command
from apps.core.contract.billing import ClaimUnsettled, RefreshSubscription, SettleCheckout, Shop, StopCharging
from apps.core.contract.errors import CelestaError, Unavailable
from tasks.app import celery
from tasks.office import Office, office
from tasks.schedule import RECONCILE, take_slot

LONGEST_SECONDS = 50.0

log = structlog.get_logger("tasks.billing")


@celery.task
def reconcile() -> None:
    if take_slot(office(), RECONCILE):
        settle(office())


@celery.task
def stop_charging(account_id: str) -> None:
    """An account was suspended: nothing more is charged for it."""
    office().core.send(StopCharging(account_id))


def settle(office: Office, timer: Callable[[], float] = time.monotonic) -> None:
    """Ask the shops about everything that is due, for a minute at most. What fails is due again in some minutes."""
    ends = timer() + LONGEST_SECONDS
    silent: set[Shop] = set()
    while timer() < ends:
        unsettled = office.core.send(ClaimUnsettled())
        asked = [*((one.shop, RefreshSubscription(one.shop, one.reference)) for one in unsettled.purchases)]
        asked += [(Shop.CARD, SettleCheckout(one.account_id, one.number)) for one in unsettled.checkouts]
        for shop, command in asked:
            if shop not in silent and timer() < ends:
                _try(office, command, shop, silent)
        if not asked or silent:
            return


def _try(office: Office, command: Command[Any], shop: Shop, silent: set[Shop]) -> None:
    try:
        office.core.send(command)
    except CelestaError as error:
        log.warning("left for later", action=type(command).__name__, shop=shop, reason=error.message)
        if isinstance(error, Unavailable):
            silent.add(shop)  # it keeps nobody waiting any more
