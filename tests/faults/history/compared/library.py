"""What listeners keep."""

from __future__ import annotations

from apps.core.contract.library import AddFavourite, RemoveFavourite
from apps.core.contract.radio import SendStationFeedback
from tests.faults.history.compared.rules import Key, Rule, pairs, set_to
from tests.faults.history.record import Operation


def favourite(one: Operation) -> tuple[Key, bool | None]:
    """Whose and of which track, and whether it is to be one. What stations are told in a season are likes."""
    track_id = one.action.track_id if isinstance(one.action, SendStationFeedback) else one.action.subject.track_id
    return (one.asked.account, track_id), None if isinstance(one.action, RemoveFavourite) else True


RULES: tuple[Rule, ...] = (
    set_to(
        AddFavourite, RemoveFavourite, SendStationFeedback, wish=favourite,
        now=pairs("SELECT account_id, track_id, true FROM favourite_track"),
    ),
)  # fmt: skip
