"""What is sold, what the account has and paid, and binding to it what was bought in an app store."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from apps.api.answers import done, personal
from apps.api.context import core
from apps.api.operations import sends
from apps.api.reading import body, idempotency_key, takes
from apps.core.contract.billing import ClaimPurchase, ListPayments, ListPlans, ListSubscriptions
from apps.core.contract.paging import Cursor, PageSize

views = Blueprint("billing", __name__)


class PaymentParameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    cursor: Cursor | None = None
    limit: PageSize = 50


@views.get("/plans")
@sends(ListPlans)
def plans() -> Response:
    return personal(core().send(ListPlans()))


@views.get("/subscriptions")
@sends(ListSubscriptions)
def subscriptions() -> Response:
    return personal(core().send(ListSubscriptions()))


@views.get("/payments")
@sends(ListPayments)
@takes(PaymentParameters)
def payments(asked: PaymentParameters) -> Response:
    return personal(core().send(ListPayments(asked.cursor, asked.limit)))


@views.post("/purchases")
@sends(ClaimPurchase, body=ClaimPurchase, status=201, repeatable=True)
def claim() -> Response:
    return done(core().send(body(ClaimPurchase), idempotency_key()), status=201)
