"""`celesta import`: a folder becomes a delivery, once."""

from __future__ import annotations

import os

import pytest
from click.testing import CliRunner

from apps.console.folder import progress
from apps.console.folder.reading import NEVER, read
from apps.console.folder.walk import Seen
from apps.console.import_folder import NOT_RUNNING, WAITING, import_
from apps.core.contract.intake import ListDeliveries
from apps.core.contract.jobs import ReturnJob
from tasks.office import office
from tests.factories.audio import make_audio

NOBODY = "redis://127.0.0.1:1/0"
"""Where no server listens."""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    for number in (1, 2):
        make_audio(folder / f"{number}.mp3", seconds=0.2, frequency=200 * number, tags={"title": f"Song {number}", "album": "Album"})
    (folder / "fake.mp3").write_text("#EXTM3U\n/etc/passwd\n")
    (folder / "cover.jpg").write_bytes(b"\xff\xd8\xff")
    return folder


@pytest.fixture
def run(values, core_app, monkeypatch):
    """Run the command as a person would, on the test's own home."""
    for name, value in {**values, "REDIS_URL": NOBODY}.items():
        monkeypatch.setenv(name, value)

    def invoke(*arguments: object):
        return CliRunner().invoke(import_, [str(argument) for argument in arguments], catch_exceptions=False)

    return invoke


class TestImport:
    def test_tells_what_was_delivered_refused_and_left_out(self, run, folder, operator):
        done = run(folder, "--no-wait")
        assert done.exit_code == 0
        assert "3 files were delivered as 1 release." in done.output
        assert "1 file refused:\n  fake.mp3: This file is a playlist" in done.output
        assert "Left out, as they are not music: 1 .jpg." in done.output
        (delivery,) = operator.send(ListDeliveries()).items
        assert (delivery.files, delivery.refused, delivery.releases) == (3, 1, 1)
        assert delivery.source == str(folder)

    def test_again_reads_and_delivers_nothing(self, run, folder, operator, monkeypatch):
        run(folder, "--no-wait")
        monkeypatch.setattr("apps.console.folder.delivery.read_all", lambda *_: pytest.fail("it was read again"))
        assert run(folder, "--no-wait").output.startswith("3 files imported before and unchanged.")
        assert len(operator.send(ListDeliveries()).items) == 1

    def test_again_delivers_what_is_new_or_changed(self, run, folder, operator):
        run(folder, "--no-wait")
        make_audio(folder / "3.mp3", seconds=0.2, tags={"title": "Song 3", "album": "Album"})
        os.utime(folder / "1.mp3", ns=(1, 1))
        output = run(folder, "--no-wait").output
        assert "2 files were delivered as 1 release." in output
        assert "2 files imported before and unchanged." in output
        assert operator.send(ListDeliveries()).items[0].files == 2

    def test_what_cannot_be_opened_is_read_again_next_time(self, folder):
        assert read(folder, Seen("gone.mp3", 1, 1, "")).modified_ns == NEVER
        assert read(folder, Seen("fake.mp3", 1, 1, "")).modified_ns == 1

    def test_a_link_to_the_folder_is_the_folder(self, run, folder, tmp_path):
        (tmp_path / "link").symlink_to(folder)
        run(folder, "--no-wait")
        assert "3 files imported before and unchanged." in run(tmp_path / "link", "--no-wait").output

    def test_without_a_broker_it_says_when_the_music_becomes_playable(self, run, folder, monkeypatch):
        monkeypatch.setenv("TASK_QUEUE", "celery")
        monkeypatch.setenv("BROKER_URL", NOBODY)
        done = run(folder)
        assert done.exit_code == 0
        assert done.output.rstrip().endswith("Left out, as they are not music: 1 .jpg.")
        assert NOT_RUNNING in done.output

    def test_where_nobody_works_it_stops_waiting(self, run, folder, monkeypatch):
        monkeypatch.setattr(progress, "STALLED_SECONDS", 0.1)
        monkeypatch.setattr(progress, "POLL_SECONDS", 0.01)
        done = run(folder)
        assert done.exit_code == 0
        assert NOT_RUNNING in done.output

    def test_where_a_job_was_returned_it_says_what_it_waits_for(self, run, folder, task_queue, catalogue, worker, monkeypatch):
        monkeypatch.setattr(progress, "STALLED_SECONDS", 0.1)
        run(folder, "--no-wait")
        (job_id,) = catalogue.waiting("receive")
        worker.send(ReturnJob(job_id, catalogue.claim(job_id).lease, "The disk is full.", passing=True))
        os.utime(folder / "1.mp3", ns=(1, 1))
        assert WAITING.format(reason="The disk is full.") in run(folder).output

    def test_it_waits_until_all_can_be_played(self, run, folder, values, monkeypatch):
        monkeypatch.setattr(progress, "POLL_SECONDS", 0.01)
        monkeypatch.setenv("TASK_QUEUE", "inline")
        office.cache_clear()
        done = run(folder)
        office.cache_clear()
        assert "2 recordings of 2 can be played." in done.output
        assert NOT_RUNNING not in done.output

    def test_an_empty_folder_has_no_music(self, run, tmp_path):
        (tmp_path / "empty").mkdir()
        assert run(tmp_path / "empty").output == f"There is no music in {tmp_path / 'empty'}.\n"


class TestBadPath:
    @pytest.mark.parametrize(
        ("make", "line"),
        [
            (lambda _: None, "Error: {path} cannot be read (No such file or directory): name a folder of music that you may read.\n"),
            (lambda path: path.write_text("x"), "Error: {path} is a file: name the folder it lies in.\n"),
            (lambda path: path.symlink_to(path), "Error: {path} cannot be read"),
        ],
    )
    def test_is_one_clear_line(self, run, tmp_path, make, line):
        path = tmp_path / "music"
        make(path)
        done = run(path)
        assert done.exit_code == 1
        assert done.output.startswith(line.format(path=path))
        assert done.output.count("\n") == 1
