"""The rules for pods that schemas do not know, each over every pod of every overlay."""

from __future__ import annotations

import re

import pytest

from apps.core.event_tasks import JOB_TASKS
from tasks.app import ROUTES
from tests.manifests.rendering import COMPONENT, OVERLAYS, containers, environment, named, of_kind, pods, render

pytestmark = [pytest.mark.manifests, pytest.mark.parametrize("overlay", OVERLAYS)]
WEB = {"website", "api", "core"}
SCALED = {"website", "api", "core", "worker-media", "worker-default", "worker-reports", "worker-billing"}
WRITABLE = {"/scratch"}


def test_every_process_of_the_house_is_there(overlay):
    assert set(pods(overlay)) == SCALED | {"relay", "beat", "flower", "migrations"}


class TestRestricted:
    """Pod Security "restricted", in the namespace and in each pod, and what goes beyond it."""

    def test_the_namespace_enforces_it(self, overlay):
        labels = named(overlay, "Namespace", "celesta")["metadata"]["labels"]
        assert {labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "warn", "audit")} == {"restricted"}

    def test_everything_is_in_the_namespace(self, overlay):
        others = [one for one in render(overlay) if one["kind"] != "Namespace"]
        assert {one["metadata"]["namespace"] for one in others} == {"celesta"}

    def test_no_pod_runs_as_root_or_without_a_filter_of_system_calls(self, overlay):
        for pod in pods(overlay).values():
            context = pod["spec"]["securityContext"]
            assert context["runAsNonRoot"] is True
            assert min(context["runAsUser"], context["runAsGroup"], context["fsGroup"]) > 0
            assert context["seccompProfile"] == {"type": "RuntimeDefault"}

    def test_no_container_may_gain_rights_or_write_to_its_image(self, overlay):
        for container in containers(overlay).values():
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }

    def test_no_pod_uses_the_machine(self, overlay):
        for pod in pods(overlay).values():
            assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers", "ephemeralContainers"} & pod["spec"].keys()
            assert {next(iter(volume.keys() - {"name"})) for volume in pod["spec"]["volumes"]} == {"emptyDir", "secret"}
            assert not any("hostPort" in port for container in pod["spec"]["containers"] for port in container.get("ports", ()))

    def test_no_pod_is_given_the_clusters_keys_or_addresses(self, overlay):
        for name, pod in pods(overlay).items():
            assert pod["spec"]["automountServiceAccountToken"] is False, name
            assert pod["spec"]["enableServiceLinks"] is False, name
        assert all(one["automountServiceAccountToken"] is False for one in of_kind(overlay, "ServiceAccount"))
        known = {one["metadata"]["name"] for one in of_kind(overlay, "ServiceAccount")}
        assert {pod["spec"]["serviceAccountName"] for pod in pods(overlay).values()} == known


class TestFiles:
    def test_what_is_written_goes_to_a_volume_of_limited_size(self, overlay):
        for pod in pods(overlay).values():
            volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
            for mount in pod["spec"]["containers"][0]["volumeMounts"]:
                writable = "emptyDir" in volumes[mount["name"]]
                assert (mount["mountPath"] in WRITABLE) == writable
                assert mount.get("readOnly", False) == (not writable)
            assert all("sizeLimit" in volume["emptyDir"] for volume in volumes.values() if "emptyDir" in volume)

    def test_every_path_that_is_written_to_is_below_one(self, overlay):
        for container in containers(overlay).values():
            values = environment(overlay, container)
            assert {values["CELESTA_HOME"], values["TMPDIR"]} <= WRITABLE
            assert values["HEARTBEAT_FILE"].startswith(f"{values['CELESTA_HOME']}/")

    def test_secrets_are_files_that_only_the_process_reads(self, overlay):
        for pod in pods(overlay).values():
            (secret,) = [volume["secret"] for volume in pod["spec"]["volumes"] if "secret" in volume]
            assert secret["defaultMode"] == 0o400
            assert not any("mode" in item for item in secret["items"])


class TestTheImage:
    def test_is_one_with_a_version(self, overlay):
        (image,) = {container["image"] for container in containers(overlay).values()}
        _, _, version = image.partition(":")
        assert version not in {"", "latest"}


class TestProbes:
    def test_every_process_that_stays_has_all_three(self, overlay):
        for name, container in containers(overlay).items():
            present = {"startupProbe", "readinessProbe", "livenessProbe"} & container.keys()
            assert len(present) == (0 if name == "migrations" else 3), name

    def test_liveness_asks_nobody_but_the_process(self, overlay):
        """A page that asks nobody, a port, or a file that the process writes: an outage elsewhere restarts nothing."""
        for name, container in containers(overlay).items():
            if name == "migrations":
                continue
            probe = container["livenessProbe"]
            if "exec" in probe:
                assert variables_in(probe["exec"]["command"][-1]) == {"HEARTBEAT_FILE"}
                assert probe["exec"]["command"][-1].startswith("find ")
            elif "httpGet" in probe:
                assert probe["httpGet"]["path"] in {"/healthz", "/api/healthz", "/healthcheck"}
            else:
                assert name == "core"

    def test_a_site_that_answers_to_some_names_answers_to_the_probes(self, overlay):
        container = containers(overlay)["website"]
        trusted = environment(overlay, container).get("TRUSTED_HOSTS", "website").split(",")
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            (header,) = container[probe]["httpGet"]["httpHeaders"]
            assert header["name"] == "Host"
            assert header["value"] in trusted


class TestEnding:
    def test_whoever_is_asked_ends_after_the_proxies_know_and_before_it_is_killed(self, overlay):
        for name in WEB:
            pod, container = pods(overlay)[name], containers(overlay)[name]
            command, seconds = container["lifecycle"]["preStop"]["exec"]["command"]
            assert command == "sleep"
            assert int(seconds) >= 5
            grace = int(environment(overlay, container)["WEB_GRACE"])
            assert pod["spec"]["terminationGracePeriodSeconds"] >= int(seconds) + grace + 5

    def test_a_worker_gives_its_tasks_back_before_it_is_killed(self, overlay):
        for name, container in containers(overlay).items():
            if name.startswith("worker-"):
                values = environment(overlay, container)
                assert values["REMAP_SIGTERM"] == "SIGQUIT"
                assert pods(overlay)[name]["spec"]["terminationGracePeriodSeconds"] >= int(values["WORKER_GRACE"]) + 10


class TestAvailability:
    def test_a_rollout_takes_nobody_away_before_another_is_ready(self, overlay):
        for deployment in of_kind(overlay, "Deployment"):
            strategy = deployment["spec"]["strategy"]
            if deployment["metadata"]["name"] == "beat":
                assert strategy == {"type": "Recreate"}
                assert deployment["spec"]["replicas"] == 1
            else:
                assert strategy == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}

    def test_who_is_scaled_names_no_number_of_its_own(self, overlay):
        scalers = of_kind(overlay, "HorizontalPodAutoscaler")
        assert {one["spec"]["scaleTargetRef"]["name"] for one in scalers} == SCALED
        for scaler in scalers:
            assert "replicas" not in named(overlay, "Deployment", scaler["metadata"]["name"])["spec"]
            assert scaler["spec"]["minReplicas"] <= scaler["spec"]["maxReplicas"]
            assert [metric["resource"]["name"] for metric in scaler["spec"]["metrics"]] == ["cpu"]

    def test_a_budget_stands_behind_all_that_are_several(self, overlay):
        budgets = {one["spec"]["selector"]["matchLabels"][COMPONENT]: one["spec"] for one in of_kind(overlay, "PodDisruptionBudget")}
        assert set(budgets) == SCALED | {"relay"}
        assert {budget["maxUnavailable"] for budget in budgets.values()} == {1}

    def test_where_it_matters_nobody_is_alone(self, overlay):
        least = 2 if overlay in {"staging", "production"} else 1
        assert all(one["spec"]["minReplicas"] >= least for one in of_kind(overlay, "HorizontalPodAutoscaler"))
        assert named(overlay, "Deployment", "relay")["spec"]["replicas"] >= least

    def test_every_container_says_what_it_needs(self, overlay):
        for container in containers(overlay).values():
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert "memory" in container["resources"]["limits"]

    def test_selectors_find_their_pods(self, overlay):
        for owner in of_kind(overlay, "Deployment"):
            name, labels = owner["metadata"]["name"], owner["spec"]["template"]["metadata"]["labels"]
            # Of what is tried on a part of all first, the part has another track.
            track = {"track": "stable"} if "track" in labels else {}
            assert owner["spec"]["selector"] == {"matchLabels": {COMPONENT: name, **track}}
            assert labels.items() >= {COMPONENT: name, **track}.items()
        for service in of_kind(overlay, "Service"):
            assert service["spec"]["selector"] == {COMPONENT: service["metadata"]["name"]}
            assert service["metadata"]["name"] in pods(overlay)


class TestQueues:
    def test_every_queue_has_a_worker_and_only_one(self, overlay):
        queues = {route["queue"] for route in ROUTES.values()} | {queue for _, queue in JOB_TASKS.values()}
        commands = [container["command"] for name, container in containers(overlay).items() if name.startswith("worker-")]
        assert sorted(command[command.index("-Q") + 1] for command in commands) == sorted(queues)


def variables_in(command: str) -> set[str]:
    return set(re.findall(r"\$(\w+)", command))
