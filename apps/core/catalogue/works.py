"""What an artist has made, in the order in which it is heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Self

from apps.core.contract.catalogue import CreditRole
from apps.core.contract.ids import id_to_bytes
from apps.core.radio.model import Model

MOST_OF_ARTIST = 10
SPARE = 4
"""So many times more recordings are looked up: some are not offered everywhere."""
PERFORMING = frozenset({CreditRole.MAIN, CreditRole.FEATURED})
BEHIND = (CreditRole.COMPOSER, CreditRole.PRODUCER, CreditRole.REMIXER)


@dataclass(frozen=True)
class Works:
    """Recordings by their ids, the most heard first, of equals the newest."""

    performed: Sequence[str]
    behind: Mapping[CreditRole, Sequence[str]]
    heard: bool
    """Whether any of what they perform on was heard."""

    @classmethod
    def of(cls, credits_given: Sequence[Any], model: Model | None) -> Self:
        """Of rows with `recording_id` and `role`, the newest recording first."""
        plays = {row.recording_id: _plays(row.recording_id, model) for row in credits_given}

        def ranked(roles: frozenset[CreditRole]) -> Sequence[str]:
            each = dict.fromkeys(row.recording_id for row in credits_given if row.role in roles)
            return sorted(each, key=lambda one: -plays[one])[: MOST_OF_ARTIST * SPARE]

        performed = ranked(PERFORMING)
        return cls(performed, {role: ranked(frozenset({role})) for role in BEHIND}, any(plays[one] for one in performed))

    @property
    def candidates(self) -> Sequence[str]:
        return list(dict.fromkeys(chain(self.performed, *self.behind.values())))


def _plays(recording_id: str, model: Model | None) -> float:
    place = model.find(id_to_bytes(recording_id)) if model else None
    return model.plays(place) if model and place is not None else 0.0
