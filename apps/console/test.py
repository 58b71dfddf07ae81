"""`celesta test`: the fast suite by default, the marked ones by name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from apps.console.checkout import ROOT
from apps.console.nginx import nginx_program
from ports.environment import BootError


@dataclass(frozen=True)
class Tool:
    """A program that a suite needs and that no package of ours brings."""

    name: str
    find: Callable[[], str | None]
    debian_package: str


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _postgresql() -> str | None:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return str(debian[-1]) if debian else shutil.which("initdb")


CHROMIUM = Tool("Chromium", _chromium, "chromium")
KUBECTL = Tool("kubectl", lambda: shutil.which("kubectl"), "kubernetes-client")
MMDEBSTRAP = Tool("mmdebstrap", lambda: shutil.which("mmdebstrap"), "mmdebstrap")
NGINX = Tool("nginx", nginx_program, "nginx")
PROMTOOL = Tool("promtool", lambda: shutil.which("promtool"), "prometheus")
POSTGRESQL = Tool("PostgreSQL", _postgresql, "postgresql")


@dataclass(frozen=True)
class Suite:
    """One marker of the tests."""

    name: str
    summary: str
    tools: tuple[Tool, ...] = ()
    workers: tuple[str, ...] = ("-n", "0")
    """Suites that start whole services run one test after the other, or one file beside another: each worker has a service of its own."""


TWO_TESTS, TWO_FILES = ("-n", "2"), ("-n", "2", "--dist", "loadfile")
POSTGRESQL_SUITE = Suite("postgresql", "Core on PostgreSQL.", (POSTGRESQL,), TWO_TESTS)
SUITES = (
    Suite("browser", "The website in Chromium.", (CHROMIUM,), TWO_FILES),
    Suite("faults", "Processes killed, disks full, doors closed.", (POSTGRESQL,), TWO_FILES),
    Suite("image", "The Dockerfile, followed without an image builder; as root.", (MMDEBSTRAP, POSTGRESQL)),
    Suite("manifests", "What Kubernetes and Prometheus are told, tried and started.", (KUBECTL, PROMTOOL, NGINX, CHROMIUM, POSTGRESQL)),
    Suite("media", "Hostile, damaged and many files, covers, and the music composed here.", workers=TWO_TESTS),
    Suite("nginx", "The audio, and the way to website and API, by nginx as it is shipped.", (NGINX,)),
    POSTGRESQL_SUITE,
    Suite("roles", "Each process alone with the packages of its own extra.", (POSTGRESQL,)),
    Suite("split", "Website, API, Core and worker as separate processes, behind nginx.", (CHROMIUM, NGINX, POSTGRESQL), TWO_FILES),
)

COVERED = (
    "tests/core",
    "tests/rotation",
    "tests/conformance/test_core_client.py",
    "tests/api/test_kept_pages.py",
    "tests/console/test_actions.py",
)
"""The tests that must run every line and branch of Core."""
COVERED_ON_SQLITE = ("tests/core/bus", "tests/core/editorial", "tests/core/listening", "tests/core/playback", "tests/core/test_database.py")
"""Where Core has lines of its own for SQLite; the other tests count on PostgreSQL alone, since the default suite has run their twins."""
UNTWINNED = " and ".join(f"not {name}" for name in ("twin", *(suite.name for suite in SUITES if suite is not POSTGRESQL_SUITE)))
COVERAGE = ("-m", "coverage")

MEMORY, ROOM = Path("/dev/shm"), 1 << 30  # noqa: S108 - pytest makes its own folder there, which nobody else may read
"""Where small tests, half of whose time would be waiting for a disk, have their files if there is that much room, in bytes."""
IN_MEMORY = {"default", "media", POSTGRESQL_SUITE.name}


def suite_options(command: Callable[..., None]) -> Callable[..., None]:
    for suite in reversed(SUITES):
        command = click.option(f"--{suite.name}", is_flag=True, help=suite.summary)(command)
    return command


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@suite_options
@click.option("--coverage", is_flag=True, help="Core, mostly on PostgreSQL: fails where a line or branch is left out.")
@click.option("--all", "everything", is_flag=True, help="The default suite, then every marked one, then the coverage.")
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
def test(everything: bool, coverage: bool, pytest_arguments: tuple[str, ...], **named: bool) -> None:
    """Run the tests: the default suite, or the marked suites that are named.

    Everything after these options goes to pytest: `./celesta test tests/core -k favourite`.
    """
    coverage = coverage or everything
    chosen = [suite for suite in SUITES if everything or named[suite.name]]
    for suite in (*chosen, *((POSTGRESQL_SUITE,) if coverage else ())):
        require_tools(suite)
    runs: list[tuple[str, list[str]]] = []
    if everything or not (chosen or coverage):
        runs.append(("default", [*TWO_TESTS]))
    runs += [(suite.name, ["-m", suite.name, *suite.workers]) for suite in chosen]
    passed = [_passes(name, [*arguments, *pytest_arguments], several=len(runs) > 1) for name, arguments in runs]
    if coverage:
        passed.append(_covers(pytest_arguments))
    if not all(passed):
        sys.exit(1)


def require_tools(suite: Suite) -> None:
    """Raise `BootError` where a program is missing: a suite never passes by skipping."""
    for tool in suite.tools:
        if tool.find() is None:
            raise BootError(f"The {suite.name} tests need {tool.name}, which is not installed: sudo apt-get install {tool.debian_package}.")


def _passes(name: str, arguments: list[str], several: bool) -> bool:
    if several:
        click.secho(f"== {name} tests", bold=True)
    return _python("-m", "pytest", *arguments, in_memory=name in IN_MEMORY)


def _covers(pytest_arguments: tuple[str, ...]) -> bool:
    _python(*COVERAGE, "erase")
    passed = _counts(UNTWINNED, *COVERED, *pytest_arguments) and _counts("twin", *COVERED_ON_SQLITE, *pytest_arguments)
    return passed and _python(*COVERAGE, "combine", "--quiet") and _python(*COVERAGE, "report")


def _counts(marks: str, *arguments: str) -> bool:
    return _python(*COVERAGE, "run", "-m", "pytest", "-m", marks, *TWO_TESTS, *arguments, in_memory=True)


def _python(*arguments: str, in_memory: bool = False) -> bool:
    room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM
    environment = {**os.environ, "TMPDIR": str(MEMORY)} if in_memory and room else None
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=False).returncode == 0  # noqa: S603 - our own tools
