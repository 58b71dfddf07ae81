"""A release as staff correct it, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.engine import Connection

from apps.core.accounts.models import AccountRow
from apps.core.catalogue.models import ASIDE, LabelRow, RecordingCreditRow, RecordingRow, ReleaseCreditRow, ReleaseRow, TrackRow
from apps.core.contract.catalogue import CreditRole, ReleaseType
from apps.core.contract.corrections import MOST_CORRECTIONS, CorrectedField, Correction, EditableRelease, EditableTrack, NamedCredit
from apps.core.contract.errors import NotFound
from apps.core.corrections.models import CorrectionRow, ReleaseSplitRow
from apps.core.corrections.rules import revision
from apps.core.database import fetch

RELEASE = select(
    ReleaseRow.id, ReleaseRow.title, ReleaseRow.artist, ReleaseRow.released_on, ReleaseRow.year, ReleaseRow.genre, ReleaseRow.type,
    ReleaseRow.upc, ReleaseRow.cover, ReleaseRow.colour, LabelRow.name.label("label"),
    select(ReleaseSplitRow.release_id)
    .where(ReleaseSplitRow.apart_id == ReleaseRow.id, ReleaseSplitRow.over_at.is_(None))
    .scalar_subquery()
    .label("split_from"),
).outerjoin(LabelRow, LabelRow.id == ReleaseRow.label_id)  # fmt: skip
TRACKS = (
    select(
        TrackRow.id, TrackRow.disc, TrackRow.number, TrackRow.title, TrackRow.recording_id, RecordingRow.artist, RecordingRow.explicit,
        TrackRow.hidden_at.is_not(None).label("hidden"),
    )
    .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
    .where(TrackRow.disc != ASIDE)
    .order_by(TrackRow.disc, TrackRow.number)
)  # fmt: skip
STANDS_ON = func.coalesce(TrackRow.release_id, CorrectionRow.release_id)
"""A track may have gone to another release since."""
CORRECTIONS: Any = (
    select(
        CorrectionRow.id, STANDS_ON.label("release_id"), ReleaseRow.title.label("release_title"), CorrectionRow.track_id,
        TrackRow.title.label("track_title"), CorrectionRow.field, CorrectionRow.delivered, CorrectionRow.value, CorrectionRow.made_by,
        AccountRow.name.label("maker"), CorrectionRow.made_at, CorrectionRow.over_at,
    )
    .outerjoin(TrackRow, TrackRow.id == CorrectionRow.track_id)
    .join(ReleaseRow, ReleaseRow.id == STANDS_ON)
    .outerjoin(AccountRow, AccountRow.id == CorrectionRow.made_by)
)  # fmt: skip

LATEST_FIRST = (CorrectionRow.id.desc(),)
BY_PLACE = (CorrectionRow.made_at.desc(), func.coalesce(TrackRow.disc, 0), func.coalesce(TrackRow.number, 0), CorrectionRow.field)
"""Of those that were made at once, as many tracks are corrected, in the order of the release."""


def editable_release(connection: Connection, release_id: str) -> EditableRelease:
    """Raises `NotFound`."""
    found = fetch(connection, RELEASE.where(ReleaseRow.id == release_id))
    if not found:
        raise NotFound("There is no such release.", "Look for it again.")
    (row,) = found
    tracks = fetch(connection, TRACKS.where(TrackRow.release_id == release_id))
    recordings = [one.recording_id for one in tracks]
    credited = _credits(connection, recordings)
    held = CorrectionRow.subject_id.in_([release_id, *recordings, *(one.id for one in tracks)])
    release = EditableRelease(
        id=row.id, title=row.title, artist=row.artist, credits=_credits_of_release(connection, release_id),
        released_on=row.released_on or str(row.year or ""), genre=row.genre or "", label=row.label or "", type=ReleaseType(row.type),
        upc=row.upc, cover=row.cover, colour=row.colour, revision="",
        tracks=tuple(
            EditableTrack(
                one.id, one.disc, one.number, one.title, one.artist, one.explicit, tuple(credited[one.recording_id]), bool(one.hidden)
            )
            for one in tracks
        ),
        split_from=row.split_from,
        corrections=corrections(connection, held & CorrectionRow.over_at.is_(None), MOST_CORRECTIONS, BY_PLACE),
    )  # fmt: skip
    return msgspec.structs.replace(release, revision=revision(release))


def corrections(
    connection: Connection, which: ColumnElement[bool], limit: int, order: Sequence[Any] = LATEST_FIRST
) -> tuple[Correction, ...]:
    rows: Sequence[Any] = fetch(connection, CORRECTIONS.where(which).order_by(*order).limit(limit))
    return tuple(
        Correction(
            id=row.id, release_id=row.release_id, release_title=row.release_title, track_id=row.track_id, track_title=row.track_title,
            field=CorrectedField(row.field), delivered=row.delivered, value=row.value, made_by=row.made_by, maker=row.maker,
            made_at=row.made_at, over_at=row.over_at,
        )
        for row in rows
    )  # fmt: skip


def _credits_of_release(connection: Connection, release_id: str) -> tuple[NamedCredit, ...]:
    row = ReleaseCreditRow
    found = fetch(connection, select(row.role, row.credited_as).where(row.release_id == release_id).order_by(row.position))
    return tuple(NamedCredit(CreditRole(one.role), one.credited_as) for one in found)


def _credits(connection: Connection, recording_ids: Sequence[str]) -> Mapping[str, list[NamedCredit]]:
    row = RecordingCreditRow
    wanted = select(row.recording_id, row.role, row.credited_as).where(row.recording_id.in_(recording_ids)).order_by(row.position)
    credited: defaultdict[str, list[NamedCredit]] = defaultdict(list)
    for recording_id, role, name in fetch(connection, wanted):
        credited[recording_id].append(NamedCredit(CreditRole(role), name))
    return credited
