"""Keeping subscriptions as the shops say they are."""

from __future__ import annotations

from typing import Any

import structlog

from apps.core.contract.actions import Command
from apps.core.contract.billing import ListUnsettled, RefreshSubscription, SettleCheckout
from apps.core.contract.errors import CelestaError
from tasks.app import celery
from tasks.office import Office, office
from tasks.schedule import RECONCILE, take_slot

log = structlog.get_logger("tasks.billing")


@celery.task
def reconcile() -> None:
    if take_slot(office(), RECONCILE):
        settle(office())


def settle(office: Office) -> None:
    """Ask the shops about everything they sent notice of, and whatever is due to be looked at. What fails now is due again next time."""
    unsettled = office.core.send(ListUnsettled())
    for purchase in unsettled.purchases:
        _try(office, RefreshSubscription(purchase.shop, purchase.reference))
    for checkout in unsettled.checkouts:
        _try(office, SettleCheckout(checkout.account_id, checkout.number))


def _try(office: Office, command: Command[Any]) -> None:
    try:
        office.core.send(command)
    except CelestaError as error:
        log.warning("left for the next time", action=type(command).__name__, reason=error.message)
