"""Amounts as Stripe counts them: in minor units, but for a few currencies that it counts otherwise than ISO 4217.

Its list of special cases: ISK and UGX have no minor unit and are told in hundredths all the same; MGA is told in whole ariary.
"""

from __future__ import annotations

from ports.currencies import digits

DIGITS = {"ISK": 2, "UGX": 2, "MGA": 0}


def to_stripe(amount: int, currency: str) -> int:
    """Our minor units as Stripe's. Raises `ValueError` for an amount that Stripe cannot tell."""
    told, rest = divmod(amount * 10 ** DIGITS.get(currency, digits(currency)), 10 ** digits(currency))
    if rest:
        raise ValueError(f"Stripe takes no parts of {currency}.")
    return told


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's minor units as ours; `currency` as Stripe writes it, in small letters, or in capitals."""
    code = currency.upper()
    return amount * 10 ** digits(code) // 10 ** DIGITS.get(code, digits(code))
