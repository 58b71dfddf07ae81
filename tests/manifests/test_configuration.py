"""What the processes are told: known variables, valid choices, and no secret."""

from __future__ import annotations

import ast
import re
from functools import cache
from urllib.parse import urlsplit

import pytest
from flower import options as flower_options
from tornado.options import options

from apps.console.checkout import ROOT
from apps.core.client.credential import key_name
from apps.core.contract.actions import Service
from ports.environment import Environment
from ports.processes import PROCESSES, ports_of
from ports.registry import PORTS, Port
from ports.settings import check_settings
from tests.manifests.rendering import OVERLAYS, containers, environment, of_kind, pods, render, secrets_of

pytestmark = [pytest.mark.manifests, pytest.mark.parametrize("overlay", OVERLAYS)]
SOURCES = ("apps", "ports", "tasks", "wsgi")
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
OTHERS = {"AWS_DEFAULT_REGION": "boto", "AWS_SHARED_CREDENTIALS_FILE": "boto", "REMAP_SIGTERM": "Celery", "TMPDIR": "Python"}
"""Variables that libraries read."""
SECRET = re.compile(r"(_KEY|_PASSWORD|_SECRET|_TOKEN|_URL)$")
SECRET_READ = re.compile(r'(?:secret|connect)\((?:environment, )?"([A-Z_]+)"')
FOLDER_OF_ONE = ("STORAGE", "filesystem")
"""No choice for pods, which share no folder."""
ADDRESSES = {"API_URL", "CELESTA_URL", "CORE_URL", "S3_ENDPOINT_URL"}
PUBLIC = {"FLOWER_OAUTH2_KEY": "a client id", "FLOWER_OAUTH2_SECRET": "Flower has none: it proves itself by PKCE"}


@cache
def names_in_the_code() -> frozenset[str]:
    """Every text in our code that has the form of a variable's name, and those that are put together."""
    trees = [ast.parse(path.read_text()) for folder in SOURCES for path in (ROOT / folder).rglob("*.py")]
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return frozenset(text for text in texts if VARIABLE.fullmatch(text)) | {key_name(service) for service in Service}


def is_known(name: str) -> bool:
    flowers = name.startswith("FLOWER_") and name.removeprefix("FLOWER_").lower() in {*options, *flower_options.options, *FLOWERS_OWN}
    return name in names_in_the_code() or name in OTHERS or flowers


FLOWERS_OWN = {"oauth2_key", "oauth2_secret", "oauth2_redirect_uri"}
"""Read from the environment by Flower itself, past its options."""


def test_every_variable_is_one_that_somebody_reads(overlay):
    told = {name for container in containers(overlay).values() for name in environment(overlay, container)}
    assert {name for name in told if not is_known(name)} == set()


def test_a_mistyped_variable_would_be_found(overlay):
    assert not is_known("TRANSCODERS")
    assert not is_known("FLOWER_ADRESS")


def test_every_choice_of_a_port_is_valid(overlay):
    for container in containers(overlay).values():
        told = Environment(environment(overlay, container))
        assert told.name
        for port in PORTS:
            port.chosen(told)
        check_settings(told)


def test_every_process_knows_which_it_is(overlay):
    assert {name: environment(overlay, container)["CELESTA_PROCESS"] for name, container in containers(overlay).items()} == {
        name: name for name in PROCESSES
    }


def test_production_and_its_rehearsal_choose_no_fake_and_the_others_do(overlay):
    """Of all that a process uses, and also where nobody chose and a fake is the default."""
    told = {name: Environment(environment(overlay, container)) for name, container in containers(overlay).items()}
    fakes = {port.variable for name in told for port in ports_of(name) if port.implementation(told[name]).fake}
    assert fakes == (set() if overlay in {"staging", "production"} else {"PAYMENTS", "APPLE", "GOOGLE", "AMAZON"})


def test_no_value_is_a_secret(overlay):
    """Those are in files, or in Secrets Manager; what is committed has not one."""
    assert not [manifest for manifest in render(overlay) if manifest["kind"] == "Secret"]
    told = {name for container in containers(overlay).values() for name in environment(overlay, container)}
    assert {name for name in told if SECRET.search(name)} <= ADDRESSES | PUBLIC.keys()
    for container in containers(overlay).values():
        assert not any("@" in value for name, value in environment(overlay, container).items() if name in ADDRESSES)


def test_the_ingress_has_the_sites_own_name_and_a_certificate_where_it_needs_one(overlay):
    """A rule without a host takes any name, and tls without one has no certificate: the controller shows one that it made up."""
    values = environment(overlay, containers(overlay)["website"])
    (ingress,) = of_kind(overlay, "Ingress")
    address = urlsplit(values["CELESTA_URL"])
    assert [rule["host"] for rule in ingress["spec"]["rules"]] == [address.hostname]
    certified = [name for part in ingress["spec"]["tls"] for name in part.get("hosts", ())]
    assert certified == ([address.hostname] if address.scheme == "https" else [])
    assert address.hostname in values.get("TRUSTED_HOSTS", address.hostname).split(",")


def test_every_secret_is_one_that_somebody_reads(overlay):
    given = {name for pod in pods(overlay).values() for name in secrets_of(pod)}
    assert given - {"aws_credentials"} <= names_in_the_code()


@pytest.mark.parametrize(
    ("secret", "holders"),
    [
        ("DATABASE_URL", {"core", "relay", "migrations"}),
        ("SESSION_KEY", {"website"}),
        ("REDIS_URL", {"website", "api"}),
        ("OFFLINE_KEY", {"core", "relay"}),
        ("STRIPE_SECRET_KEY", {"core", "relay"}),
        ("DOOR_KEY_WEBSITE", {"website", "core"}),
        ("DOOR_KEY_API", {"api", "core"}),
        ("DOOR_KEY_CONSOLE", {"core"}),
    ],
)
def test_a_secret_is_given_to_those_who_need_it(overlay, secret, holders):
    assert {name for name, pod in pods(overlay).items() if secret in secrets_of(pod)} == holders


@pytest.mark.parametrize("process", PROCESSES)
def test_whatever_a_process_may_choose_finds_its_secrets(overlay, process):
    """Also what is not chosen now: a canary is to need another value and nothing else."""
    read = {name for port in ports_of(process) for name in secrets_read_by(port)}
    assert read <= secrets_of(pods(overlay)[process]).keys()


def secrets_read_by(port: Port) -> set[str]:
    """What its implementations ask for by name."""
    chosen = [implementation for name, implementation in port.implementations.items() if (port.variable, name) != FOLDER_OF_ONE]
    modules = [implementation.partition(":")[0] for implementation in chosen]
    sources = [(ROOT / f"{module.replace('.', '/')}.py").read_text() for module in modules]
    return {name for source in sources for name in SECRET_READ.findall(source)}


def test_core_is_asked_where_it_listens(overlay):
    values = environment(overlay, containers(overlay)["website"])
    assert values["CORE_CLIENT"] == "http"
    assert values["CORE_URL"] == "http://core:8000"
