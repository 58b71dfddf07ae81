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

    The counter's row is locked until the transaction ends: whoever has seen a number has seen all before it. Where the catalogue's
    version is touched as well, that comes after, so that of two Commands one waits for the other and never both.
    """
    changed = sorted(set(ids))
    if not changed:
        return
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
