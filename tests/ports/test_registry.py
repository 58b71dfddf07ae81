"""The table of ports: every entry of it can be chosen, and nothing else can."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from ports.environment import BootError, Environment
from ports.registry import PORTS, Port

EVERY_CHOICE = [pytest.param(port, name, id=f"{port.variable}={name}") for port in PORTS for name in port.implementations]
FAKES = {
    *(("TRANSCODER", "fake"), ("TASK_QUEUE", "inline"), ("TASK_QUEUE", "held"), ("MAIL", "outbox"), ("CLOCK", "stepped")),
    *(("PAYMENTS", "fake"), ("APPLE", "fake"), ("GOOGLE", "fake"), ("AMAZON", "fake")),
}
HEAVY = ("boto3", "celery", "redis", "smtplib", "ffmpeg", "stripe")


def implementation(port: Port, name: str) -> type:
    module, _, attribute = port.implementations[name].partition(":")
    return getattr(import_module(module), attribute)


class TestPorts:
    @pytest.mark.parametrize(("port", "name"), EVERY_CHOICE)
    def test_every_implementation_does_all_that_its_interface_promises(self, port, name):
        chosen = implementation(port, name)
        promised = {name for base in port.interface.__mro__ for name in vars(base) if not name.startswith("_")}
        assert {"from_env", "ping"} < promised
        assert [name for name in promised if getattr(chosen, name, None) in {None, getattr(port.interface, name)}] == []

    @pytest.mark.parametrize("port", PORTS, ids=lambda port: port.variable)
    def test_the_default_is_one_of_the_implementations(self, port):
        assert port.chosen(Environment({})) == port.default

    @pytest.mark.parametrize("port", PORTS, ids=lambda port: port.variable)
    def test_an_unknown_choice_lists_the_valid_names(self, port):
        with pytest.raises(
            BootError, match=f"^{port.variable}=carrier-pigeon is not known: set it to one of {', '.join(port.implementations)}.$"
        ):
            port.build(Environment({port.variable: "carrier-pigeon"}))

    @pytest.mark.parametrize(("variable", "name"), sorted(FAKES))
    def test_a_fake_is_refused_in_production_in_one_line(self, variable, name, tmp_path):
        environment = Environment({"CELESTA_ENV": "production", "CELESTA_HOME": str(tmp_path), variable: name})
        port = next(port for port in PORTS if port.variable == variable)
        with pytest.raises(
            BootError, match=f"^{variable}={name} is a fake and CELESTA_ENV is production: choose a real one of [a-z0-9, ]+[.]$"
        ):
            port.build(environment)
        assert list(tmp_path.iterdir()) == []

    def test_there_are_no_other_fakes(self):
        found = {(port.variable, name) for port in PORTS for name in port.implementations if implementation(port, name).fake}
        assert found == FAKES

    def test_no_implementation_is_imported_before_it_is_chosen(self):
        script = f"import sys, ports.container; print([name for name in {HEAVY} if name in sys.modules])"
        printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
        assert printed.strip() == "[]"
