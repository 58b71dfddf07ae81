"""Secrets that change while they are used, wherever they are kept, and the load that they change under."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

import pytest

from ports.container import Container
from tests.services import SecretsManager, s3, wait_until

TIMES = 15
"""How often everybody does its work between two steps of a rotation."""


class Keeper(Protocol):
    settings: dict[str, str]

    def store(self, name: str, value: str) -> None: ...

    def replace(self, name: str, value: str) -> None:
        """A new version that counts beside the one before it."""

    def withdraw(self, name: str) -> None:
        """Only the newest counts from now on."""


class FileKeeper:
    """As docs/secrets.md says: a new file is written beside the old one and renamed over it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        self._folder = folder
        self.settings = {"SECRETS": "file", "SECRETS_PATH": str(folder)}

    def store(self, name: str, value: str) -> None:
        self._write(name, [value])

    def replace(self, name: str, value: str) -> None:
        self._write(name, [value, self._lines(name)[0]])

    def withdraw(self, name: str) -> None:
        self._write(name, self._lines(name)[:1])

    def _lines(self, name: str) -> list[str]:
        return (self._folder / name).read_text().splitlines()

    def _write(self, name: str, lines: list[str]) -> None:
        written = self._folder / f"{name}.new"
        written.write_text("\n".join(lines))
        written.chmod(0o400)
        written.rename(self._folder / name)


class AwsKeeper:
    """AWS moves the labels by itself; that of the previous version is taken away by hand."""

    def __init__(self, manager: SecretsManager) -> None:
        self._manager = manager
        self.settings = {
            "SECRETS": "aws", "SECRETS_TTL": "1", "SECRETS_PREFIX": manager.prefix, "SECRETS_ENDPOINT_URL": manager.endpoint_url,
        }  # fmt: skip

    def store(self, name: str, value: str) -> None:
        self._manager.store(name, value)

    def replace(self, name: str, value: str) -> None:
        self._manager.rotate(name, value)

    def withdraw(self, name: str) -> None:
        identifier, previous = self._manager.prefix + name, "AWSPREVIOUS"
        stages = self._manager.client.describe_secret(SecretId=identifier)["VersionIdsToStages"]
        (version,) = [version for version, labels in stages.items() if previous in labels]
        self._manager.client.update_secret_version_stage(SecretId=identifier, VersionStage=previous, RemoveFromVersionId=version)


@pytest.fixture(params=["file", "aws"])
def keeper(request, tmp_path: Path) -> Iterator[Keeper]:
    if request.param == "file":
        yield FileKeeper(tmp_path / "kept")
        return
    with s3() as server:
        yield AwsKeeper(SecretsManager(server.endpoint_url))


def kept_by(keeper: Keeper, values: dict[str, str]) -> dict[str, str]:
    """The settings of processes that keep their secrets there."""
    for name in [name for name in values if name.endswith("_KEY") or name.startswith("DOOR_KEY_") or name == "DATABASE_URL"]:
        keeper.store(name, values.pop(name))
    return {**values, **keeper.settings}


class Load:
    """Everybody does its work again and again, each in a thread of its own."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.done: list[int] = []
        self._ended = Event()

    def goes_on(self, times: int = TIMES) -> None:
        """Return once everybody has done its work so many times more."""
        wanted = [done + times for done in self.done]
        wait_until(lambda: all(done >= least for done, least in zip(self.done, wanted, strict=True)), 120)

    def do(self, number: int, work: Callable[[], object]) -> None:
        while not self._ended.is_set():
            try:
                work()
            except Exception as failure:  # noqa: BLE001 - the test looks at them
                self.failures.append(failure)
            self.done[number] += 1

    @contextmanager
    def running(self, *works: Callable[[], object]) -> Generator[None]:
        self.done = [0] * len(works)
        threads = [Thread(target=self.do, args=(number, work)) for number, work in enumerate(works)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            for thread in threads:
                thread.join()


@pytest.fixture
def load() -> Load:
    return Load()


@pytest.fixture
def rotate(keeper: Keeper, load: Load) -> Callable[..., None]:
    """Replace a secret, step by step as docs/secrets.md says, while the load goes on.

    `users` are all who read it; `renew` is what the old version must still be there for.
    """

    def rotate(name: str, value: str, *users: Container, renew: Callable[[], object] = lambda: None) -> None:
        keeper.replace(name, value)
        load.goes_on()
        wait_until(lambda: all(user.environment.secret(name) == value for user in users), 60)
        load.goes_on()
        renew()
        keeper.withdraw(name)
        wait_until(lambda: all(user.environment.secret_versions(name) == (value,) for user in users), 60)
        load.goes_on()

    return rotate
