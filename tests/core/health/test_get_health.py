"""GetHealth: Core asks its own ports, and tells what may be told of its secrets."""

from __future__ import annotations

from apps.core.contract.health import GetHealth
from ports.cache.interface import Cache
from ports.storage.interface import Storage


class TestGetHealth:
    def test_tells_of_the_ports_that_core_uses_and_of_no_other(self, operator):
        ports = {port.name: port for port in operator.send(GetHealth()).ports}
        assert {"secrets", "storage", "clock", "task queue", "card payments"} <= ports.keys()
        assert not {"web sessions", "territory", "transcoder"} & ports.keys()
        assert [port.trouble for port in ports.values()] == [None] * len(ports)
        assert (ports["clock"].variable, ports["clock"].chosen, ports["clock"].fake) == ("CLOCK", "stepped", True)
        assert ports["storage"].fake is False

    def test_says_what_to_do_where_one_fails(self, operator, core_app, tmp_path):
        core_app.extensions["container"].get(Storage)
        (tmp_path / "home/storage/.incoming").rmdir()
        (storage,) = [port for port in operator.send(GetHealth()).ports if port.name == "storage"]
        assert storage.trouble == f"{tmp_path}/home/storage/.incoming cannot be written to: give this user the folder."

    def test_tells_of_a_port_once_it_is_used(self, operator, core_app):
        core_app.extensions["container"].get(Cache)
        assert "cache" in {port.name for port in operator.send(GetHealth()).ports}

    def test_tells_of_its_secrets_and_no_value(self, operator, values):
        told = operator.send(GetHealth()).secrets
        assert {"DATABASE_URL", "MEDIA_KEY", "LICENCE_KEY", "OFFLINE_KEY"} <= {secret.name for secret in told}
        assert "SESSION_KEY" not in {secret.name for secret in told}
        assert all(secret.versions == 1 and secret.source == f"the environment variable {secret.name}" for secret in told)
        assert not [value for name, value in values.items() if name.endswith("_KEY") and value in repr(told)]
