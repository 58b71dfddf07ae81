"""`celesta import`: a folder of tagged music becomes a delivery."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from apps.console.core import operator
from apps.console.embedded import embedded_environment
from apps.console.folder.delivery import changed, deliver
from apps.console.folder.progress import follow
from apps.console.folder.tags import clean
from apps.console.folder.walk import Seen, Walk
from apps.core.client.interface import Sender
from apps.core.contract.ids import DeliveryId
from apps.core.contract.intake import DeliveryDetail, GetDelivery
from apps.core.contract.jobs import JobStatus, ListJobs
from ports.container import Container
from ports.task_queue.interface import QueueUnavailable, TaskQueue

NOT_RUNNING = "The music is delivered; it becomes playable once Celesta runs: ./celesta run"
WAITING = "The music is delivered and waits for another try of a job, by itself within half an hour: {reason}"
LONGEST_LIST = 100


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--no-wait", is_flag=True, help="End as soon as the music is delivered; it is prepared in the background.")
def import_(path: Path, no_wait: bool) -> None:
    """Import a folder of music: MP3, FLAC, Ogg Vorbis, Opus, M4A, WAV and AIFF files with their tags.

    The files are copied, the folder is never changed. What was imported before and has not changed since is passed over.
    """
    root = _folder(path)
    container = Container(embedded_environment(os.environ))
    core = operator(container)
    walk = Walk(root)
    seen = list(walk.files())
    fresh = changed(core, root, seen)
    if fresh:
        with click.progressbar(length=len(fresh), label="Reading tags    ") as bar:
            delivery_id = deliver(core, root, fresh, bar.update)
        _finish(core, container.get(TaskQueue), delivery_id, wait=not no_wait)
    _tell_rest(root, seen, len(seen) - len(fresh), walk.left_out)


def _folder(path: Path) -> Path:
    """The folder itself, behind any links; one clear line where it cannot be imported."""
    try:
        root = path.resolve(strict=True)
        str(root).encode()
        os.scandir(root).close()
    except NotADirectoryError:
        raise click.ClickException(f"{path} is a file: name the folder it lies in.") from None
    except UnicodeEncodeError:
        raise click.ClickException(f"The name of {os.fsencode(path)!r} is not valid UTF-8: rename the folder.") from None
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise click.ClickException(f"{path} cannot be read ({reason}): name a folder of music that you may read.") from None
    return root


def _finish(core: Sender, queue: TaskQueue, delivery_id: DeliveryId, *, wait: bool) -> None:
    running = _answers(queue)
    if wait and running:
        running = follow(core, delivery_id)
    detail = core.send(GetDelivery(delivery_id))
    _tell(detail)
    if not running:
        click.echo(_what_is_missing(core))


def _what_is_missing(core: Sender) -> str:
    """Why nothing moves: a job that was returned says it."""
    reasons = [job.reason for job in core.send(ListJobs(status=JobStatus.WAITING)).items if job.reason]
    return WAITING.format(reason=clean(reasons[0])) if reasons else NOT_RUNNING


def _answers(queue: TaskQueue) -> bool:
    try:
        queue.ping()
    except QueueUnavailable:
        return False
    return True


def _tell(detail: DeliveryDetail) -> None:
    summary = detail.summary
    click.echo(f"{summary.files:,} files were delivered as {_counted(summary.releases, 'release')}.")
    if summary.recordings:
        click.echo(f"{_counted(summary.recordings_ready, 'recording')} of {summary.recordings:,} can be played.")
    if detail.refusals:
        click.secho(f"{_counted(summary.refused, 'file')} refused:", fg="yellow")
    for refusal in detail.refusals[:LONGEST_LIST]:
        click.echo(f"  {clean(refusal.path)}: {clean(refusal.reason)}")
    more = summary.refused - min(len(detail.refusals), LONGEST_LIST)
    if more > 0:
        click.echo(f"  and {more:,} more")


def _tell_rest(root: Path, seen: Sequence[Seen], unchanged: int, left_out: Counter[str]) -> None:
    if not seen:
        click.echo(f"There is no music in {root}.")
    elif unchanged:
        click.echo(f"{_counted(unchanged, 'file')} imported before and unchanged.")
    if left_out:
        kinds = ", ".join(f"{count:,} {kind or 'without extension'}" for kind, count in left_out.most_common(10))
        click.echo(f"Left out, as they are not music: {kinds}.")


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
