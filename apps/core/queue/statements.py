"""The statements of queues, each built once."""

from __future__ import annotations

from sqlalchemy import LargeBinary, bindparam, select

from apps.core.bulk import each_id
from apps.core.database import IdColumn
from apps.core.library.listing import LISTED, with_tracks
from apps.core.queue.models import QueueRow

_QUEUE = QueueRow.__table__
_ACCOUNT = bindparam("account", type_=IdColumn())

MINE = select(_QUEUE).where(QueueRow.account_id == _ACCOUNT)
_ASKED = each_id(bindparam("ids", type_=LargeBinary)).subquery("asked")
TRACKS = with_tracks(select(*LISTED).select_from(_ASKED), _ASKED.c[0])
