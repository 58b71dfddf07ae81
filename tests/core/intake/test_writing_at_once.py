"""Workers that write at the same moment neither double anything nor wait for each other for ever."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetArtist, GetRelease, ListReleases
from apps.core.contract.intake import CompleteDelivery, DeliveryStatus, ListDeliveries, OpenDelivery, RecordFiles
from tests.at_once import at_once

WRITERS = 8


@pytest.fixture
def complete(operator):
    """Make a delivery of these files, up to the jobs that write it."""

    def deliver(files, source="/music"):
        delivery_id = operator.send(OpenDelivery(source))
        operator.send(RecordFiles(delivery_id, tuple(files)))
        operator.send(CompleteDelivery(delivery_id))

    return deliver


@pytest.fixture
def write_all(catalogue):
    """Receive everything that waits, all at once, and make it playable."""

    def write():
        answers = at_once([lambda job_id=job_id: catalogue.receive(job_id) for job_id in catalogue.waiting("receive")])
        assert not [answer for answer in answers if isinstance(answer, Exception)], answers
        catalogue.transcode_all()
        return answers

    return write


class TestReleasesWrittenAtOnce:
    def test_meet_the_same_new_names_in_any_order_and_make_each_once(self, catalogue, complete, write_all, ana):
        names = ["Ana", "Ben", "Cleo", "Dan"]
        files = []
        for number in range(WRITERS // 2):
            artists = names if number % 2 else names[::-1]
            files += [
                catalogue.file(
                    f"{number}/{at}.mp3",
                    title=f"{at}",
                    track=at + 1,
                    artist=artist,
                    album=f"Album {number}",
                    album_artist=artist,
                    label=artist,
                )
                for at, artist in enumerate(artists)
            ]
        complete(files)
        write_all()
        releases = [ana.send(GetRelease(release.id)) for release in ana.send(ListReleases(size=100)).items]
        assert len(releases) == len(files)
        artists = {release.credits[0].artist_id for release in releases}
        assert sorted(ana.send(GetArtist(artist)).name for artist in artists) == names

    def test_hold_the_same_new_recordings_and_make_each_once(self, catalogue, complete, write_all, ana):
        isrcs = [f"GBAYE93000{number:02d}" for number in range(6)]
        files = []
        for release in range(WRITERS):
            order = isrcs if release % 2 else isrcs[::-1]
            files += [
                catalogue.file(f"{release}/{at}.mp3", title=isrc, track=at + 1, album=f"Mix {release}", compilation=True, isrc=isrc)
                for at, isrc in enumerate(order)
            ]
        complete(files)
        write_all()
        releases = [ana.send(GetRelease(release.id)) for release in ana.send(ListReleases()).items]
        assert len(releases) == WRITERS
        assert len({track.recording_id for release in releases for track in release.tracks}) == len(isrcs)
        assert all(track.playable for release in releases for track in release.tracks)

    def test_of_one_delivery_finish_it(self, catalogue, complete, write_all, operator):
        complete([file for number in range(WRITERS) for file in catalogue.files(f"Album {number}", ["Song"])])
        write_all()
        (delivery,) = operator.send(ListDeliveries()).items
        assert (delivery.status, delivery.releases_written) == (DeliveryStatus.FINISHED, WRITERS)


class TestOneReleaseWrittenByTwo:
    def test_is_one_release_with_each_track_once(self, catalogue, complete, write_all, ana):
        titles = [f"Song {number}" for number in range(5)]
        for source in ("/music", "/copy of music"):
            complete(catalogue.files("Blue Garden", titles), source)
        assert len(set(write_all())) == 1
        (release,) = ana.send(ListReleases()).items
        assert [track.title for track in ana.send(GetRelease(release.id)).tracks] == titles
