"""Recordings that are published at the same moment."""

from __future__ import annotations

from apps.core.contract.catalogue import GetRelease, ListReleases, ReleasePublished
from apps.core.contract.playback import RecordingPublished
from tests.at_once import at_once


class TestRecordingsPublishedAtOnce:
    def test_show_their_release_once(self, catalogue, ana, emitted):
        catalogue.deliver(catalogue.files("Blue Garden", [f"Song {number}" for number in range(10)]))
        answers = at_once([lambda job_id=job_id: catalogue.transcode(job_id) for job_id in catalogue.waiting("transcode")])
        assert answers == [None] * 10
        (release,) = ana.send(ListReleases()).items
        assert all(track.playable for track in ana.send(GetRelease(release.id)).tracks)
        assert (emitted(RecordingPublished), emitted(ReleasePublished)) == (10, 1)
