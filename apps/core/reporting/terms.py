"""Which contract holds for a label in a territory."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.labels import Eligibility, Share, Terms
from apps.core.contract.listening import Evidence
from apps.core.reporting.models import ContractRow
from apps.core.reporting.rules import Week


class Agreed:
    """The terms that a run goes by."""

    def __init__(self, terms: Iterable[Terms]) -> None:
        self._terms = {(one.label_id, one.territory): one for one in terms}

    def share_of(self, label_id: str, territory: str) -> Fraction | None:
        """None where the label has no contract there. One for the very territory goes before one for all."""
        found = self._terms.get((label_id, territory)) or self._terms.get((label_id, WORLDWIDE))
        return Fraction(found.share.numerator, found.share.denominator) if found else None

    @property
    def labels(self) -> list[str]:
        return sorted({label_id for label_id, _ in self._terms})


def contracts_of(session: Session, week: Week) -> list[ContractRow]:
    """Those that hold in the week."""
    row = ContractRow
    holding = (row.starts_on <= week.name) & or_(row.ends_on.is_(None), row.ends_on > week.name)
    return list(session.scalars(select(row).where(holding).order_by(row.label_id, row.territory)))


def as_terms(row: ContractRow) -> Terms:
    share = Share(row.share_numerator, row.share_denominator)
    return Terms(row.label_id, row.territory, share, Eligibility(row.least_ms, Evidence(row.least_evidence)))
