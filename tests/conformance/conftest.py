"""Servers shared by the conformance suites: started once, emptied before each test that uses them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ports.environment import Environment
from ports.secrets.env import EnvSecrets
from tests.services import S3Server, SmtpServer, ValkeyServer, s3, smtp, valkey


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """What a process of the embedded topology is told; a test adds to it."""
    return {"CELESTA_ENV": "test", "CELESTA_HOME": str(tmp_path / "home")}


@pytest.fixture
def environment(settings: dict[str, str]) -> Environment:
    """Reads `settings`, secrets included, as they are when it is asked."""
    return Environment(settings, EnvSecrets(Environment(settings)))


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    with valkey() as server:
        yield server


@pytest.fixture
def redis_server(valkey_server: ValkeyServer) -> ValkeyServer:
    """The shared server, empty."""
    with valkey_server.client as client:
        client.flushall()
    return valkey_server


@pytest.fixture
def own_server() -> Iterator[ValkeyServer]:
    """A server for this test alone, which may stop or fill it."""
    with valkey() as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    with s3() as server:
        yield server


@pytest.fixture(scope="session")
def running_smtp_server() -> Iterator[SmtpServer]:
    with smtp() as server:
        yield server


@pytest.fixture
def smtp_server(running_smtp_server: SmtpServer) -> SmtpServer:
    """The shared server, empty."""
    running_smtp_server.received.clear()
    running_smtp_server.recipients.clear()
    return running_smtp_server
