"""What of a run is out of the ordinary, from what was counted and what became of the money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from apps.core.contract.labels import Label
from apps.core.contract.reporting import Amount, Finding, Pool, Remark, UsageTotal
from apps.core.reporting.terms import Agreed


def remarks(totals: Sequence[UsageTotal], agreed: Agreed, pools: Sequence[Pool], names: Mapping[str, str]) -> tuple[Remark, ...]:
    return (*_unowed(totals, agreed, names), *_unpaid(totals, pools), *_late(totals), *_carried(pools))


def _unowed(totals: Iterable[UsageTotal], agreed: Agreed, names: Mapping[str, str]) -> Iterable[Remark]:
    """Plays whose money is held."""
    for one in totals:
        if one.label_id is None:
            yield Remark(Finding.NO_OWNER, one.territory, None, one.plays)
        elif agreed.share_of(one.label_id, one.territory) is None:
            yield Remark(Finding.NO_CONTRACT, one.territory, Label(one.label_id, names.get(one.label_id, "")), one.plays)


def _unpaid(totals: Iterable[UsageTotal], pools: Iterable[Pool]) -> Iterable[Remark]:
    paid = {pool.territory for pool in pools if pool.labels + pool.held + pool.house}
    for territory, plays in _plays(totals, "eligible").items():
        if territory not in paid:
            yield Remark(Finding.NO_MONEY, territory, None, plays)


def _late(totals: Iterable[UsageTotal]) -> Iterable[Remark]:
    return [Remark(Finding.LATE, territory, None, plays) for territory, plays in _plays(totals, "late").items()]


def _carried(pools: Iterable[Pool]) -> Iterable[Remark]:
    for pool in pools:
        if pool.carried_out:
            yield Remark(Finding.CARRIED, pool.territory, None, pool.eligible, Amount(pool.currency, pool.carried_out))


def _plays(totals: Iterable[UsageTotal], kind: str) -> Mapping[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for one in totals:
        found[one.territory] += getattr(one, kind)
    return {territory: plays for territory, plays in sorted(found.items()) if plays}
