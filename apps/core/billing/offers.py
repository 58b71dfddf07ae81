"""Plans as they are sold to somebody: in the currency of their territory."""

from __future__ import annotations

from collections.abc import Iterator

from apps.core.billing.taxes import Taxes
from apps.core.contract.billing import Offer
from apps.core.rights.plans import Plan, Plans

EURO_AREA = frozenset({
    "AT", "BE", "BG", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT", "SI", "SK",
})  # fmt: skip
"""European Central Bank, "Our money": the euro area since 1 January 2026."""
CURRENCIES = {"GB": "GBP", "CH": "CHF", "DK": "DKK", "JP": "JPY", "NO": "NOK", "PL": "PLN", "SE": "SEK", "US": "USD"}


def offers(plans: Plans, taxes: Taxes, territory: str, *, trial: bool) -> Iterator[Offer]:
    """What is sold there, the trial first where it is given."""
    if trial and (offer := _trial(plans, taxes, territory)) is not None:
        yield offer
    for plan in plans:
        if plan.prices:
            yield _offer(plan, taxes, territory)


def find_offer(plans: Plans, taxes: Taxes, code: str, territory: str) -> Offer | None:
    return next((offer for offer in offers(plans, taxes, territory, trial=True) if offer.code == code), None)


def _trial(plans: Plans, taxes: Taxes, territory: str) -> Offer | None:
    trial = plans.trial
    becomes = plans.get(trial.becomes) if trial else None
    return _offer(becomes, taxes, territory, trial) if trial and becomes else None


def _offer(plan: Plan, taxes: Taxes, territory: str, trial: Plan | None = None) -> Offer:
    """`plan` is what is paid for, `trial` what is had before that."""
    assert plan.every is not None
    currency = _currency(plan, territory)
    shown, amount = trial or plan, plan.prices[currency]
    return Offer(
        code=shown.code, title=shown.title, every=plan.every, amount=amount,
        tax=taxes.included(amount, territory), currency=currency,
        trial_days=shown.days, streams=shown.streams, devices=shown.devices,
    )  # fmt: skip


def _currency(plan: Plan, territory: str) -> str:
    """The territory's own where the plan is sold in it, else the first it is sold in."""
    own = "EUR" if territory in EURO_AREA else CURRENCIES.get(territory, "")
    return own if own in plan.prices else next(iter(plan.prices))
