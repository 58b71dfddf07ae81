"""A delivery that names an artist who is being merged waits, and credits the survivor."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from apps.core.catalogue.models import ArtistRow
from apps.core.contract.catalogue import GetRelease
from apps.core.database import READER, db
from tests.core.jobs.test_locks import BLOCKED

pytestmark = pytest.mark.postgresql


def test_a_delivery_waits_for_a_merge_of_whom_it_names(core_app, catalogue, ana):
    artist, into = (ana.send(GetRelease(catalogue.release(f"By {name}", artist=name))).credits[0].artist_id for name in ("Cleo", "Dan"))
    files = [catalogue.file("new.flac", title="New", artist="Cleo", album="New")]
    merge = update(ArtistRow).where(ArtistRow.id == artist).values(merged_into=into)
    with core_app.app_context(), ThreadPoolExecutor(1) as threads, db.engine.connect() as merging, db.engines[READER].connect() as watcher:
        merging.execute(select(ArtistRow.id).where(ArtistRow.id.in_([artist, into])).with_for_update())
        merging.execute(merge)
        delivered = threads.submit(catalogue.deliver, files)
        while not watcher.scalar(BLOCKED):
            assert not delivered.done(), "it did not wait for the merge"
        merging.commit()
        (release_id,) = delivered.result(timeout=20)
    catalogue.transcode_all()
    assert ana.send(GetRelease(release_id)).credits[0].artist_id == into
