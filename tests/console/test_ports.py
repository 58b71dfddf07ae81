"""`celesta ports` for one process, and the table that says what each process uses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from apps.api.app import create_api
from apps.api.context import EXTENSION
from apps.console.embedded import free_port
from apps.website.app import create_website
from ports.container import Container
from ports.processes import PROCESSES
from ports.registry import PORTS
from tasks.app import ROUTES
from tasks.office import Office
from tests.roles.roles import ROLES


@pytest.fixture
def pod(tmp_path: Path) -> dict[str, str]:
    """What a pod of the website is told where everything is as in production, with its own secrets alone."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    address = secrets / "REDIS_URL"
    address.write_text(f"redis://127.0.0.1:{free_port()}/0")
    address.chmod(0o400)
    return {
        "PATH": os.environ["PATH"], "CELESTA_HOME": str(tmp_path), "CELESTA_ENV": "production", "SECRETS_PATH": str(secrets),
        "CORE_CLIENT": "http", "CORE_URL": "http://core:8000", "SESSIONS": "memory", "TOKENS": "memory", "TERRITORY": "fixed",
        "TERRITORY_DEFAULT": "GB", "PAYMENTS": "stripe", "STORAGE": "s3", "TASK_QUEUE": "celery",
    }  # fmt: skip


def celesta(values: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("celesta"), "ports", *arguments]
    return subprocess.run(command, env=values, capture_output=True, text=True, check=False)


class TestOneProcess:
    def test_is_well_where_what_only_others_use_is_not_set_up(self, pod):
        done = celesta({**pod, "CELESTA_PROCESS": "website"}, "--check", "--json")
        assert (done.returncode, done.stderr) == (0, "")
        assert {row["variable"] for row in json.loads(done.stdout)} == set(PROCESSES["website"])

    def test_fails_where_its_own_does_not_answer(self, pod):
        done = celesta({**pod, "SESSIONS": "redis"}, "--check", "--json", "--process", "website")
        assert done.returncode == 1
        assert [row["variable"] for row in json.loads(done.stdout) if not row["ok"]] == ["SESSIONS"]

    def test_is_all_of_them_where_nobody_says_which(self, pod):
        done = celesta(pod, "--check", "--json")
        assert done.returncode == 1
        assert {row["variable"] for row in json.loads(done.stdout)} == {port.variable for port in PORTS}

    def test_that_does_not_exist_is_answered_with_those_that_do(self, pod):
        done = celesta({**pod, "CELESTA_PROCESS": "webside"})
        assert done.returncode == 2
        assert "website" in done.stderr


def used(container: Container) -> set[str]:
    return {port.variable for port in PORTS if container.uses(port.interface)}


class TestTheTable:
    def test_has_every_process(self):
        assert set(PROCESSES) == set(ROLES)

    def test_says_what_core_uses(self, core_app):
        assert used(core_app.extensions["container"]) == set(PROCESSES["core"]) == set(PROCESSES["relay"])

    def test_says_what_the_website_uses(self, values, core_app):
        assert used(create_website(values, core_app).extensions["container"]) == set(PROCESSES["website"])

    def test_says_what_the_api_uses(self, values, core_app):
        """It keeps what it uses by name, and its secrets inside."""
        kept = vars(create_api(values, core_app).extensions[EXTENSION]).values()
        interfaces = {port.variable for port in PORTS if any(port.interface in type(one).__mro__ for one in kept)}
        assert interfaces | {"SECRETS"} == set(PROCESSES["api"])

    @pytest.mark.parametrize("queue", sorted({route["queue"] for route in ROUTES.values()}))
    def test_says_what_a_worker_uses(self, values, core_app, queue):
        """Its tasks come by the queue's broker, and reports are sent by what is built when the first one is."""
        office = Office(values, core_app)
        office.require([queue])
        late = {"REPORT_DISPATCH"} if queue == "reports" else set()
        assert used(office._container) | {"TASK_QUEUE"} | late == set(PROCESSES[f"worker-{queue}"])
