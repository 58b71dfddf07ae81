"""Making up for what was not filed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from apps.core.bus import handles
from apps.core.catalogue.changes import changed
from apps.core.contract.genres import FileUnfiledReleases
from apps.core.genres.filing import unfiled

FILED_AT_ONCE = 100


@handles(FileUnfiledReleases)
def file_unfiled_releases(session: Session) -> bool:
    release_ids = unfiled(session, FILED_AT_ONCE)
    if release_ids:
        changed(session, release_ids)
    return len(release_ids) == FILED_AT_ONCE
