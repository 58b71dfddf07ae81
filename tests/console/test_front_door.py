from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.faults


class TestFirstStart:
    def test_makes_the_environment_and_hands_the_arguments_over(self, quick_checkout):
        started = quick_checkout.start("actions", "--cost", "a b")
        assert started.returncode == 0, started.stderr
        assert started.stdout == "['actions', '--cost', 'a b']\n"
        assert started.stderr.splitlines() == [
            "Making the environment in .venv.",
            "Installing packages (0).",
            "Installing Celesta itself (1).",
        ]
        assert "Successfully installed celesta" in (quick_checkout.folder / ".venv/install.log").read_text()

    def test_two_at_once_both_arrive(self, quick_checkout):
        running = [
            subprocess.Popen(
                quick_checkout.command(word), env=quick_checkout.offline(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            for word in ("one", "two")
        ]
        output = [process.communicate() for process in running]
        assert [stdout for stdout, _ in output] == ["['one']\n", "['two']\n"], output
        assert sum("Making the environment" in stderr for _, stderr in output) == 1
        assert sum("waiting for it" in stderr for _, stderr in output) == 1


class TestLaterStarts:
    def test_install_nothing(self, installed):
        again = installed.start("run")
        assert (again.stdout, again.stderr) == ("['run']\n", "")

    def test_work_through_a_link_from_another_folder(self, installed, tmp_path):
        link = tmp_path / "link"
        link.symlink_to(installed.door)
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        started = installed.run([str(link), "ports"], cwd=elsewhere)
        assert (started.stdout, started.stderr) == ("['ports']\n", "")
        assert list(elsewhere.iterdir()) == []

    def test_install_again_after_a_change(self, installed):
        with installed.lock.open("a") as file:
            file.write("# Changed.\n")
        assert "Installing packages" in installed.start().stderr
        assert installed.start().stderr == ""

    def test_developers_commands_install_the_tools_once(self, installed):
        with (installed.folder / "requirements-development.lock").open("a") as file:
            file.write("# Changed.\n")
        assert installed.start("run").stderr == ""
        assert "Installing packages" in installed.start("test").stderr
        assert installed.start("check").stderr == ""
        assert installed.start("run").stderr == ""

    def test_the_demo_takes_the_tools_for_its_month_only(self, installed):
        with (installed.folder / "requirements-development.lock").open("a") as file:
            file.write("# Changed.\n")
        assert installed.start("demo").stderr == ""
        assert "Installing packages" in installed.start("demo", "--into", "folder", "--month").stderr

    def test_a_moved_checkout_gets_a_new_environment(self, quick_checkout, tmp_path):
        quick_checkout.start()
        quick_checkout.folder = quick_checkout.folder.rename(tmp_path / "moved")
        started = quick_checkout.start("run")
        assert "making it anew" in started.stderr
        assert started.stdout == "['run']\n"
        assert str(tmp_path / "moved") in (quick_checkout.folder / ".venv/bin/celesta").read_text()

    def test_an_environment_without_its_python_is_made_anew(self, quick_checkout):
        quick_checkout.start()
        for python in (quick_checkout.folder / ".venv/bin").glob("python*"):
            python.unlink()
        started = quick_checkout.start("run")
        assert started.stdout == "['run']\n", started.stderr


class TestBrokenInstall:
    def test_ends_in_one_line_and_goes_on_once_mended(self, installed):
        whole = installed.lock.read_text()
        installed.lock.write_text(f"nothing-of-that-name==1 --hash=sha256:{'0' * 64}\n")
        for _ in range(2):
            failed = installed.start("run")
            assert failed.returncode == 1
            assert failed.stdout == ""
            assert "Installing packages failed: No matching distribution found for nothing-of-that-name==1" in failed.stderr
            assert "Traceback" not in failed.stderr
        installed.lock.write_text(whole)
        assert installed.start("run").stdout == "['run']\n"

    def test_a_start_that_was_killed_is_completed_by_the_next(self, installed):
        stamp = installed.folder / ".venv/celesta-installed"
        stamp.write_text(stamp.read_text().splitlines()[0])
        (installed.folder / ".venv/bin/celesta").unlink()
        started = installed.start("run")
        assert "Making the environment" not in started.stderr
        assert started.stdout == "['run']\n"

    def test_a_missing_file_is_named(self, quick_checkout):
        quick_checkout.lock.unlink()
        started = quick_checkout.start()
        assert started.returncode == 1
        assert "requirements.lock" in started.stderr
        assert "Traceback" not in started.stderr


class TestBareMachine:
    def test_without_any_pip_it_says_what_to_install(self, checkout, tmp_path):
        checkout.lack(tmp_path / "lacking", "ensurepip", "pip")
        started = checkout.start("run")
        assert started.returncode == 1
        assert "neither ensurepip nor pip" in started.stderr
        assert not (checkout.folder / ".venv").exists()

    def test_an_old_python_is_told_so(self, checkout):
        replace(checkout.door, "OLDEST = (3, 11)", "OLDEST = (99, 0)")
        started = checkout.start("run", PATH="")
        assert started.returncode == 1
        assert "Celesta needs Python 3.11 or newer" in started.stderr

    def test_under_an_old_python_a_newer_one_is_taken(self, installed, tmp_path):
        door = tmp_path / "celesta"
        shutil.copy(installed.door, door)
        replace(door, "sys.version_info < OLDEST", "os.environ.pop('OLD', None)")
        replace(door, "Path(__file__).resolve().parent", f"Path({str(installed.folder)!r})")
        shims = tmp_path / "shims"
        shims.mkdir()
        (shims / "python3.13").write_text("#!/bin/sh\nexit 127\n")
        (shims / "python3.12").symlink_to(sys.executable)
        for shim in shims.iterdir():
            shim.chmod(0o755)
        started = installed.run([sys.executable, str(door), "run"], PATH=str(shims), OLD="yes")
        assert started.stdout == "['run']\n", started.stderr


def replace(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
