"""`celesta jobs`: background work that was given up, and why; tried again once what was in its way is gone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import click

from apps.console.core import operator
from apps.console.embedded import embedded_environment
from apps.core.client.interface import Sender
from apps.core.contract.ids import FORM
from apps.core.contract.jobs import JobStatus, JobSummary, ListJobs, ListUnpublishedEvents, ReplayJob
from ports.container import Container

PAGE = 100


@click.group()
def jobs() -> None:
    """List background work that was given up, and have it tried again."""


def _core() -> Sender:
    return operator(Container(embedded_environment(os.environ)))


@jobs.command("list")
@click.option("--status", type=click.Choice([one.value for one in JobStatus]), default=JobStatus.FAILED.value, show_default=True)
def list_(status: str) -> None:
    """Print the jobs that were given up, with their reasons, and the events of which nobody could be told yet."""
    core = _core()
    found = tuple(_jobs(core, JobStatus(status)))
    for job in found:
        _show(job)
    events = core.send(ListUnpublishedEvents(size=PAGE)).items
    if not found and not events:
        click.echo("Nothing was given up." if status == JobStatus.FAILED else f"No job is {status}.")
    for event in events:
        click.echo(f"{event.id}  {event.event}  since {event.created_at:%Y-%m-%d %H:%M}  {event.reason}")


@jobs.command()
@click.argument("job_ids", nargs=-1, metavar="[JOB_ID]...")
@click.option("--all", "everything", is_flag=True, help="Every job that was given up.")
def replay(job_ids: tuple[str, ...], everything: bool) -> None:
    """Have the jobs with these ids, or all that were given up, tried again."""
    if everything == bool(job_ids):
        raise click.UsageError("Name the jobs that are to be tried again, or say --all.")
    if wrong := next((job_id for job_id in job_ids if not re.fullmatch(FORM, job_id)), None):
        raise click.UsageError(f"{wrong} is no job's id: celesta jobs list has them.")
    core = _core()
    for job_id in [job.id for job in _jobs(core, JobStatus.FAILED)] if everything else job_ids:
        _show(core.send(ReplayJob(job_id)))


def _jobs(core: Sender, status: JobStatus) -> Iterator[JobSummary]:
    cursor = None
    while True:
        page = core.send(ListJobs(status, cursor, PAGE))
        yield from page.items
        if page.next is None:
            return
        cursor = page.next


def _show(job: JobSummary) -> None:
    click.echo(f"{job.id}  {job.kind}  {job.status}  {job.created_at:%Y-%m-%d %H:%M}  {job.reason or ''}".rstrip())
