"""What the shops send. It proves itself by its signature, which Core checks; no token opens this, and nothing else is opened by it."""

from __future__ import annotations

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from apps.api.answers import nothing
from apps.api.context import core, services
from apps.core.contract.billing import LARGEST_NOTIFICATION, ReceiveNotification, Shop
from apps.core.contract.errors import Forbidden

views = Blueprint("hooks", __name__, url_prefix="/hooks")

PROOFS = {Shop.CARD: "Stripe-Signature", Shop.GOOGLE: "Authorization"}
"""The header that signs. The other stores sign inside the body; the fakes of theirs use a header of their own."""
FAKE_PROOF = "Test-Signature"
SHOPS = {shop.value: shop for shop in Shop}


@views.post("/<name>")
def receive(name: str) -> Response:
    shop = SHOPS.get(name)
    if shop is None:
        raise NotFound
    sent = request.get_data()
    if len(sent) > LARGEST_NOTIFICATION:
        raise RequestEntityTooLarge
    try:
        core().send(ReceiveNotification(shop, sent, request.headers.get(PROOFS.get(shop, FAKE_PROOF), "")))
    except Forbidden:
        services().limit.count(request.remote_addr or "")  # shows as 429 what is no shop of ours
        raise
    return nothing()
