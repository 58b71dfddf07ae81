"""The statements of `StartPlayback`, each built once: it is sent at every track, and judges by nothing that was read before."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, insert, select, update

from apps.core.accounts.models import AccountRow
from apps.core.catalogue.models import RecordingRow, ReleaseRow, TrackRow
from apps.core.contract.playback import PREVIEW
from apps.core.database import FOR_CHANGE, IdColumn, Moment
from apps.core.playback.models import AudioRow, PlaybackSessionRow, PublishedRenditionRow, RenditionRow, StreamSlotRow
from apps.core.rights.offers import offered

PLAYABLE = (
    select(
        TrackRow.title, TrackRow.release_id, TrackRow.recording_id, RecordingRow.artist, RecordingRow.refusal,
        ReleaseRow.title.label("release_title"), ReleaseRow.cover, PublishedRenditionRow.content_hash, AudioRow.facts,
        AudioRow.files,
        offered(TrackRow.release_id, TrackRow.id).label("visible"),
        offered(TrackRow.release_id, TrackRow.id, on_plan=True).label("allowed"),
    )
    .join(ReleaseRow, ReleaseRow.id == TrackRow.release_id)
    .join(RecordingRow, RecordingRow.id == TrackRow.recording_id)
    .outerjoin(PublishedRenditionRow, PublishedRenditionRow.recording_id == TrackRow.recording_id)
    .outerjoin(
        AudioRow,
        and_(AudioRow.recording_id == TrackRow.recording_id, AudioRow.content_hash == PublishedRenditionRow.content_hash),
    )
    .where(TrackRow.id == bindparam("track_id", type_=IdColumn()))
)  # fmt: skip

PREVIEW_RENDITION = (
    select(RenditionRow.facts)
    .where(RenditionRow.recording_id == bindparam("recording_id", type_=IdColumn()))
    .where(RenditionRow.content_hash == bindparam("content_hash"), RenditionRow.name == PREVIEW)
)

NEW_SESSION = insert(PlaybackSessionRow)
END_SESSION = (
    update(PlaybackSessionRow)
    .where(PlaybackSessionRow.id == bindparam("session_id", type_=IdColumn()), PlaybackSessionRow.ended_at.is_(None))
    .values(ended_at=bindparam("over", type_=Moment()))
)

_OF_ACCOUNT = bindparam("account_id", type_=IdColumn())
LOCK_ACCOUNT = select(AccountRow.id).where(AccountRow.id == _OF_ACCOUNT).with_for_update(**FOR_CHANGE)
SLOTS = (
    select(StreamSlotRow.number, StreamSlotRow.device, StreamSlotRow.session_id, StreamSlotRow.leased_until)
    .where(StreamSlotRow.account_id == _OF_ACCOUNT, StreamSlotRow.number < bindparam("streams"))
    .with_for_update()
)
NEW_SLOT = insert(StreamSlotRow)
TAKE_SLOT = update(StreamSlotRow).where(
    StreamSlotRow.account_id == bindparam("whose", type_=IdColumn()), StreamSlotRow.number == bindparam("which")
)
