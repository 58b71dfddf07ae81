"""Covers from the folder to the address they are shown at, by the real ffmpeg."""

from __future__ import annotations

import errno
import os
from os import truncate
from pathlib import Path

import pytest

from apps.core.contract.catalogue import GetRelease, ListReleases
from apps.core.contract.intake import MAXIMUM_PICTURE_BYTES, GetDelivery, Refusal
from apps.core.contract.jobs import CoverWork, JobStatus, ListJobs
from ports.environment import Environment
from ports.storage.interface import ObjectNotFound
from ports.transcoder.ffmpeg import FfmpegTranscoder
from tasks.covers import prepare_cover
from tasks.housekeeping import delete_spent_files
from tasks.leases import do_job
from tests.factories.audio import tag
from tests.factories.pictures import make_picture, png_claiming, size_of

pytestmark = pytest.mark.media


@pytest.fixture
def office(office):
    office.transcoder = FfmpegTranscoder.from_env(Environment(os.environ))
    return office


@pytest.fixture
def shown(visitor):
    """The one release there is, as everybody sees it."""
    return lambda: visitor.send(GetRelease(visitor.send(ListReleases()).items[0].id))


@pytest.fixture
def spoilt(operator):
    return lambda delivery_id: operator.send(GetDelivery(delivery_id)).picture_refusals


class TestAFolderWithAPicture:
    def test_has_a_cover_in_every_size(self, folder, import_folder, do_tasks, shown, storage, tmp_path):
        make_picture(folder / "Album" / "cover.png", width=1000, height=1000)
        import_folder()
        do_tasks()
        release = shown()
        assert release.cover.startswith(f"/media/covers/{release.id}/")
        sides = []
        for name in ("96.jpg", "320.jpg", "640.jpg", "1280.jpg"):
            storage.fetch(release.cover.removeprefix("/media/").replace("640.jpg", name), tmp_path / name)
            sides.append(size_of(tmp_path / name))
        assert sides == [(96, 96), (320, 320), (640, 640), (1000, 1000)]

    def test_leaves_nothing_in_quarantine(self, folder, import_folder, do_tasks, storage):
        make_picture(folder / "Album" / "cover.png")
        import_folder()
        do_tasks()
        assert list(storage.keys("quarantine/")) == []

    def test_that_changes_has_another_cover_at_another_address(self, folder, import_folder, do_tasks, shown):
        make_picture(folder / "Album" / "cover.png")
        import_folder()
        do_tasks()
        before = shown()
        make_picture(folder / "Album" / "cover.png", colour="red")
        import_folder()
        do_tasks()
        assert (shown().cover == before.cover, shown().colour == before.colour) == (False, False)

    def test_that_goes_takes_the_cover_with_it(self, folder, import_folder, do_tasks, shown):
        make_picture(folder / "Album" / "cover.png")
        import_folder()
        do_tasks()
        (folder / "Album" / "cover.png").unlink()
        import_folder()
        do_tasks()
        assert shown().cover is None

    @pytest.mark.parametrize(
        ("spoil", "reason"),
        [
            (lambda path: path.write_bytes(b"\xff\xd8\xff" + bytes(500)), "damaged"),
            (lambda path: path.write_text("<html>404</html>"), "no picture that we can read"),
            (lambda path: png_claiming(path, 10_000, 10_000), "more than 60,000,000 pixels"),
            (lambda path: path.write_bytes(b""), "empty"),
            (lambda path: truncate(make_picture(path), MAXIMUM_PICTURE_BYTES + 1), "It is larger than 32 MiB"),
        ],
        ids=["damaged", "page", "bomb", "empty", "heavy"],
    )
    def test_that_is_none_harms_nothing_else(self, folder, import_folder, do_tasks, shown, spoilt, office, storage, spoil, reason):
        spoil(folder / "Album" / "cover.jpg")
        delivery_id = import_folder()
        do_tasks()
        (refusal,) = spoilt(delivery_id)
        assert (refusal.path, reason in refusal.reason) == ("Album/cover.jpg", True)
        assert (shown().cover, len(shown().tracks)) == (None, 2)

    def test_that_is_a_link_has_none(self, folder, import_folder, do_tasks, shown, spoilt, tmp_path):
        (folder / "Album" / "cover.jpg").symlink_to(make_picture(tmp_path / "secret.jpg"))
        delivery_id = import_folder()
        do_tasks()
        assert (shown().cover, spoilt(delivery_id)) == (None, ())

    def test_that_went_away_meanwhile_says_so(self, folder, import_folder, do_tasks, spoilt):
        make_picture(folder / "Album" / "cover.jpg")
        delivery_id = import_folder()
        (folder / "Album" / "cover.jpg").unlink()
        do_tasks()
        assert spoilt(delivery_id) == (Refusal("Album/cover.jpg", "It is no longer there: put it back and import the folder again."),)


class TestMusicWithAPictureInside:
    def test_has_it_as_its_cover(self, folder, import_folder, do_tasks, shown, storage, tmp_path):
        picture = make_picture(tmp_path / "inside.jpg").read_bytes()
        for path in (folder / "Album").iterdir():
            tag(path, "flac", {}, cover=picture)
        import_folder()
        do_tasks()
        assert shown().cover is not None
        assert list(storage.keys("quarantine/")) == []


class TestWhatIsNoLongerThere:
    @pytest.fixture
    def quarantined(self, folder, import_folder, do_tasks, storage):
        make_picture(folder / "Album" / "cover.jpg")
        delivery_id = import_folder()
        do_tasks("tasks.intake.receive")
        return delivery_id, next(key for key in storage.keys("quarantine/") if "picture-" in key)

    def test_is_told(self, quarantined, do_tasks, spoilt, storage):
        delivery_id, key = quarantined
        storage.delete(key)
        do_tasks()
        assert "import it again" in spoilt(delivery_id)[0].reason

    def test_is_told_where_it_goes_at_the_last_moment(self, quarantined, do_tasks, spoilt, office, monkeypatch):
        def gone(key: str, target: Path) -> None:
            raise ObjectNotFound(key)

        monkeypatch.setattr(office.storage, "fetch", gone)
        do_tasks("tasks.covers.prepare")
        assert "meanwhile" in spoilt(quarantined[0])[0].reason

    def test_housekeeping_leaves_it_as_long_as_it_is_wanted(self, quarantined, office, storage):
        delete_spent_files(office)
        assert storage.size(quarantined[1]) is not None


class TestADiskFullOfCovers:
    @pytest.fixture
    def full(self, office, monkeypatch):
        """Begins and ends a time in which no cover can be stored."""
        put = office.storage.put

        def refuse(key, source, content_type):
            if key.startswith("covers/") and full:
                raise OSError(errno.ENOSPC, "No space left on device", key)
            put(key, source, content_type)

        full = [True]
        monkeypatch.setattr(office.storage, "put", refuse)
        return full

    def test_puts_covers_off_and_nothing_else(self, folder, import_folder, do_tasks, office, operator, full, shown, spoilt):
        make_picture(folder / "Album" / "cover.jpg")
        delivery_id = import_folder()
        do_tasks()
        assert (shown().cover, len(shown().tracks), spoilt(delivery_id)) == (None, 2, ())
        (waiting,) = [job for job in operator.send(ListJobs(status=JobStatus.WAITING)).items if job.kind == "cover"]
        assert "No space left on device" in waiting.reason
        full.clear()
        do_job(office, waiting.id, CoverWork, prepare_cover)
        assert shown().cover is not None
