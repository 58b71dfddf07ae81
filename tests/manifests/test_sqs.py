"""The manifests at work where tasks go by SQS: another address in the secret `BROKER_URL`, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.core.contract.jobs import JobStatus
from tests.manifests.cluster import cluster
from tests.manifests.operating import PATIENCE, operator_of, some_music, transcodes
from tests.services import wait_until

pytestmark = pytest.mark.manifests


def test_music_becomes_playable_though_a_worker_ends_meanwhile(tmp_path: Path) -> None:
    """And every probe and every check of a process's ports passes."""
    with cluster(sqs=True) as whole:
        operator = operator_of(whole)
        pieces = some_music(tmp_path, 4)
        whole.service.celesta("import", "--no-wait", str(tmp_path))
        wait_until(lambda: len(transcodes(operator, JobStatus.RUNNING)) > 1, PATIENCE)
        leaving = whole.running["worker-media"].pop()
        whole.ended.append(leaving)
        leaving.end()
        wait_until(lambda: len(transcodes(operator, JobStatus.DONE)) == pieces, PATIENCE)
        assert len(transcodes(operator)) == pieces
        for pod in whole.everybody():
            assert pod.passes("readinessProbe"), (pod.name, pod.said)
            assert pod.passes("livenessProbe"), (pod.name, pod.said)
            assert pod.run(["celesta", "ports", "--check"], PATIENCE) == 0, pod.name
        assert whole.restarts == []
        assert not leaving.killed
