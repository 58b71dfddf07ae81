"""What a Stripe event is about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from ports.purchases import NotAuthentic, Notification

Document = dict[str, Any]

LED_BY_THEIR_CHARGE = frozenset({"dispute", "refund"})
"""Objects that name no customer (a refund seldom does), but the charge that was theirs."""


@dataclass(frozen=True)
class Event:
    """A signed event: what it notifies of, and the charge that a refund or dispute is about where only that leads to the customer."""

    notification: Notification
    charge: str | None = None


def read_event(body: bytes) -> Event:
    """Raises `NotAuthentic` for what is no event's JSON. Types nobody knows yet are read with neither purchase nor customer."""
    try:
        event = json.loads(body)
    except ValueError:  # no JSON, or no UTF-8
        raise NotAuthentic("This notification is signed, but no JSON.") from None
    event_id, kind, about = _text(event, "id"), _text(event, "type"), _part(event, "data", "object")
    if event_id is None or kind is None or about is None:
        raise NotAuthentic("This notification is signed, but no event of Stripe's.")
    reference, customer = _named(about)
    charge = _text(about, "charge") if _text(about, "object") in LED_BY_THEIR_CHARGE and customer is None else None
    return Event(Notification(event_id, kind, reference, None if reference else customer), charge)


def _named(about: Document) -> tuple[str | None, str | None]:
    """The purchase and the customer that an object names."""
    match _text(about, "object"):
        case "subscription":
            return _text(about, "id"), _text(about, "customer")
        case "checkout.session":
            return _text(about, "subscription"), _text(about, "customer")
        case "invoice":
            return _text(_part(about, "parent", "subscription_details"), "subscription"), _text(about, "customer")
        case "customer":
            return None, _text(about, "id")
        case "charge" | "refund" | "payment_intent":
            return None, _text(about, "customer")
        case _:
            return None, None


def _part(value: object, *names: str) -> Document | None:
    for name in names:
        value = cast(Document, value).get(name) if isinstance(value, dict) else None
    return cast(Document, value) if isinstance(value, dict) else None


def _text(value: object, name: str) -> str | None:
    text = cast(Document, value).get(name) if isinstance(value, dict) else None
    return text if isinstance(text, str) and text else None
