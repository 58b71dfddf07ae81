"""Telling the index: in the transaction that changes what can be searched for."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy.orm import Session

from apps.core.database import insert
from apps.core.search.models import SearchChangeRow, SearchCounterRow

ONLY_ROW = 1


class Subject(StrEnum):
    """What a change is noted of."""

    RELEASE = "release"
    """With its tracks and the artists credited on it."""
    PLAYLIST = "playlist"


def note_changes(session: Session, subject: Subject, ids: Iterable[str]) -> None:
    """Have every process's index read these anew; to be called by every Command that changes their names or shows or withdraws them.

    The counter's row is locked until the transaction ends: whoever has seen a number has seen all before it. So this comes once everything
    else is written, and after it only what nobody writes without it: a Command that took another lock under this one could meet one that
    waits the other way.
    """
    changed = sorted(set(ids))
    if not changed:
        return
    session.flush()
    counter = insert(session, SearchCounterRow).values(id=ONLY_ROW, number=1)
    grown = {"number": SearchCounterRow.number + 1}
    number = session.scalar(
        counter.on_conflict_do_update(index_elements=[SearchCounterRow.id], set_=grown).returning(SearchCounterRow.number)
    )
    noted = insert(session, SearchChangeRow)
    again = noted.on_conflict_do_update(
        index_elements=[SearchChangeRow.kind, SearchChangeRow.subject_id], set_={"number": noted.excluded.number}
    )
    session.execute(again, [{"kind": subject, "subject_id": one, "number": number} for one in changed])
