"""Pictures from the upload to the address that their cover is shown at, by the real ffmpeg, and what housekeeping leaves of them."""

from __future__ import annotations

import os

import pytest

from apps.core.contract.pictures import (
    OWN_COVERS,
    UPLOADED,
    GetPlaylistPicture,
    PictureStatus,
    PutPlaylistPicture,
    RemovePlaylistPicture,
)
from apps.core.contract.playlists import CreatePlaylist, GetPlaylistTracks
from ports.environment import Environment
from ports.transcoder.ffmpeg import FfmpegTranscoder
from tasks.housekeeping import delete_spent_pictures
from tests.factories.pictures import make_picture, png_claiming, size_of


@pytest.fixture
def office(office):
    office.transcoder = FfmpegTranscoder.from_env(Environment(os.environ))
    return office


@pytest.fixture
def playlist_id(ana) -> str:
    return ana.send(CreatePlaylist("Evenings")).id


@pytest.fixture
def upload(ana, playlist_id, clock, do_tasks):
    """Let somebody upload a file, and do what comes of it."""

    def upload(picture, *tasks: str) -> None:
        clock.advance(6)
        ana.send(PutPlaylistPicture(playlist_id, picture.read_bytes()))
        do_tasks(*tasks)

    return upload


@pytest.fixture
def told(ana, playlist_id):
    return lambda: ana.send(GetPlaylistPicture(playlist_id))


@pytest.fixture
def lying(storage):
    """What lies where pictures and their covers do."""
    return lambda: [*storage.keys(UPLOADED), *storage.keys(OWN_COVERS)]


class TestAPicture:
    @pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
    def test_becomes_a_cover_in_every_size_and_nothing_else_stays(self, upload, told, storage, lying, tmp_path, kind):
        upload(make_picture(tmp_path / f"mine.{kind}", width=1000, height=1000))
        assert told().status == PictureStatus.SHOWN
        folder = told().cover.removeprefix("/media/").removesuffix("640.jpg")
        sides = []
        for name in ("96.jpg", "320.jpg", "640.jpg", "1280.jpg"):
            storage.fetch(f"{folder}{name}", tmp_path / name)
            sides.append(size_of(tmp_path / name))
        assert sides == [(96, 96), (320, 320), (640, 640), (1000, 1000)]
        assert sorted(lying()) == sorted(f"{folder}{side}.jpg" for side in (96, 320, 640, 1280))

    @pytest.mark.parametrize(
        ("spoil", "reason"),
        [
            (lambda path: path.write_bytes(b"\xff\xd8\xff" + bytes(500)), "damaged"),
            (lambda path: png_claiming(path, 10_000, 10_000), "more than 60,000,000 pixels"),
            (lambda path: make_picture(path.with_suffix(".png"), width=8, height=8).rename(path), "too few for a cover"),
        ],
        ids=["damaged", "bomb", "small"],
    )
    def test_that_is_none_is_told_and_leaves_the_one_before(self, upload, told, ana, playlist_id, tmp_path, spoil, reason):
        upload(make_picture(tmp_path / "good.png"))
        before = told().cover
        spoil(tmp_path / "bad.png")
        upload(tmp_path / "bad.png")
        assert (told().status, told().cover, reason in told().reason) == (PictureStatus.REFUSED, before, True)
        assert ana.send(GetPlaylistTracks(playlist_id)).playlist.cover == before

    def test_that_is_no_longer_stored_is_told(self, upload, told, storage, do_tasks, tmp_path):
        upload(make_picture(tmp_path / "good.png"), "tasks.intake.receive")
        (key,) = storage.keys(UPLOADED)
        storage.delete(key)
        do_tasks()
        assert (told().status, "upload it again" in told().reason) == (PictureStatus.REFUSED, True)


class TestHousekeeping:
    def test_clears_covers_that_were_replaced_or_removed(self, upload, told, office, ana, playlist_id, lying, tmp_path):
        upload(make_picture(tmp_path / "first.png"))
        upload(make_picture(tmp_path / "second.png", colour="red"))
        assert len(lying()) == 8
        delete_spent_pictures(office)
        folder = told().cover.removeprefix("/media/").removesuffix("640.jpg")
        assert all(key.startswith(folder) for key in lying())
        assert len(lying()) == 4
        ana.send(RemovePlaylistPicture(playlist_id))
        delete_spent_pictures(office)
        assert lying() == []

    def test_leaves_a_picture_that_waits(self, upload, office, lying, clock, told, do_tasks, tmp_path):
        upload(make_picture(tmp_path / "good.png"), "tasks.intake.receive")
        clock.advance(7200)
        delete_spent_pictures(office)
        assert len(lying()) == 1
        do_tasks()
        assert told().status == PictureStatus.SHOWN
