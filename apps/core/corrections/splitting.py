"""Two releases that were delivered as one: some of its tracks go to another, and so do their files whenever they come again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from apps.core.catalogue.models import OWN_RECORDING, RecordingRow, ReleaseCreditRow, ReleaseRow, TrackRow
from apps.core.catalogue.rules import is_various, release_type
from apps.core.contract.catalogue import ReleaseType
from apps.core.contract.corrections import CorrectedField
from apps.core.contract.errors import Conflict
from apps.core.contract.ids import new_id
from apps.core.contract.intake import DeliveryStatus
from apps.core.corrections.favourites import have_favourites_follow
from apps.core.corrections.fields import write
from apps.core.corrections.models import CorrectionRow, ReleaseSplitRow, SplitFileRow
from apps.core.corrections.overlay import corrected_of
from apps.core.intake.models import DeliveredFileRow, DeliveredReleaseRow, DeliveryRow
from apps.core.intake.placing import hide_what_is_left_empty
from apps.core.library.models import FavouriteReleaseRow
from apps.core.rights.following import follow_releases
from apps.core.rights.models import DealExclusionRow, DealRow

COPIED = (
    "deliverer", "type", "title", "title_key", "artist", "genre", "released_on", "year", "p_line", "c_line", "label_id", "colour",
)  # fmt: skip
SPLIT = "split "
"""How the identity of a release begins that tracks were split to: no tags make such a one."""


def refuse_while_written(session: Session, *releases: ReleaseRow) -> None:
    """What is filed already is written where it was filed: it would bring the tracks back."""
    row = DeliveredReleaseRow
    going_on = select(DeliveryRow.id).where(DeliveryRow.status != DeliveryStatus.FINISHED)
    named = row.identity.in_([one.identity for one in releases])
    waiting = exists().where(row.delivery_id.in_(going_on), named, row.written_at.is_(None))
    if session.scalar(select(waiting)):
        raise Conflict("A delivery of this release is being written.", "Try again when it is: the list of deliveries shows it.")


def split(session: Session, release: ReleaseRow, track_ids: Collection[str], made_by: str | None, now: datetime) -> ReleaseRow:
    """The new release, which says what was delivered of the other one."""
    apart = ReleaseRow(id=new_id(), added_at=now, **{name: getattr(release, name) for name in COPIED})
    apart.identity = f"{SPLIT}{apart.id}"
    # In Python it is an address, and a key where it is stored.
    apart.cover = select(ReleaseRow.cover).where(ReleaseRow.id == release.id).scalar_subquery()
    session.add(apart)
    session.flush()
    made = ReleaseSplitRow(release_id=release.id, apart_id=apart.id, made_by=made_by, made_at=now)
    session.add(made)
    credited = select(ReleaseCreditRow).filter_by(release_id=release.id)
    session.add_all(
        ReleaseCreditRow(release_id=apart.id, position=one.position, artist_id=one.artist_id, role=one.role, credited_as=one.credited_as)
        for one in session.scalars(credited)
    )
    session.flush()
    for field, one in corrected_of(session, release.id).items():
        write(session, apart, field, one.delivered)
    _refile(session, release, apart, TrackRow.id.in_(track_ids), made.id)
    _copy_deals(session, release.id, apart.id)
    of_tracks = update(DealRow).where(DealRow.track_id.in_(track_ids)).values(release_id=apart.id)
    session.execute(of_tracks, execution_options={"synchronize_session": False})
    moved = update(TrackRow).where(TrackRow.id.in_(track_ids)).values(release_id=apart.id)
    session.execute(moved, execution_options={"synchronize_session": "fetch"})
    _settle(session, [release, apart], now)
    return apart


def join(session: Session, made: ReleaseSplitRow, release: ReleaseRow, apart: ReleaseRow, now: datetime) -> None:
    """Have the tracks on the release again that they were delivered on, at their places, or after the last where those are taken."""
    made.over_at = now
    session.execute(update(CorrectionRow).filter_by(subject_id=apart.id, over_at=None).values(over_at=now))
    tracks = session.scalars(select(TrackRow).filter_by(release_id=apart.id).order_by(TrackRow.disc, TrackRow.number)).all()
    taken = {(one.disc, one.number) for one in session.scalars(select(TrackRow).filter_by(release_id=release.id))}
    _refile(session, apart, release, TrackRow.release_id == apart.id, None)
    session.execute(delete(SplitFileRow).filter_by(split_id=made.id))
    of_tracks = update(DealRow).where(DealRow.track_id.in_([one.id for one in tracks])).values(release_id=release.id)
    session.execute(of_tracks, execution_options={"synchronize_session": False})
    for one in tracks:
        if (one.disc, one.number) in taken:
            one.number = max(number for disc, number in taken if disc == one.disc) + 1
        taken.add((one.disc, one.number))
        one.release_id = release.id
    session.flush()
    # Nothing comes to this release again.
    have_favourites_follow(session, FavouriteReleaseRow.release_id, apart.id, release.id)
    session.execute(delete(FavouriteReleaseRow).filter_by(release_id=apart.id))
    _settle(session, [release, apart], now)


def _settle(session: Session, releases: Sequence[ReleaseRow], now: datetime) -> None:
    ids = {one.id for one in releases}
    typed = select(CorrectionRow.subject_id).filter_by(field=CorrectedField.TYPE, over_at=None).where(CorrectionRow.subject_id.in_(ids))
    corrected = {*session.scalars(typed)}
    for one in releases:
        if one.id in corrected:
            continue
        held = session.execute(
            select(RecordingRow.artist, RecordingRow.duration_ms)
            .join(TrackRow, TrackRow.recording_id == RecordingRow.id)
            .where(TrackRow.release_id == one.id)
        ).all()
        compilation = one.type == ReleaseType.COMPILATION
        durations = [row.duration_ms for row in held]
        one.type = release_type({row.artist for row in held}, durations, compilation=compilation, various=is_various(one.artist))
    session.flush()
    hide_what_is_left_empty(session, ids)
    follow_releases(session, ids, now)


def _refile(session: Session, release: ReleaseRow, other: ReleaseRow, tracks: ColumnElement[bool], split_id: str | None) -> None:
    """Have the files of these tracks count as delivered on the other release, and, of a split, whatever comes by their paths."""
    own = select(OWN_RECORDING).where(TrackRow.release_id == release.id, tracks)
    file, delivered = DeliveredFileRow, DeliveredReleaseRow
    files = session.execute(
        select(file.id, file.path, file.delivery_id, delivered.identity, DeliveryRow.source)
        .join(delivered, delivered.id == file.delivered_release_id)
        .join(DeliveryRow, DeliveryRow.id == file.delivery_id)
        .where(delivered.release_id == release.id, file.recording_id.in_(own))
    ).all()
    by_delivery: defaultdict[str, list[str]] = defaultdict(list)
    for one in files:
        by_delivery[one.delivery_id].append(one.id)
    homes = _homes(session, by_delivery, other)
    for delivery_id, ids in by_delivery.items():
        session.execute(update(file).where(file.id.in_(ids)).values(delivered_release_id=homes[delivery_id]))
    if split_id:
        paths = {(one.source, one.path): one.identity for one in files}
        session.execute(delete(SplitFileRow).where(_of(paths)))
        rows = [
            {"source": source, "path": path, "identity": identity, "to_identity": other.identity, "split_id": split_id}
            for (source, path), identity in paths.items()
        ]
        session.execute(insert(SplitFileRow), rows)


def _homes(session: Session, delivery_ids: Iterable[str], release: ReleaseRow) -> Mapping[str, str]:
    """By delivery, where its files of this release are filed: made where it had none."""
    row, wanted = DeliveredReleaseRow, list(delivery_ids)
    known = select(row.delivery_id, row.id).where(row.delivery_id.in_(wanted), row.identity == release.identity)
    homes: dict[str, str] = {one.delivery_id: one.id for one in session.execute(known)}
    made = {one: new_id() for one in wanted if one not in homes}
    filed = {"identity": release.identity, "release_id": release.id, "written_at": release.added_at}
    if made:
        session.execute(insert(row), [{"id": home, "delivery_id": one, **filed} for one, home in made.items()])
    return homes | made


def _of(paths: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    row = SplitFileRow
    return row.source.in_({source for source, _ in paths}) & row.path.in_([path for _, path in paths])


def _copy_deals(session: Session, release_id: str, apart_id: str) -> None:
    """Those of the whole release, also what is over: what was withdrawn stays so when it is delivered again."""
    deals = session.scalars(select(DealRow).where(DealRow.release_id == release_id, DealRow.track_id.is_(None)).order_by(DealRow.id)).all()
    copies = {
        deal.id: DealRow(
            id=new_id(), release_id=apart_id, territory=deal.territory, commercial_model=deal.commercial_model, use_type=deal.use_type,
            starts_at=deal.starts_at, ends_at=deal.ends_at,
        )
        for deal in deals
    }  # fmt: skip
    session.add_all(copies.values())
    session.flush()
    excluded = session.scalars(select(DealExclusionRow).where(DealExclusionRow.deal_id.in_(copies))).all()
    session.add_all(DealExclusionRow(deal_id=copies[one.deal_id].id, territory=one.territory) for one in excluded)
    session.flush()
