"""What `SaveOffline` and `CheckIn` judge by, each read in one statement and never from a cache."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from apps.core.catalogue.models import TrackRow
from apps.core.database import IdColumn
from apps.core.playback.models import PublishedRenditionRow
from apps.core.playback.statements import PLAYABLE
from apps.core.rights.offers import offered, offered_until
from apps.core.rights.terms import UseType

KEEPING = UseType.CONDITIONAL_DOWNLOAD

KEEPABLE = PLAYABLE.add_columns(
    offered(TrackRow.release_id, TrackRow.id, use_type=KEEPING).label("keepable"),
    offered_until(TrackRow.release_id, TrackRow.id, KEEPING).label("until"),
)
"""One track: all that playing it needs, and until when it may be kept offline on this plan."""

RENEWABLE = (
    select(
        TrackRow.id, PublishedRenditionRow.content_hash,
        offered(TrackRow.release_id, TrackRow.id, use_type=KEEPING).label("keepable"),
        offered_until(TrackRow.release_id, TrackRow.id, KEEPING).label("until"),
    )
    .join(PublishedRenditionRow, PublishedRenditionRow.recording_id == TrackRow.recording_id)
    .where(TrackRow.id.in_(bindparam("track_ids", expanding=True, type_=IdColumn())))
)  # fmt: skip
"""Any number of tracks, with the content that is heard now."""
