"""Files that are gone from their folder, and what becomes of their tracks."""

from __future__ import annotations

import pytest

from apps.core.contract.catalogue import GetArtist, GetRelease, GetTrack, ListReleases
from apps.core.contract.errors import NotFound, PlaybackRefused
from apps.core.contract.intake import CompleteDelivery, HideRemovedFiles, ListKnownFiles, RecordFiles
from apps.core.contract.playback import StartPlayback

FOLDER = "The Lanterns/Blue Garden"


@pytest.fixture
def garden(catalogue):
    return catalogue.files("Blue Garden", ["Dawn", "Noon"])


@pytest.fixture
def ready(catalogue):
    def ready(files, **how):
        (release_id,) = catalogue.deliver(files, **how)
        catalogue.transcode_all()
        return release_id

    return ready


@pytest.fixture
def hide(operator):
    """Hides what these files brought; tells how many tracks that were."""
    return lambda *files, source="/music": operator.send(HideRemovedFiles(source, tuple(file.path for file in files))).tracks


def titles(sender, release_id):
    return [track.title for track in sender.send(GetRelease(release_id)).tracks]


class TestHideRemovedFiles:
    def test_hides_the_track_wherever_it_was(self, ready, garden, hide, ana):
        release_id = ready(garden)
        dawn, noon = ana.send(GetRelease(release_id)).tracks
        assert hide(garden[0]) == 1
        assert titles(ana, release_id) == ["Noon"]
        with pytest.raises(NotFound):
            ana.send(GetTrack(dawn.id))
        with pytest.raises(PlaybackRefused, match="not offered"):
            ana.send(StartPlayback(dawn.id, "browser"))
        assert ana.send(StartPlayback(noon.id, "browser")).title == "Noon"

    def test_hides_a_release_of_which_nothing_is_left(self, ready, garden, hide, ana):
        release_id = ready(garden)
        artist_id = ana.send(GetRelease(release_id)).credits[0].artist_id
        assert hide(*garden) == 2
        assert ana.send(ListReleases()).items == ()
        for gone in (GetRelease(release_id), GetArtist(artist_id)):
            with pytest.raises(NotFound):
                ana.send(gone)

    def test_twice_is_once(self, ready, garden, hide, ana):
        release_id = ready(garden)
        assert (hide(garden[0]), hide(garden[0])) == (1, 0)
        assert titles(ana, release_id) == ["Noon"]

    def test_a_file_that_was_forgotten_is_new_again(self, ready, garden, hide, operator):
        ready(garden)
        hide(garden[0])
        assert [file.path for file in operator.send(ListKnownFiles("/music")).files] == [garden[1].path]

    def test_what_is_back_is_shown_again_without_being_prepared_again(self, ready, garden, hide, catalogue, ana):
        release_id = ready(garden)
        before = ana.send(GetRelease(release_id)).tracks
        hide(*garden)
        catalogue.deliver(garden)
        assert catalogue.waiting("transcode") == []
        assert ana.send(GetRelease(release_id)).tracks == before

    def test_what_comes_while_another_track_is_hidden_does_not_show_that(self, ready, garden, hide, catalogue, ana):
        release_id = ready(garden)
        hide(*garden)
        catalogue.deliver(garden[1:])
        assert titles(ana, release_id) == ["Noon"]

    def test_a_transcode_that_comes_later_shows_nothing_hidden(self, catalogue, garden, hide, ana):
        (release_id,) = catalogue.deliver(garden)
        hide(*garden)
        catalogue.transcode_all()
        with pytest.raises(NotFound):
            ana.send(GetRelease(release_id))

    def test_a_file_that_lies_elsewhere_now_keeps_its_track(self, ready, catalogue, operator, worker, hide, ana):
        def at(path):
            return [catalogue.file(path, title="Dawn", album="Blue Garden", album_artist="Ana", artist="Ana", isrc="GBABC2600001")]

        release_id = ready(at("old/a.flac"))
        ready(at("new/a.flac"))
        assert hide(*at("old/a.flac")) == 0
        assert titles(ana, release_id) == ["Dawn"]
        assert hide(*at("new/a.flac")) == 1

    def test_of_another_folder_stay(self, ready, garden, hide, ana):
        release_id = ready(garden, source="/elsewhere")
        assert hide(*garden) == 0
        assert titles(ana, release_id) == ["Dawn", "Noon"]

    def test_of_a_delivery_that_is_still_open_are_not_gone(self, hide, garden, operator, delivery_id):
        operator.send(RecordFiles(delivery_id, tuple(garden)))
        assert hide(*garden) == 0
        operator.send(CompleteDelivery(delivery_id))
        assert len(operator.send(ListKnownFiles("/music")).files) == 2
