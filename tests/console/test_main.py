from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from apps.console.checkout import ROOT
from apps.console.embedded import free_port
from apps.console.main import main
from apps.core.migrations import REVISION

PATIENCE = 120
"""Seconds after which a command that should have ended is killed, which fails its test."""
COMMAND = str(Path(sys.executable).parent / "celesta")


@pytest.fixture
def celesta(tmp_path):
    """Run the installed command with a home of its own."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        values = {"PATH": os.environ["PATH"], "CELESTA_HOME": str(tmp_path / "home"), **environment}
        return subprocess.run(
            [COMMAND, *arguments], env=values, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE
        )

    return run


def refused(done, *words):
    """It ended with one line on standard error, no traceback, and these words in it."""
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr
    return True


class TestHelp:
    def test_names_every_command_and_loads_none(self, celesta):
        done = celesta("--help", PYTHONPROFILEIMPORTTIME="1")
        for name in ("run", "import", "users", "migrate", "actions", "ports", "test", "check", "bench"):
            assert f"\n  {name} " in done.stdout
        assert "apps.console.main" in done.stderr
        assert "apps.console.run" not in done.stderr
        assert "sqlalchemy" not in done.stderr

    def test_a_slip_of_the_pen_is_corrected(self, celesta):
        done = celesta("rnu")
        assert done.returncode == 2
        assert "Did you mean 'run'?" in done.stderr

    def test_says_its_version(self, celesta):
        assert celesta("--version").stdout.startswith("celesta 0.")

    def test_is_the_same_for_the_module(self, celesta):
        command = [sys.executable, "-m", "apps.console.main", "--help"]
        assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout == celesta("--help").stdout


class TestErrors:
    def test_an_unknown_choice_stops_run_with_one_line(self, celesta):
        assert refused(
            celesta("run", "--port", "1", STORAGE="floppy") if os.geteuid() == 0 else celesta("run", STORAGE="floppy"), "STORAGE"
        )

    def test_a_home_in_the_way_stops_with_one_line(self, celesta, tmp_path):
        (tmp_path / "home").write_text("")
        for command in ("run", "ports"):
            assert refused(celesta(command), "cannot be used", "CELESTA_HOME")

    def test_a_missing_secret_stops_run_with_one_line(self, celesta):
        assert refused(celesta("run", "--port", str(free_port()), SECRETS="env"), "VALKEY_PASSWORD")

    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ({"FFMPEG": "/nope"}, "FFMPEG=/nope is not a program"),
            ({"TOKEN_DAYS": "-3"}, "TOKEN_DAYS=-3 is out of range: set it to a whole number from 1 to "),
            ({"WEB_CONCURRENCY": "abc"}, "WEB_CONCURRENCY=abc is not a whole number: set it to one."),
            ({"MAIL": "smtp"}, "The secret SMTP_URL is missing"),
        ],
    )
    def test_a_setting_that_is_wrong_stops_run_with_one_line_before_anything_is_started(self, celesta, tmp_path, settings, words):
        assert refused(celesta("run", "--port", str(free_port()), **settings), words)
        assert not (tmp_path / "home" / "logs").exists()

    def test_what_core_refuses_is_one_line_with_the_next_step(self, values, core_app, monkeypatch, capsys):
        for name, value in {**values, "REDIS_URL": "redis://127.0.0.1:1/0"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["celesta", "users", "suspend", "nobody@example.com"])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert stopped.value.code == 1
        assert (
            capsys.readouterr().err
            == "There is no account with the e-mail address nobody@example.com. Look it up with: ./celesta users list\n"
        )


class TestMigrate:
    def test_makes_the_schema_and_says_so(self, celesta, tmp_path):
        for _ in range(2):
            assert celesta("migrate").stdout == "The schema is this release's.\n"
        assert (tmp_path / "home" / "celesta.db").stat().st_size > 0

    def test_a_database_out_of_reach_is_one_line(self, celesta):
        assert refused(celesta("migrate", DATABASE_URL="sqlite:////nowhere/celesta.db"), "cannot be used", "DATABASE_URL")

    def test_writes_what_the_models_have_more(self, tmp_path):
        copy = tmp_path / "copy"
        for package in ("apps", "ports"):
            shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
        command = [sys.executable, "-c", "from apps.console.main import main; main()", "migrate", "--write", "nothing new"]
        values = {"PATH": os.environ["PATH"], "CELESTA_HOME": str(tmp_path / "home"), "PYTHONPATH": str(copy)}
        subprocess.run(command, env=values, cwd=copy, check=True, capture_output=True)
        (written,) = (copy / "apps/core/migrations/versions").glob(f"{int(REVISION) + 1:04d}_nothing_new.py")
        assert written.read_text().count("    pass\n") == 2


class TestPorts:
    def test_prints_what_is_chosen_and_what_may_be(self, celesta):
        lines = celesta("ports", TASK_QUEUE="inline").stdout.splitlines()
        assert lines[0].split() == ["PORT", "VARIABLE", "CHOSEN", "VALID", "NAMES"]
        (row,) = [line.split(maxsplit=4) for line in lines if " TASK_QUEUE " in line]
        assert row[:4] == ["task", "queue", "TASK_QUEUE", "inline"]
        assert row[4].split(", ")[:2] == ["celery", "inline"]

    def test_check_asks_each_service(self, celesta):
        done = celesta("ports", "--check")
        assert done.returncode == 1
        health = {line.split("  ")[0]: line.rpartition("  ")[2].strip() for line in done.stdout.splitlines()}
        assert health["clock"] == "ok"
        assert "Connection refused" in health["tokens"]
        assert "see that a Redis runs where the secret REDIS_URL says" in health["tokens"]
        assert " outbox (fake) " in done.stdout
        assert "Traceback" not in done.stderr

    def test_check_is_told_to_programs_too(self, celesta):
        done = celesta("ports", "--check", "--json")
        assert done.returncode == 1
        told = {row["variable"]: row for row in json.loads(done.stdout)}
        named = {"port": "clock", "variable": "CLOCK", "chosen": "system", "valid": ["system", "stepped"]}
        assert told["CLOCK"] == {**named, "fake": False, "ok": True, "trouble": None}
        assert told["TOKENS"]["ok"] is False
        assert "REDIS_URL" in told["TOKENS"]["trouble"]

    def test_check_succeeds_where_all_answers(self, celesta):
        memory = {"SESSIONS": "memory", "TOKENS": "memory", "TASK_QUEUE": "inline", "WEB_CONCURRENCY": "1"}
        done = celesta("ports", "--check", "--json", **memory)
        assert [row["trouble"] for row in json.loads(done.stdout) if not row["ok"]] == []
        assert done.returncode == 0


class TestBench:
    def test_an_unknown_name_is_told_the_known_ones(self, celesta):
        done = celesta("bench", "flying")
        assert done.returncode == 2
        assert "flying is not known. There are: " in done.stderr


class TestTest:
    def test_a_missing_tool_fails_and_says_what_to_install(self, celesta):
        done = celesta("test", "--browser", PATH="")
        assert refused(done, "The browser tests need Chromium", "sudo apt-get install chromium")

    def test_passes_the_rest_on_to_pytest(self, celesta):
        done = celesta("test", "-n", "0", "--collect-only", "-q", "tests/console/test_main.py", "-k", "slip_of_the_pen")
        assert "test_a_slip_of_the_pen_is_corrected" in done.stdout
        assert done.returncode == 0

    def test_a_suite_without_tests_fails(self, celesta):
        done = celesta("test", "--faults", "tests/console/test_main.py")
        assert done.returncode == 1
        assert "no tests ran" in done.stdout
