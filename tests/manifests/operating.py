"""What an operator of the cluster does and sees: music comes in, and becomes jobs."""

from __future__ import annotations

import shutil
from pathlib import Path

from apps.core.client.http import HttpClient
from apps.core.client.interface import Sender
from apps.core.contract.actions import Actor, Service
from apps.core.contract.jobs import JobStatus, JobSummary, ListJobs
from ports.container import Container
from tests.live import MUSIC
from tests.manifests.cluster import Cluster

PATIENCE = 240
"""Seconds, on a machine that is busy with other things."""


def operator_of(whole: Cluster) -> Sender:
    """As `celesta` inside a pod of Core's."""
    return Sender(HttpClient.from_env(Container(whole.service.environment).environment, Service.CONSOLE), Actor(Service.CONSOLE))


def all_jobs(operator: Sender) -> list[JobSummary]:
    jobs: list[JobSummary] = []
    cursor = None
    while True:
        page = operator.send(ListJobs(cursor=cursor))
        jobs += page.items
        cursor = page.next
        if cursor is None:
            return jobs


def transcodes(operator: Sender, *statuses: JobStatus) -> list[JobSummary]:
    return [job for job in all_jobs(operator) if job.kind == "transcode" and job.status in (statuses or tuple(JobStatus))]


def some_music(folder: Path, pieces: int) -> int:
    """So many real pieces of music, and how many there are."""
    found = sorted(Path("/usr/share").glob(f"{MUSIC}/*.ogg"))
    assert len(found) >= pieces, "Real music is not installed: sudo apt-get install wesnoth-1.16-music"
    for piece in found[:pieces]:
        shutil.copy(piece, folder)
    return pieces
