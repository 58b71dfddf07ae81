"""deploy/compose.yaml: what it starts, what it tells whom, and that no secret is in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from apps.console.checkout import ROOT
from apps.console.nginx import configuration
from ports.container import Container
from tests.roles.cluster import NEEDS
from tests.roles.roles import ROLES

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
IN_IMAGE = sorted(name for name, service in SERVICES.items() if service["image"] == "celesta")
OURS = sorted(set(IN_IMAGE) - {"nginx"})
OTHERS = sorted(set(SERVICES) - set(IN_IMAGE))
SOURCE = "\n".join(path.read_text() for part in ("apps", "ports", "tasks", "wsgi") for path in (ROOT / part).rglob("*.py"))
SECRETS = set(re.findall(r'(?:secret|secret_versions|connect)\((?:environment, )?"([A-Z_]+)"', SOURCE)) | {
    name for name in NEEDS["core"] if name.startswith("DOOR_KEY_")
}
SCHEDULE = ("-s", "/scratch/schedule")


def test_every_role_has_a_service() -> None:
    assert set(OURS) == set(ROLES)


@pytest.mark.parametrize("name", OURS)
class TestOurs:
    def test_runs_the_role_of_its_name(self, name: str) -> None:
        more = SCHEDULE if name == "beat" else ()
        assert tuple(SERVICES[name]["command"]) == (*ROLES[name].command, *more)

    def test_is_told_nothing_that_nobody_reads(self, name: str) -> None:
        told = {variable for variable in SERVICES[name]["environment"] if not variable.startswith("FLOWER_")}
        assert {variable for variable in told if not re.search(rf'"{variable}"', SOURCE)} == set()

    def test_is_given_the_secrets_that_its_process_needs_as_files(self, name: str) -> None:
        given = set(SERVICES[name]["secrets"])
        needed = SECRETS & set(NEEDS[name])
        cached = {"CACHE_URL"} if name in {"website", "api"} else set()
        assert given == needed | cached
        assert SERVICES[name]["environment"]["SECRETS_PATH"] == "/run/secrets"


@pytest.mark.parametrize("name", IN_IMAGE)
class TestContainersOfOurImage:
    def test_has_no_rights_that_it_does_not_need(self, name: str) -> None:
        service = SERVICES[name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "user" not in service  # as the image says

    def test_writes_to_the_image_s_volumes(self, name: str) -> None:
        assert SERVICES[name]["tmpfs"] == ["/scratch:uid=10001,gid=10001,mode=0700"]
        assert SERVICES[name]["volumes"] == ["state:/state"]


@pytest.mark.parametrize("name", OTHERS)
def test_the_others_are_pinned_and_asked_for_a_password(name: str) -> None:
    service = SERVICES[name]
    assert re.search(r":\d+\.\d+$", service["image"])
    assert "ports" not in service
    (password,) = service["secrets"]
    assert f"/run/secrets/{password}" in str(service)


def test_nginx_is_the_way_in_from_this_machine_alone() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"nginx": ["127.0.0.1:8000:8000"], "flower": ["127.0.0.1:5555:5555"]}


def test_nginx_can_be_told_what_it_is_told(tmp_path: Path) -> None:
    """And website and API believe it, and nobody else, about who asks."""
    service = SERVICES["nginx"]
    assert (service["command"], service["secrets"]) == (["celesta", "nginx"], ["MEDIA_KEY"])
    told = {**service["environment"], "SECRETS_PATH": str(tmp_path), "MEDIA_KEY": "Qw7xK2mN9sT4vB8c"}
    written = configuration(Container(told).environment)
    assert "server website:8000;" in written.replace('"', "")
    assert "server api:8000;" in written.replace('"', "")
    assert {SERVICES[name]["environment"]["TRUSTED_PROXIES"] for name in ("website", "api", "nginx")} == {"1"}


def test_the_database_is_ready_when_it_listens_to_others() -> None:
    """While its image sets it up it answers on its socket alone, and ends once more."""
    _cmd, *command = SERVICES["database"]["healthcheck"]["test"]
    assert command[:3] == ["pg_isready", "-h", "127.0.0.1"]


def test_flower_asks_the_api_where_it_is_and_sends_browsers_where_they_find_it() -> None:
    """The address that is published leads, inside Flower's container, to Flower's container."""
    told = SERVICES["flower"]["environment"]
    assert (urlsplit(told["API_URL"]).hostname, urlsplit(told["API_URL"]).port) == ("api", 8000)
    assert "api" in SERVICES["flower"]["depends_on"]
    assert "127.0.0.1:8000" in told["CELESTA_URL"]


def test_holds_no_secret() -> None:
    settings = {name: value for service in SERVICES.values() for name, value in service.get("environment", {}).items()}
    assert SECRETS.isdisjoint(settings)
    assert not [value for value in settings.values() if re.search(r"://[^/]*@", str(value))]
    assert not [name for name in settings if re.search(r"PASSWORD(?!_FILE)|TOKEN$", name)]
    assert {name: secret["file"] for name, secret in COMPOSE["secrets"].items()} == {name: f"secrets/{name}" for name in COMPOSE["secrets"]}


class TestMakeSecrets:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """What the script leaves; it is run where its user's own number will do."""
        script = (DEPLOY / "make-secrets").read_text().replace("10001:10001", f"{os.getuid()}:{os.getgid()}")
        (tmp_path / "make-secrets").write_text(script)
        subprocess.run(["sh", str(tmp_path / "make-secrets")], check=True)
        return tmp_path / "secrets"

    def test_writes_every_secret_for_its_owner_alone(self, folder: Path) -> None:
        files = {path.name: path for path in folder.iterdir()}
        assert set(files) == set(COMPOSE["secrets"])
        assert {path.stat().st_mode & 0o777 for path in files.values()} == {0o400}
        assert all(len(path.read_text()) >= 64 for path in files.values())

    def test_no_two_are_alike_but_addresses_hold_their_password(self, folder: Path) -> None:
        values = {path.name: path.read_text().strip() for path in folder.iterdir()}
        assert len(set(values.values())) == len(values)
        assert f":{values['DATABASE_PASSWORD']}@" in values["DATABASE_URL"]
        assert all(f":{values['VALKEY_PASSWORD']}@" in values[name] for name in ("REDIS_URL", "BROKER_URL", "CACHE_URL"))

    def test_leaves_those_that_are_there(self, folder: Path) -> None:
        before = {path.name: path.read_text() for path in folder.iterdir()}
        again = subprocess.run(["sh", str(folder.with_name("make-secrets"))], capture_output=True, text=True, check=False)
        assert again.returncode == 2
        assert "is there already" in again.stderr
        assert {path.name: path.read_text() for path in folder.iterdir()} == before

    def test_makes_nothing_where_it_is_asked_for_something_else(self, tmp_path: Path) -> None:
        shutil.copy(DEPLOY / "make-secrets", tmp_path)
        asked = subprocess.run(["sh", str(tmp_path / "make-secrets"), "--help"], capture_output=True, text=True, check=False)
        assert asked.returncode == 2
        assert "Usage: sudo" in asked.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["make-secrets"]
