"""What is counted, and that it is served for all processes of one parent from an address of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client import generate_latest

from apps.api.app import create_api
from apps.console.embedded import free_port
from ports.metrics import METRICS, Kind
from tests.services import wait_until

ROOT = Path(__file__).parents[2]


class TestTheTable:
    def test_names_follow_prometheus_conventions(self):
        for metric in METRICS:
            assert re.fullmatch(r"celesta(_[a-z]+)+", metric.name)
            assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER)
            assert not {"le", "job", "instance"} & set(metric.labels)
        assert len({metric.name for metric in METRICS}) == len(METRICS)


class TestRequests:
    def test_are_counted_by_route_and_never_by_what_was_typed(self, values, core_app, told):
        client = create_api(values, core_app).test_client()
        for number in range(50):
            client.get(f"/nothing/{number}?token=secret{number}")
            client.get(f"/v1/releases/{'0' * 20}{number:02}")
            client.open("/healthz", method=f"MAKE{number}")
        text = generate_latest(told).decode()
        routes = set(re.findall(r'celesta_http_requests_total\{app="api",method="([^"]+)",route="([^"]+)"', text))
        assert {route for _, route in routes} == {"(none)", "/v1/releases/<id:release_id>"}
        assert {method for method, _ in routes} == {"GET", "(none)"}
        assert "secret" not in text


@pytest.fixture
def served(values, tmp_path) -> Iterator[tuple[str, str]]:
    """Core behind two gunicorn workers, which answered one request, and where it tells its metrics."""
    port, metrics = free_port(), free_port()
    environment = {**os.environ, **values, "CLOCK": "system", "PORT": str(port), "METRICS_PORT": str(metrics), "WEB_CONCURRENCY": "2"}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:wsgi.gunicorn", "wsgi.core:application"]
    with subprocess.Popen(command, env=environment, cwd=ROOT) as server:
        try:
            address = f"http://127.0.0.1:{metrics}/metrics"
            url = f"http://127.0.0.1:{port}"
            wait_until(lambda: _answers(address) and _serves(url))
            yield url, address
        finally:
            server.terminate()


def _answers(address: str) -> bool:
    try:
        return "celesta_build_info" in _read(address)
    except OSError:
        return False


def _serves(url: str) -> bool:
    """Whether a worker is there: one that is ended while it begins is waited for until its grace is over."""
    try:
        return bool(_read(url))
    except HTTPError:
        return True
    except OSError:
        return False


def _read(address: str) -> str:
    with urlopen(address) as answer:
        return answer.read().decode()


class TestServing:
    def test_adds_up_the_workers_apart_from_the_app(self, served):
        url, address = served
        for _ in range(20):
            with pytest.raises(HTTPError, match="404"):
                urlopen(f"{url}/metrics")
        text = _read(address)
        assert 'celesta_http_requests_total{app="core",method="GET",route="(none)",status="4xx"} 21.0' in text
        assert 'celesta_port_info{implementation="fake",port="card payments"} 1.0' in text

    def test_begins_failures_at_zero_so_that_the_first_is_an_increase(self, served):
        _, address = served
        text = _read(address)
        assert 'celesta_actions_total{action="GetRelease",outcome="defect"} 0.0' in text
        assert 'celesta_shop_notifications_total{outcome="forbidden",shop="card"} 0.0' in text

    def test_is_left_alone_by_a_second_parent_with_the_same_port(self, served, values):
        url, address = served
        command = [sys.executable, "-m", "apps.core.relay"]
        second = {**os.environ, **values, "METRICS_PORT": address.split(":")[2].partition("/")[0]}
        refused = subprocess.run(command, env=second, cwd=ROOT, capture_output=True, text=True, check=False)
        assert refused.returncode == 1
        assert "choose another METRICS_PORT" in refused.stderr
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{url}/metrics")
        assert 'celesta_http_requests_total{app="core",method="GET",route="(none)",status="4xx"} 2.0' in _read(address)


LOADED_BEFORE = """
import os, prometheus_client
from ports.environment import Environment
from ports.exposition import serve_metrics
from ports.metrics import LAPSES, count
assert serve_metrics(Environment(os.environ))
count(LAPSES)
print(*os.listdir(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
"""


def test_children_count_into_files_whoever_loaded_the_library_before(tmp_path):
    environment = {**os.environ, "CELESTA_HOME": str(tmp_path), "METRICS_PORT": str(free_port())}
    done = subprocess.run([sys.executable, "-c", LOADED_BEFORE], env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "counter_" in done.stdout
