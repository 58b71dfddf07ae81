"""Arranging the home page, and putting compilations together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.catalogue.changes import changed
from apps.core.catalogue.models import ReleaseRow, SeriesRow
from apps.core.catalogue.version import touch
from apps.core.contract.actions import Done
from apps.core.contract.editorial import MOST_SHELVES, AssembleCompilation, MoveShelf, PutShelf, RemoveShelf, ShelfKind
from apps.core.contract.errors import Conflict, NotFound
from apps.core.contract.words import marked
from apps.core.database import FOR_CHANGE, write_alone
from apps.core.editorial.compiling import compilation, compile_tracks
from apps.core.editorial.models import ShelfItemRow, ShelfRow, ShelfTerritoryRow
from apps.core.editorial.rules import check_shelf
from apps.core.outbox import Events
from apps.core.playlists.models import PlaylistRow
from apps.core.playlists.statements import PUBLIC
from ports.clock.interface import Clock

SUBJECTS: Mapping[ShelfKind, tuple[str, Select[str]]] = {
    ShelfKind.RELEASES: (marked("There is no release %(id)s."), select(ReleaseRow.id)),
    ShelfKind.SERIES: (marked("There is no series %(id)s."), select(SeriesRow.id)),
    ShelfKind.PLAYLISTS: (marked("There is no public playlist %(id)s."), select(PlaylistRow.id).where(PUBLIC)),
}


@handles(PutShelf)
def put_shelf(action: PutShelf, session: Session) -> str:
    check_shelf(action)
    _check_subjects(session, action)
    shelf = _shelf(session, action.shelf_id) if action.shelf_id else _new_shelf(session)
    shelf.title, shelf.kind, shelf.starts_at, shelf.ends_at = action.title, action.kind, action.starts_at, action.ends_at
    session.add(shelf)
    session.flush()
    _empty(session, shelf.id)
    session.add_all(
        ShelfItemRow(shelf_id=shelf.id, position=at, subject_id=one.subject_id, note=one.note) for at, one in enumerate(action.items)
    )
    session.add_all(ShelfTerritoryRow(shelf_id=shelf.id, territory=territory) for territory in sorted(set(action.territories)))
    touch(session)
    return shelf.id


@handles(MoveShelf)
def move_shelf(action: MoveShelf, session: Session) -> Done:
    if action.before == action.shelf_id:
        return Done()
    others = [shelf for shelf in _all_shelves(session) if shelf.id != action.shelf_id]
    before = [shelf.id for shelf in others].index(_shelf(session, action.before).id) if action.before else len(others)
    for position, shelf in enumerate([*others[:before], _shelf(session, action.shelf_id), *others[before:]]):
        shelf.position = position
    touch(session)
    return Done()


@handles(RemoveShelf)
def remove_shelf(action: RemoveShelf, session: Session) -> Done:
    _empty(session, action.shelf_id)
    session.execute(delete(ShelfRow).where(ShelfRow.id == action.shelf_id))
    touch(session)
    return Done()


@handles(AssembleCompilation)
def assemble_compilation(action: AssembleCompilation, session: Session, events: Events, clock: Clock) -> str:
    release = compilation(session, action, clock.now())
    compile_tracks(session, events, release, action.track_ids, clock.now())
    changed(session, [release.id])
    return release.id


def _new_shelf(session: Session) -> ShelfRow:
    """Whoever else adds one waits: two at once would both be the last that there is room for."""
    write_alone(session, ShelfRow)
    count, last = session.execute(select(func.count(), func.coalesce(func.max(ShelfRow.position), -1))).one()
    if count >= MOST_SHELVES:
        raise Conflict("There are %(most)s shelves already.", "Remove one first.", most=MOST_SHELVES)
    return ShelfRow(position=last + 1)


def _shelf(session: Session, shelf_id: str) -> ShelfRow:
    row = session.get(ShelfRow, shelf_id, with_for_update=FOR_CHANGE)
    if row is None:
        raise NotFound("There is no such shelf.", "Somebody may have removed it: look at the list.")
    return row


def _all_shelves(session: Session) -> Sequence[ShelfRow]:
    return session.scalars(select(ShelfRow).order_by(ShelfRow.position, ShelfRow.id).with_for_update(**FOR_CHANGE)).all()


def _check_subjects(session: Session, action: PutShelf) -> None:
    missing_one, there = SUBJECTS.get(action.kind, SUBJECTS[ShelfKind.RELEASES])
    wanted = {item.subject_id for item in action.items}
    known = set(session.scalars(there.where(there.selected_columns[0].in_(wanted)))) if wanted else set[str]()
    if missing := wanted - known:
        raise NotFound(missing_one, "Take its address from its page.", id=min(missing))


def _empty(session: Session, shelf_id: str) -> None:
    session.execute(delete(ShelfItemRow).where(ShelfItemRow.shelf_id == shelf_id))
    session.execute(delete(ShelfTerritoryRow).where(ShelfTerritoryRow.shelf_id == shelf_id))
