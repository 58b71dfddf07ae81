"""Each role's process, started with its own extra alone: all together they are the service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.roles.cluster import Cluster
from tests.services import postgresql, valkey

pytestmark = pytest.mark.roles


@pytest.fixture(scope="module")
def cluster(environment: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with postgresql() as database, valkey() as server:
        cluster = Cluster(tmp_path_factory.mktemp("cluster"), database.url("template"), server, environment)
        try:
            cluster.start_all()
            yield cluster
        finally:
            cluster.end()


def test_the_website_shows_what_it_asked_core_for(cluster: Cluster) -> None:
    cluster.wait_until(lambda: cluster.get("website", "/healthz").status == 200)
    cluster.wait_until(lambda: cluster.get("website", "/releases").status == 200)


def test_the_api_answers(cluster: Cluster) -> None:
    cluster.wait_until(lambda: cluster.get("api", "/api/healthz").status == 200)
    assert cluster.get("api", "/api/v1/releases").status == 401
    refused = cluster.get("api", f"/api/oauth/authorize?response_type=code&client_id={'0' * 22}").address
    assert "/connect/refused?error=invalid_client" in refused, refused


def test_a_worker_of_each_queue_answers(cluster: Cluster) -> None:
    cluster.wait_until(lambda: cluster.workers() == {"default", "billing", "media", "reports"})


def test_the_relay_has_its_role_and_core_leaves_it_alone(cluster: Cluster) -> None:
    with psycopg.connect(cluster.database, autocommit=True) as connection:
        cluster.wait_until(lambda: connection.execute("SELECT 1 FROM lease WHERE name = 'relay' AND until > now()").fetchone() is not None)


def test_what_beat_announces_a_worker_does_with_core(cluster: Cluster) -> None:
    cluster.wait_until(lambda: re.search(r"outcome=success.* task=tasks\.billing\.reconcile", cluster.said("worker-billing")) is not None)


def test_flower_sends_who_comes_to_the_log_in(cluster: Cluster) -> None:
    cluster.wait_until(lambda: cluster.get("flower", "/healthcheck").status == 200)
    assert cluster.get("flower", "/").address.startswith(f"{cluster.url('website')}/api/oauth/authorize?")


def test_all_end_in_peace(cluster: Cluster) -> None:
    assert cluster.end() == dict.fromkeys(cluster.processes, 0)
