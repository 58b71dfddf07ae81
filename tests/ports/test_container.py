"""The container: every port by its interface, built once, when first asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ports.clock.interface import Clock
from ports.clock.stepped import SteppedClock
from ports.container import Container
from ports.environment import BootError
from ports.registry import PORTS
from ports.secrets.env import EnvSecrets
from ports.secrets.interface import Secrets
from ports.storage.filesystem import FilesystemStorage
from ports.storage.interface import Storage
from ports.tokens.interface import Tokens


@pytest.fixture
def values(tmp_path: Path) -> dict[str, str]:
    return {"CELESTA_ENV": "test", "CELESTA_HOME": str(tmp_path), "SECRETS": "env", "TOKENS": "memory"}


class TestContainer:
    def test_gives_what_the_environment_chose(self, values):
        container = Container(values | {"CLOCK": "stepped", "MEDIA_KEY": "k7Vd"})
        assert isinstance(container.get(Clock), SteppedClock)
        assert isinstance(container.get(Storage), FilesystemStorage)
        assert isinstance(container.get(Secrets), EnvSecrets)

    def test_gives_the_same_one_every_time(self, values):
        container = Container(values)
        container.get(Tokens).put("digest", b"grant", 60)
        assert container.get(Tokens).get("digest") == b"grant"

    def test_gives_what_was_put_in_its_place(self, values, tmp_path):
        container = Container(values)
        stepped = SteppedClock(tmp_path / "clock")
        stepped.set(datetime(2027, 1, 1, tzinfo=UTC))
        container.put(Clock, stepped)
        assert container.get(Clock) is stepped

    def test_reads_secrets_through_the_chosen_port(self, values):
        assert Container(values | {"MEDIA_KEY": "newest older"}).environment.secret("MEDIA_KEY") == "newest"

    @pytest.mark.parametrize("variable", [port.variable for port in PORTS])
    def test_an_unknown_choice_stops_the_boot_though_nobody_asked_for_that_port(self, values, variable):
        with pytest.raises(BootError, match=f"{variable}=carrier-pigeon is not known"):
            Container(values | {variable: "carrier-pigeon"})

    def test_an_unknown_environment_stops_the_boot(self, values):
        with pytest.raises(BootError, match="CELESTA_ENV=prod"):
            Container(values | {"CELESTA_ENV": "prod"})

    def test_an_incomplete_choice_stops_the_boot_when_it_is_required(self, values):
        container = Container(values | {"STORAGE": "s3"})
        with pytest.raises(BootError, match="S3_BUCKET is not set"):
            container.require([Clock, Storage])

    def test_a_missing_secret_stops_the_boot_when_it_is_required(self, values):
        with pytest.raises(BootError, match="The secret MEDIA_KEY is missing"):
            Container(values).require([Storage])

    def test_a_fake_in_production_stops_the_boot_when_it_is_required(self, values):
        with pytest.raises(BootError, match="CLOCK=stepped is a fake"):
            Container(values | {"CLOCK": "stepped", "CELESTA_ENV": "production"}).require([Clock])
