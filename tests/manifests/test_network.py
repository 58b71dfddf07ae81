"""Who may reach whom: nothing but what is named."""

from __future__ import annotations

from typing import Any

import pytest

from apps.api.well_known import OAUTH_METADATA
from apps.core.contract.pictures import LARGEST_UPLOAD
from tests.manifests.rendering import OVERLAYS, Manifest, containers, environment, named, of_kind, pods

pytestmark = [pytest.mark.manifests, pytest.mark.parametrize("overlay", OVERLAYS)]
OPENINGS = {
    "website": {"core", "sessions"},
    "api": {"core", "sessions"},
    "core": {"core", "database", "broker", "storage", "web"},
    "relay": {"database", "broker", "storage", "web"},
    "migrations": {"database"},
    "worker-media": {"core", "broker", "storage"},
    "worker-default": {"core", "broker", "storage"},
    "worker-reports": {"core", "broker", "storage", "partners"},
    "worker-billing": {"core", "broker", "storage"},
    "beat": {"broker"},
    "flower": {"broker", "api"},
}
"""What each process may ask, beside the names of the cluster and the cloud's secrets."""
FOR_ALL = {"default-deny", "names", "secrets"}


def selects(policy: Manifest, labels: dict[str, str]) -> bool:
    selector = policy["spec"]["podSelector"]
    equal = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    within = all(labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", ()))
    return equal and within


def openings(overlay: str, component: str, direction: str) -> dict[str, Any]:
    """By policy, the rules that let this component's pods out or in."""
    labels = pods(overlay)[component]["metadata"]["labels"]
    found = [one for one in of_kind(overlay, "NetworkPolicy") if selects(one, labels)]
    return {one["metadata"]["name"]: one["spec"][direction] for one in found if one["spec"].get(direction)}


def test_a_picture_comes_through_the_ingress(overlay):
    """Of what is larger than a picture the apps say so in their own words."""
    (ingress,) = of_kind(overlay, "Ingress")
    most = ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
    assert int(most.removesuffix("m")) << 20 > LARGEST_UPLOAD


def test_nothing_is_open_by_itself(overlay):
    denial = named(overlay, "NetworkPolicy", "default-deny")["spec"]
    assert denial == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.parametrize("component", OPENINGS)
def test_a_process_asks_only_whom_it_needs(overlay, component):
    assert openings(overlay, component, "egress").keys() - FOR_ALL == OPENINGS[component]


def test_no_process_is_left_out(overlay):
    assert OPENINGS.keys() == pods(overlay).keys()


def test_only_core_and_its_migrations_reach_the_database(overlay):
    ports = {
        component: {port["port"] for rules in openings(overlay, component, "egress").values() for rule in rules for port in rule["ports"]}
        for component in pods(overlay)
    }
    assert {component for component, open_ports in ports.items() if 5432 in open_ports} == {"core", "relay", "migrations"}


def test_every_opening_names_its_ports(overlay):
    for policy in of_kind(overlay, "NetworkPolicy"):
        for rule in (*policy["spec"].get("egress", ()), *policy["spec"].get("ingress", ())):
            assert rule["ports"]


def test_only_the_edge_and_front_ends_come_in_anywhere(overlay):
    ways_in = {component: set(openings(overlay, component, "ingress")) for component in pods(overlay)}
    assert {component: ways - {"metrics"} for component, ways in ways_in.items() if ways - {"metrics"}} == {
        "website": {"from-outside"}, "api": {"from-outside", "into-api"}, "core": {"into-core"},
    }  # fmt: skip


def test_prometheus_alone_comes_in_for_metrics_where_there_are_some(overlay):
    serving = {name for name, container in containers(overlay).items() if "METRICS_PORT" in environment(overlay, container)}
    for component, pod in pods(overlay).items():
        rules = openings(overlay, component, "ingress").get("metrics", [])
        scraped = pod["metadata"].get("annotations", {}).get("prometheus.io/port")
        assert (len(rules), scraped) == ((1, "9100") if component in serving else (0, None))
        for rule in rules:
            assert [peer["namespaceSelector"]["matchLabels"] for peer in rule["from"]] == [{"kubernetes.io/metadata.name": "monitoring"}]
            assert [port["port"] for port in rule["ports"]] == ["metrics"]
    assert serving == pods(overlay).keys() - {"beat", "flower", "migrations"}


@pytest.mark.parametrize("door", ["core", "api"])
def test_a_door_inside_is_open_to_those_who_may_ask_it(overlay, door):
    (rule,) = openings(overlay, door, "ingress")[f"into-{door}"]
    assert rule["from"] == [{"podSelector": {"matchLabels": {f"may-reach/{door}": "yes"}}}]
    asked = {component for component in pods(overlay) if door in openings(overlay, component, "egress")}
    assert asked == {component for component, allowed in OPENINGS.items() if door in allowed}


def test_outside_reaches_the_website_and_the_api_only(overlay):
    """Never Core's door, Flower or metrics: neither by a path nor by what serves the rest."""
    (ingress,) = of_kind(overlay, "Ingress")
    backends = [path["backend"]["service"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
    assert {backend["name"] for backend in backends} == {"website", "api"}
    assert {backend["port"]["name"] for backend in backends} == {"http"}
    assert "defaultBackend" not in ingress["spec"]
    for service in of_kind(overlay, "Service"):
        assert service["spec"].get("type", "ClusterIP") == "ClusterIP"
        assert [port["targetPort"] for port in service["spec"]["ports"]] == ["http"]


def test_the_api_has_the_paths_that_it_serves_and_the_website_the_others(overlay):
    (ingress,) = of_kind(overlay, "Ingress")
    paths = {path["path"]: path["backend"]["service"]["name"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]}
    assert paths == {"/api": "api", OAUTH_METADATA: "api", "/": "website"}
