"""`celesta import`: a folder becomes a delivery, once."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from apps.console.folder import progress
from apps.console.folder.reading import NEVER, read
from apps.console.folder.report import (
    LONGEST_REMINDER,
    NO_BROKER,
    NOT_RUNNING,
    NOTHING_TAKEN,
    STOPPED_EARLY,
    STOPPED_WATCHING,
    WAITING,
    tell,
)
from apps.console.folder.walk import Seen
from apps.console.import_folder import INTERRUPTED, import_
from apps.core.contract.intake import GetDelivery, ListDeliveries
from apps.core.contract.jobs import FailJob, ReturnJob
from ports.transcoder.containers import ACCEPTED_IN_WORDS
from tasks.office import office
from tests.console.conftest import NOBODY
from tests.factories.audio import make_audio
from tests.services import wait_until


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    for number in (1, 2):
        make_audio(folder / f"{number}.mp3", seconds=0.2, frequency=200 * number, tags={"title": f"Song {number}", "album": "Album"})
    (folder / "fake.mp3").write_text("#EXTM3U\n/etc/passwd\n")
    (folder / "ticket.jpg").write_bytes(b"\xff\xd8\xff")
    return folder


@pytest.fixture
def run(own_home):
    def invoke(*arguments: object):
        return CliRunner().invoke(import_, [str(argument) for argument in arguments], catch_exceptions=False)

    return invoke


class TestImport:
    def test_tells_what_was_delivered_refused_and_left_out(self, run, folder, operator):
        done = run(folder, "--no-wait")
        assert done.exit_code == 0
        assert "2 files were delivered as 1 release." in done.output
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

    def test_delivers_everything_again_where_it_is_told_to(self, run, folder, operator):
        run(folder, "--no-wait")
        assert "2 files were delivered as 1 release." in run(folder, "--again", "--no-wait").output
        assert operator.send(ListDeliveries()).items[0].files == 3

    def test_names_what_is_no_longer_there_and_hides_it_when_told_to(self, run, folder, catalogue, operator):
        run(folder, "--no-wait")
        catalogue.receive(*catalogue.waiting("receive"))
        kept = (folder / "1.mp3").read_bytes(), (folder / "1.mp3").stat()
        (folder / "1.mp3").unlink()
        for _ in range(2):
            output = run(folder, "--no-wait").output
            assert "1 file imported before and no longer there:\n  1.mp3\nWhat they brought stays" in output
        assert "no longer there:\n  1.mp3\n1 track hidden.\n" in run(folder, "--hide-removed", "--no-wait").output
        assert "no longer there" not in run(folder, "--no-wait").output
        (folder / "1.mp3").write_bytes(kept[0])
        os.utime(folder / "1.mp3", ns=(kept[1].st_atime_ns, kept[1].st_mtime_ns))
        assert "1 file was delivered as 1 release." in run(folder, "--no-wait").output

    def test_names_no_more_than_fit(self, run, folder):
        for number in range(LONGEST_REMINDER + 2):
            (folder / f"more {number:02}.mp3").write_bytes((folder / "1.mp3").read_bytes())
            os.utime(folder / f"more {number:02}.mp3", ns=(number, number))
        run(folder, "--no-wait")
        for path in folder.glob("more*"):
            path.unlink()
        assert "and 2 more" in run(folder, "--no-wait").output

    def test_a_file_at_another_place_is_not_gone(self, run, folder):
        run(folder, "--no-wait")
        (folder / "Album").mkdir()
        (folder / "1.mp3").rename(folder / "Album" / "one.mp3")
        output = run(folder, "--no-wait").output
        assert "1 file found at another place than before." in output
        assert "no longer there" not in output
        again = run(folder, "--no-wait").output
        assert ("another place" in again, "no longer there" in again) == (False, False)

    def test_what_cannot_be_looked_into_is_not_gone(self, run, folder, tmp_path, monkeypatch):
        (folder / "Album").mkdir()
        (folder / "1.mp3").rename(folder / "Album" / "1.mp3")
        run(folder, "--no-wait")
        scandir = os.scandir

        def forbid(path):
            if Path(path).name == "Album":
                raise PermissionError
            return scandir(path)

        monkeypatch.setattr("apps.console.folder.walk.os.scandir", forbid)
        assert "no longer there" not in run(folder, "--hide-removed", "--no-wait").output

    def test_of_a_disk_that_is_not_there_nothing_is_gone(self, run, folder):
        run(folder, "--no-wait")
        for path in folder.iterdir():
            path.unlink()
        done = run(folder, "--hide-removed", "--no-wait")
        assert "no longer there" not in done.output
        assert "There is no music" in done.output

    def test_another_picture_beside_it_delivers_music_again(self, run, folder, operator):
        run(folder, "--no-wait")
        (folder / "cover.jpg").write_bytes(b"\xff\xd8\xff")
        assert "2 files were delivered as 1 release." in run(folder, "--no-wait").output
        assert "3 files imported before and unchanged." in run(folder, "--no-wait").output

    def test_names_a_picture_that_cannot_be_a_cover(self, run, folder, catalogue, worker, operator, capsys):
        (folder / "cover.jpg").write_bytes(b"\xff\xd8\xff")
        run(folder, "--no-wait")
        catalogue.receive(*catalogue.waiting("receive"))
        claim = catalogue.claim(*catalogue.waiting("cover"))
        worker.send(FailJob(claim.job_id, claim.lease, "This JPEG file is damaged."))
        tell(operator.send(GetDelivery(operator.send(ListDeliveries()).items[0].id)))
        assert "1 picture cannot be a cover:\n  cover.jpg: This JPEG file is damaged.\n" in capsys.readouterr().out

    def test_for_other_listeners_moves_what_it_brought_before(self, run, folder, catalogue, operator):
        run(folder, "--no-wait")
        catalogue.receive(*catalogue.waiting("receive"))
        assert "now for" not in run(folder, "--no-wait").output
        assert "\n1 release is now for subscribers only.\n" in "\n" + run(folder, "--for-subscribers", "--no-wait").output
        assert "now for" not in run(folder, "--no-wait").output
        make_audio(folder / "new.mp3", seconds=0.2, tags={"title": "Song", "album": "Another"})
        assert "now for" not in run(folder, "--no-wait").output
        catalogue.receive(*catalogue.waiting("receive"))
        assert "2 releases are now for everybody." in run(folder, "--for-everybody", "--no-wait").output
        assert len(operator.send(ListDeliveries()).items) == 2

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
        assert NO_BROKER in done.output

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
        done = run(tmp_path / "empty")
        assert done.exit_code == 1
        assert done.output == f"There is no music in {tmp_path / 'empty'}: name a folder that holds {ACCEPTED_IN_WORDS}.\n"

    def test_one_file_is_told_as_one(self, run, folder):
        (folder / "2.mp3").unlink()
        assert "\n1 file was delivered as 1 release.\n" in run(folder, "--no-wait").output

    def test_where_everything_is_refused_it_fails_and_says_so(self, run, folder):
        for number in (1, 2):
            (folder / f"{number}.mp3").write_text("no music")
        done = run(folder, "--no-wait")
        assert done.exit_code == 1
        assert NOTHING_TAKEN in done.output
        assert "3 files refused:" in done.output
        assert NOT_RUNNING not in done.output
        assert run(folder, "--no-wait").exit_code == 0

    def test_again_names_what_was_refused_before(self, run, folder):
        run(folder, "--no-wait")
        done = run(folder, "--no-wait")
        assert done.exit_code == 0
        assert "3 files imported before and unchanged.\n1 of them refused then:\n  fake.mp3: This file is a playlist" in done.output
        for number in range(LONGEST_REMINDER):
            (folder / f"more{number}.mp3").write_text("no music")
        run(folder, "--no-wait")
        output = run(folder, "--no-wait").output
        assert f"{LONGEST_REMINDER + 1} of them refused then:" in output
        assert output.count(".mp3: ") == LONGEST_REMINDER
        assert "\n  and 1 more\n" in output

    def test_an_empty_name_is_not_the_folder_one_is_in(self, run, folder, monkeypatch, operator):
        monkeypatch.chdir(folder)
        done = run("", "--no-wait")
        assert done.exit_code == 1
        assert done.output == "Error: The folder's name is empty: name a folder of music, or . for the one you are in.\n"
        assert operator.send(ListDeliveries()).items == ()


class TestStopped:
    """By Ctrl-C, which a terminal sends to every process of the command."""

    @pytest.fixture
    def start(self, values, core_app):
        started = []

        def start(folder, **more: str):
            command = [str(Path(sys.executable).with_name("celesta")), "import", str(folder)]
            environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **values, "REDIS_URL": NOBODY, **more}
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            # Whoever started these tests in the background left Ctrl-C ignored, which is inherited.
            heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
            started.append(subprocess.Popen(command, env=environment, start_new_session=True, preexec_fn=heed, text=True, **pipes))  # noqa: PLW1509 - no thread runs here
            return started[-1]

        yield start
        for process in started:
            process.kill()
            process.communicate()

    def stop(self, process):
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate()
        assert process.returncode == INTERRUPTED
        assert "\n".join(line for line in errors.splitlines() if " a fake" not in line) == ""
        return output

    def test_while_it_reads_nothing_is_delivered(self, start, folder, operator):
        frames = b"TIT2\x00\x00\x00\x01\x00\x00\x00" * 3_000_000
        length = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
        (folder / "crumbs.mp3").write_bytes(b"ID3\x03\x00\x00" + length + frames + (folder / "1.mp3").read_bytes())
        process = start(folder)
        assert "Reading tags" in process.stdout.readline()
        wait_until(lambda: len(psutil.Process(process.pid).children()) > 1)  # whoever reads is at work
        assert self.stop(process).rstrip().endswith(STOPPED_EARLY)
        assert operator.send(ListDeliveries()).items == ()

    def test_while_the_music_is_prepared_it_says_how_far_it_is_and_that_it_goes_on(self, start, folder, catalogue):
        for number in range(3):
            make_audio(folder / f"single{number}.mp3", seconds=0.2, frequency=900 + number, tags={"album": f"Single {number}"})
        process = start(folder)
        while "Writing releases" not in process.stdout.readline():
            pass
        catalogue.receive(catalogue.waiting("receive")[0])
        catalogue.transcode_all()
        output = self.stop(process)
        assert "5 files were delivered as 4 releases." in output
        assert re.search(r"^So far 1 of 4 releases in the catalogue, [12] recordings? can be played\.$", output, re.MULTILINE)
        assert "recordings of" not in output
        assert "1 file refused:\n  fake.mp3: " in output
        assert output.rstrip().endswith(STOPPED_WATCHING)


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
