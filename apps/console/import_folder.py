"""`celesta import`: a folder of tagged music becomes a delivery."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from apps.console.core import operator
from apps.console.embedded import embedded_environment
from apps.console.folder.cleaning import clean
from apps.console.folder.delivery import deliver, hide, set_audience, sort_out
from apps.console.folder.progress import follow
from apps.console.folder.report import (
    NO_BROKER,
    NOT_RUNNING,
    WAITING,
    no_music,
    taken,
    tell,
    tell_found_elsewhere,
    tell_gone,
    tell_left_out,
    tell_moved,
    tell_stopped,
    tell_unchanged,
)
from apps.console.folder.walk import Seen, Walk
from apps.core.client.interface import Sender
from apps.core.contract.ids import DeliveryId
from apps.core.contract.intake import GetDelivery, OpenDelivery, Refusal
from apps.core.contract.jobs import JobStatus, ListJobs
from ports.container import Container
from ports.task_queue.interface import QueueUnavailable, TaskQueue

INTERRUPTED = 130
"""The exit code of a command that Ctrl-C ended."""


@click.command("import")
@click.argument("path")
@click.option(
    "--for-subscribers/--for-everybody",
    default=None,
    help="Whether only who has a plan hears all of the folder in full, and others thirty seconds; what it brought before changes with it. "
    "Without either it stays as it is, and a new folder is for everybody.",
)
@click.option("--again", is_flag=True, help="Read what has not changed, too: for what an earlier release of Celesta did not read yet.")
@click.option("--hide-removed", is_flag=True, help="Hide what the folder brought and no longer holds, until it is back.")
@click.option("--no-wait", is_flag=True, help="End as soon as the music is delivered; it is prepared in the background.")
def import_(path: str, for_subscribers: bool | None, again: bool, hide_removed: bool, no_wait: bool) -> None:
    """Import a folder of music: MP3, FLAC, Ogg Vorbis, Opus, M4A, WAV and AIFF files with their tags.

    The files are copied, the folder is never changed. What was imported before and has not changed since is passed over.
    Ends with exit code 1 where nothing of what is new could be taken.
    """
    root = _folder(path)
    container = Container(embedded_environment(os.environ))
    one = Import(operator(container), container.get(TaskQueue), root, for_subscribers, hide_removed)
    try:
        sys.exit(0 if one.run(wait=not no_wait, again=again) else 1)
    except KeyboardInterrupt:
        one.tell_stopped()
        sys.exit(INTERRUPTED)


def _folder(name: str) -> Path:
    """The folder itself, behind any links; one clear line where it cannot be imported."""
    if not name:
        raise click.ClickException("The folder's name is empty: name a folder of music, or . for the one you are in.")
    path = Path(name)
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


@dataclass
class Import:
    """One folder on its way."""

    core: Sender
    queue: TaskQueue
    root: Path
    for_subscribers: bool | None = None
    """None: as the folder is."""
    hide_removed: bool = False
    delivery_id: DeliveryId | None = None
    """Once it is opened: there is none where nothing is new."""

    def run(self, *, wait: bool, again: bool = False) -> bool:
        """Whether something was taken, or nothing need be."""
        walk = Walk(self.root)
        seen = list(walk.files())
        audience = set_audience(self.core, self.root, self.for_subscribers)
        found = sort_out(self.core, self.root, seen, again=again)
        took = self._deliver(found.fresh, wait=wait) if found.fresh else bool(seen)
        tell_moved(audience)
        tell_found_elsewhere(found.moved)
        tell_unchanged(len(found.unchanged), [Refusal(file.path, file.refusal) for file in found.unchanged if file.refusal])
        tell_gone([file.path for file in found.gone], hide(self.core, self.root, found.gone) if self.hide_removed else None)
        tell_left_out(walk.left_out)
        if not seen:
            click.echo(no_music(self.root), err=True)
        return took

    def tell_stopped(self) -> None:
        tell_stopped(self.core.send(GetDelivery(self.delivery_id)) if self.delivery_id else None)

    def _deliver(self, fresh: Sequence[Seen], *, wait: bool) -> bool:
        self.delivery_id = self.core.send(OpenDelivery(str(self.root), self.for_subscribers))
        with click.progressbar(length=len(fresh), label="Reading tags    ") as bar:
            deliver(self.core, self.delivery_id, self.root, fresh, bar.update)
        answers = _answers(self.queue)
        moving = follow(self.core, self.delivery_id) if wait and answers else answers
        detail = self.core.send(GetDelivery(self.delivery_id))
        tell(detail)
        if not moving and taken(detail.summary):
            click.echo(_what_is_missing(self.core) if answers else NO_BROKER)
        return taken(detail.summary) > 0


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
