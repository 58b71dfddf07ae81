"""How many digits after the point the currencies of ISO 4217 have: what a minor unit is."""

from __future__ import annotations

USUAL = 2
DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
"""Those that have not two."""


def digits(currency: str) -> int:
    """The digits of a currency's minor unit, by its code in capitals."""
    return DIGITS.get(currency, USUAL)


def minor_units(parts: int, per_unit: int, currency: str) -> int:
    """An amount told in other parts of the currency's unit (`per_unit` of them make one), in minor units.

    Raises `ValueError` where it is no whole number of them: a rounded amount would be a wrong one.
    """
    whole, rest = divmod(parts * 10 ** digits(currency), per_unit)
    if rest:
        raise ValueError(f"{parts}/{per_unit} {currency} is no whole number of minor units.")
    return whole
