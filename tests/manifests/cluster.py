"""The overlay `ci` as local processes: every container that Kubernetes would start, before it what a cluster puts there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from apps.console.embedded import free_port
from apps.core.contract.actions import Service
from tests.live import LiveService
from tests.manifests.balancing import HERE, Balancer, balancing, edge
from tests.manifests.pods import Pod, Surroundings
from tests.manifests.rendering import Manifest, environment, named, of_kind, pods
from tests.manifests.stand_ins import checkouts_in, stripe_stand_in
from tests.services import ValkeyServer, postgresql, s3, valkey

OVERLAY = "ci"
BUCKET = "celesta"
AWS_CREDENTIALS = "[default]\naws_access_key_id = test\naws_secret_access_key = test\n"
LOOK_SECONDS = 2.0
STEPS = ("core", "rest")
"""Of a rollout, once the schema is there."""


@dataclass
class Cluster:
    """Deployments, Services and the Ingress; `changes` are values that differ from the overlay's."""

    surroundings: Surroundings
    broker: ValkeyServer
    url: str
    stripe: Path
    """The stand-in's books."""
    changes: dict[str, str] = field(default_factory=dict[str, str])
    running: dict[str, list[Pod]] = field(default_factory=dict[str, list[Pod]])
    """By Deployment, its pods that are not asked to end."""
    ended: list[Pod] = field(default_factory=list[Pod])
    restarts: list[str] = field(default_factory=list[str])
    """The pods that a kubelet would have started anew, as their liveness failed."""
    _numbers: count[int] = field(default_factory=count)

    def make(self, component: str) -> Pod:
        """A pod of that Deployment or Job, with the values of now; it may not be ready yet."""
        return self.one_with(component, {})

    def one_with(self, component: str, changes: Mapping[str, str]) -> Pod:
        """One whose values differ from all others'."""
        manifest = pods(OVERLAY)[component]
        values = environment(OVERLAY, manifest["spec"]["containers"][0]) | self.changes | changes
        return Pod(f"{component}-{next(self._numbers)}", manifest, values, self.surroundings)

    def start(self) -> None:
        """Every Deployment at once, as Kubernetes does."""
        for deployment in of_kind(OVERLAY, "Deployment"):
            name = deployment["metadata"]["name"]
            self.running[name] = [self.make(name) for _ in range(replicas(deployment))]
        for pod in self.everybody():
            pod.await_ready()

    def everybody(self) -> list[Pod]:
        return [pod for ours in self.running.values() for pod in ours]

    def ready_ports(self, component: str) -> list[int]:
        return [pod.port for pod in self.running.get(component, ()) if pod.ready]

    def roll(self, changes: Mapping[str, str], first: str, half_way: Callable[[], None]) -> None:
        """Change values as `deploy/kubernetes/apply` does: the Job, then every Deployment by its step, the new pod before the old one.

        Of those of its step `first` is the first; `half_way` is called when the first pod of it is new and its others are old.
        """
        self.changes |= changes
        migrate(self, copies=1)
        endings: list[Thread] = []
        for name, deployment in in_order(first):
            first_comes = deployment["spec"]["strategy"]["type"] == "RollingUpdate"
            for number, old in enumerate(list(self.running[name])):
                if (name, number) == (first, 1):
                    half_way()
                endings.append(self._replace(name, old, before=first_comes))
        for ending in endings:
            ending.join()

    def _replace(self, name: str, old: Pod, *, before: bool) -> Thread:
        """Start another pod in place of this one: before that ends, which it then does meanwhile, or once it has ended."""
        ending = None if before else self._end(old)
        if ending is not None:
            ending.join()
        new = self.make(name)
        new.await_ready()
        self.running[name].append(new)
        return ending or self._end(old)

    def _end(self, pod: Pod) -> Thread:
        for ours in self.running.values():
            if pod in ours:
                ours.remove(pod)
        self.ended.append(pod)
        ending = Thread(target=pod.end, name=f"end of {pod.name}")
        ending.start()
        return ending

    def watch(self, over: Event) -> None:
        """As a kubelet: look at every pod's probes again and again, and note whom it would start anew."""
        failures: dict[str, int] = {}
        while not over.wait(LOOK_SECONDS):
            for pod in self.everybody():
                if not pod.ready:
                    continue
                alive = pod.passes("livenessProbe")
                failures[pod.name] = 0 if alive else failures.get(pod.name, 0) + 1
                if failures[pod.name] == pod.container["livenessProbe"]["failureThreshold"] and pod in self.everybody():
                    self.restarts.append(pod.name)

    def checkouts(self) -> tuple[int, int]:
        """How many payment pages the test shops inside Core's pods have opened, and how many the stand-in for Stripe has."""
        everybody = (*self.running["core"], *self.ended)
        return sum(checkouts_in(pod.folder / "scratch" / "test-shop.db") for pod in everybody), checkouts_in(self.stripe)

    @property
    def service(self) -> LiveService:
        """As a test sees it from outside; an operator's commands run as inside a pod of Core's."""
        return LiveService(self.url, self.running["core"][0].environment)

    def stop(self) -> None:
        for pod in (*self.everybody(), *self.ended):
            pod.kill()


def replicas(deployment: Manifest) -> int:
    """What the Deployment asks for, or the least that its autoscaler does."""
    name = deployment["metadata"]["name"]
    asked = deployment["spec"].get("replicas")
    return asked if asked is not None else named(OVERLAY, "HorizontalPodAutoscaler", name)["spec"]["minReplicas"]


@contextmanager
def cluster(*, sqs: bool = False) -> Generator[Cluster]:
    """Everything up and ready; where tasks go by `sqs`, that is spoken by what speaks for S3 too, and `broker` idles."""
    with tempfile.TemporaryDirectory(prefix="cluster-") as name, ExitStack() as running:
        folder = Path(name)
        database, storage = running.enter_context(postgresql()), running.enter_context(s3())
        broker, sessions = running.enter_context(valkey()), running.enter_context(valkey())
        storage.client.create_bucket(Bucket=BUCKET)
        shop = folder / "stripe.db"
        stripe = running.enter_context(stripe_stand_in(shop))
        site = free_port()
        tasks = f"sqs://test:test@{urlsplit(storage.endpoint_url).netloc}" if sqs else broker.url
        secrets = made_up_secrets(database.url("template"), tasks, sessions.url)
        names = [service["metadata"]["name"] for service in of_kind(OVERLAY, "Service")]
        whole = Cluster(Surroundings(folder, {}, secrets), broker, f"http://{HERE}:{site}", shop)
        services = {service: Balancer(partial(whole.ready_ports, service)) for service in names}
        whole.surroundings = Surroundings(
            folder,
            {
                **{f"{service}:8000": f"{HERE}:{balancer.port}" for service, balancer in services.items()},
                "storage:9000": urlsplit(storage.endpoint_url).netloc,
                "stripe:12111": urlsplit(stripe).netloc,
                "site": f"{HERE}:{site}",
            },
            secrets,
        )
        running.enter_context(balancing(services.values()))
        running.callback(whole.stop)
        migrate(whole, copies=3)
        whole.start()
        (ingress,) = of_kind(OVERLAY, "Ingress")
        running.enter_context(edge(folder, ingress, {service: one.port for service, one in services.items()}, site))
        running.enter_context(watched(whole))
        yield whole


def made_up_secrets(database: str, broker: str, sessions: str) -> dict[str, str]:
    """What an operator puts into the Secret `celesta`."""
    return {
        "DATABASE_URL": database, "BROKER_URL": broker, "REDIS_URL": sessions, "SESSION_KEY": "qN8sK2vB5xZ7cM1wE4rT",
        "LICENCE_KEY": "xC8vB0nM2qW4eR6tY8uI0oP2aS4dF6gH", "OFFLINE_KEY": "lK9jH7gF5dS3aP1oI9uY7tR5eW3qM1nB",
        "STRIPE_SECRET_KEY": "sk_test_9uJm5tGb7yHn", "aws_credentials": AWS_CREDENTIALS,
        **{f"DOOR_KEY_{role.name}": f"{role}-9uJm5tGb7yHn" for role in Service},
    }  # fmt: skip


def in_order(first: str) -> list[tuple[str, Manifest]]:
    """The Deployments by the steps of `deploy/kubernetes/apply`, `first` before the others of its step."""
    named_ones = [(deployment["metadata"]["name"], deployment) for deployment in of_kind(OVERLAY, "Deployment")]
    return sorted(named_ones, key=lambda one: (STEPS.index(one[1]["metadata"]["labels"]["rollout"]), one[0] != first))


def migrate(whole: Cluster, copies: int) -> None:
    """The Job, so many at once: an advisory lock lets one do it, and the others find it done."""
    jobs = [whole.make("migrations") for _ in range(copies)]
    for job in jobs:
        assert job.process.wait(180) == 0, job.said
    whole.ended += jobs


@contextmanager
def watched(whole: Cluster) -> Generator[None]:
    over = Event()
    thread = Thread(target=whole.watch, args=(over,), name="kubelet")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
