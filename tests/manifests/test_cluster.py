"""The manifests at work: every container of the overlay `ci` as a process, its values changed under load."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from apps.core.client.interface import Sender
from apps.core.contract.jobs import JobStatus
from tests.manifests.cluster import Cluster, cluster
from tests.manifests.load import listeners
from tests.manifests.operating import PATIENCE, operator_of, some_music, transcodes
from tests.manifests.pods import HERE, Pod
from tests.manifests.rendering import of_kind, pods
from tests.oauth import Browser
from tests.services import wait_until

pytestmark = pytest.mark.manifests
TRANSCODED = {"event": "task ended", "task": "tasks.transcoding.transcode", "outcome": "success"}
FLOWER = "http://127.0.0.1:5555"
OUTSIDE = "http://music.invalid"


@pytest.fixture(scope="module")
def whole() -> Iterator[Cluster]:
    with cluster() as whole:
        yield whole


@pytest.fixture(scope="module")
def operator(whole) -> Sender:
    return operator_of(whole)


class TestEveryContainer:
    def test_starts_and_passes_its_probes(self, whole):
        assert {pod.name.rpartition("-")[0] for pod in whole.everybody()} == pods("ci").keys() - {"migrations"}
        for pod in whole.everybody():
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                assert pod.passes(probe), (pod.name, probe, pod.said)

    def test_finds_what_stands_behind_its_ports(self, whole):
        """As an operator asks in a pod: of what others use, it has neither the secrets nor a way there."""
        for pod in (*whole.everybody(), *last_of(whole, "schema")):
            assert pod.run(["celesta", "ports", "--check"], PATIENCE) == 0, pod.name

    def test_tells_prometheus_what_it_runs(self, whole):
        for pod in whole.everybody():
            if "METRICS_PORT" in pod.environment:
                told = metrics_of(pod)
                assert 'celesta_port_info{implementation="fake",port="card payments"} 1.0' in told, (pod.name, told)

    def test_lives_and_is_ready_while_the_broker_is_away(self, whole):
        whole.broker.stop()
        try:
            workers = [pod for pod in whole.everybody() if pod.name.startswith("worker-")]
            wait_until(lambda: not any(pod.passes("readinessProbe") for pod in workers), PATIENCE)
            assert all(pod.passes("livenessProbe") for pod in whole.everybody())
            assert all(pod.passes("readinessProbe") for pod in whole.everybody() if pod not in workers)
        finally:
            whole.broker.start()
        wait_until(lambda: all(pod.passes("readinessProbe") for pod in whole.everybody()), PATIENCE)

    def test_is_never_ready_with_a_value_that_is_wrong(self, whole):
        """And so no rollout goes on with it: what runs goes on serving."""
        wrong = whole.one_with("core", {"PAYMENTS": "pigeon"})
        assert wrong.process.wait(PATIENCE) != 0
        assert "PAYMENTS=pigeon is not known" in wrong.said
        assert not wrong.passes("readinessProbe")


class TestFlower:
    def test_lets_staff_in_where_the_sites_name_leads_nowhere_inside(self, whole):
        """A browser goes by the site's name, Flower itself by the API's inside."""
        told = whole.service.celesta("clients", "register", "Flower", "--redirect", f"{FLOWER}/login", "--scope", "account")
        (client,) = re.findall(r"client id: (\S+)", told)
        flower = whole.one_with("flower", {"FLOWER_OAUTH2_KEY": client, "CELESTA_URL": OUTSIDE})
        try:
            flower.await_ready()
            browser = Browser(whole.service, "flora@example.com")
            assert log_in(browser, flower, whole.url) == (403, "Flower is for staff")
            whole.service.celesta("users", "roles", "flora@example.com", "staff")
            wait_until(lambda: log_in(browser, flower, whole.url)[0] == 200, PATIENCE)
        finally:
            flower.kill()


class TestRolling:
    def test_payments_under_load_fails_nobody_and_both_serve_meanwhile(self, whole):
        def both_serve() -> None:
            fakes, stripes = whole.checkouts()
            wait_until(lambda: whole.checkouts()[0] > fakes and whole.checkouts()[1] > stripes, PATIENCE)

        with listeners(whole.url) as load:
            wait_until(lambda: whole.checkouts()[0] > 0, PATIENCE)
            whole.roll({"PAYMENTS": "stripe"}, "core", both_serve)
            fakes, stripes = whole.checkouts()
            wait_until(lambda: bool(load.failed) or whole.checkouts()[1] > stripes + 1, PATIENCE)
        assert load.failed == []
        assert whole.checkouts()[0] == fakes
        assert sum(whole.checkouts()) == load.done["POST /plans/monthly"]
        assert [pod.name for pod in whole.ended if pod.killed] == []

    def test_the_transcoder_with_jobs_in_flight_loses_none_and_both_serve(self, whole, operator):
        def both_serve() -> None:
            assert len(transcodes(operator, JobStatus.RUNNING, JobStatus.WAITING)) > 2
            old, new = whole.running["worker-media"]
            done = transcoded(old), transcoded(new)
            wait_until(lambda: transcoded(old) > done[0] and transcoded(new) > done[1], PATIENCE)

        with tempfile.TemporaryDirectory(prefix="music-") as folder:
            pieces = some_music(Path(folder), 16)
            whole.service.celesta("import", "--no-wait", folder)
            wait_until(lambda: len(transcodes(operator, JobStatus.RUNNING)) > 1, PATIENCE)
            whole.roll({"TRANSCODER": "fake"}, "worker-media", both_serve)
            wait_until(lambda: len(transcodes(operator, JobStatus.DONE)) == pieces, PATIENCE)
        assert len(transcodes(operator)) == pieces
        assert [pod.name for pod in whole.ended if pod.killed] == []

    def test_went_by_the_steps_of_the_script(self, whole):
        """Those who ask Core come last: pods are numbered as they are made."""
        made = {step: [int(pod.name.rpartition("-")[2]) for pod in last_of(whole, step)] for step in ("schema", "core", "rest")}
        assert max(made["schema"]) < min(made["core"])
        assert max(made["core"]) < min(made["rest"])

    def test_restarted_nobody(self, whole):
        assert whole.restarts == []


def last_of(whole: Cluster, step: str) -> list[Pod]:
    """The pods of that step of the last rollout; of the Job, which has ended, the last one that was made."""
    owners = [one["metadata"]["name"] for one in of_kind("ci", "Deployment", "Job") if one["metadata"]["labels"]["rollout"] == step]
    jobs = [pod for pod in whole.ended if pod.name.startswith("migrations-")]
    return [pod for owner in owners for pod in whole.running.get(owner, jobs[-1:])]


def metrics_of(pod: Pod) -> str:
    with urlopen(f"http://{HERE}:{pod.metrics_port}/metrics") as answer:
        return answer.read().decode()


def transcoded(worker: Pod) -> int:
    told = [json.loads(line) for line in worker.said.splitlines() if line.startswith("{")]
    return sum(one.items() >= TRANSCODED.items() for one in told)


def log_in(browser: Browser, flower: Pod, site: str) -> tuple[int, str]:
    """What Flower answers in the end, and why; outside's names lead where outside would find them."""
    here = f"http://{HERE}:{flower.port}"
    asked = browser.get(f"{here}/login", allow_redirects=False).headers["Location"]
    assert asked.startswith(OUTSIDE)
    back = browser.allow(asked.replace(OUTSIDE, site))
    answer = browser.get(back.replace(FLOWER, here))
    refusal = re.search("Flower is for staff", answer.text)
    return answer.status_code, refusal[0] if refusal else ""
