"""What an import says of itself: what was delivered, what was refused and why, and how to go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from apps.console.folder.cleaning import clean
from apps.core.contract.intake import DeliveryDetail, DeliveryStatus, DeliverySummary, FolderAudience, Refusal
from ports.transcoder.containers import ACCEPTED_IN_WORDS

NOT_RUNNING = "The music is delivered; it becomes playable once Celesta runs: ./celesta run"
NO_BROKER = "The broker does not answer, so nobody hears of the music yet; it becomes playable once Celesta runs: ./celesta run"
WAITING = "The music is delivered and waits for another try of a job, by itself within half an hour: {reason}"
NOTHING_TAKEN = "Nothing was delivered, as every new file was refused."
STOPPED_EARLY = "Stopped before anything was delivered; the same command begins anew."
STOPPED_WATCHING = "Stopped watching only: the rest is prepared in the background while Celesta runs, and nothing need be imported again."
LONGEST_LIST = 100
LONGEST_REMINDER = 10


def tell(detail: DeliveryDetail) -> None:
    """What became of a delivery so far, and every file it lacks with the reason."""
    summary = detail.summary
    delivered = taken(summary)
    if delivered:
        verb = "was" if delivered == 1 else "were"
        click.echo(f"{_counted(delivered, 'file')} {verb} delivered as {_counted(summary.releases, 'release')}.")
    else:
        click.echo(NOTHING_TAKEN)
    if 0 < summary.releases_written < summary.releases:
        written = f"{summary.releases_written:,} of {_counted(summary.releases, 'release')} in the catalogue"
        click.echo(f"So far {written}, {_counted(summary.recordings_ready, 'recording')} can be played.")
    elif summary.recordings:
        click.echo(f"{_counted(summary.recordings_ready, 'recording')} of {summary.recordings:,} can be played.")
    if summary.refused:
        click.secho(f"{_counted(summary.refused, 'file')} refused:", fg="yellow")
        _list(detail.refusals, summary.refused, LONGEST_LIST)
    if summary.covers_refused:
        click.secho(f"{_counted(summary.covers_refused, 'picture')} cannot be a cover:", fg="yellow")
        _list(detail.picture_refusals, summary.covers_refused, LONGEST_LIST)


def taken(summary: DeliverySummary) -> int:
    """How many of its files have not been refused."""
    return summary.files - summary.refused


def tell_stopped(detail: DeliveryDetail | None) -> None:
    """To whom pressed Ctrl-C: how far it came, and how to go on."""
    if detail is None or detail.summary.status is DeliveryStatus.OPEN:
        click.echo(STOPPED_EARLY)
        return
    tell(detail)
    click.echo(STOPPED_WATCHING)


def tell_moved(audience: FolderAudience) -> None:
    """How many releases of earlier imports are for other listeners now."""
    if audience.moved:
        whom = "subscribers only" if audience.subscribers_only else "everybody"
        click.echo(f"{_counted(audience.moved, 'release')} {'is' if audience.moved == 1 else 'are'} now for {whom}.")


def tell_unchanged(number: int, refused: Sequence[Refusal]) -> None:
    """What was passed over; those refused before are named again, as they are still missing."""
    if number:
        click.echo(f"{_counted(number, 'file')} imported before and unchanged.")
    if refused:
        click.secho(f"{len(refused):,} of them refused then:", fg="yellow")
        _list(refused, len(refused), LONGEST_REMINDER)


def tell_found_elsewhere(number: int) -> None:
    if number:
        click.echo(f"{_counted(number, 'file')} found at another place than before.")


def tell_gone(paths: Sequence[str], hidden: int | None) -> None:
    """What was taken before and is no longer there; `hidden` tracks, or None where they are to stay."""
    if not paths:
        return
    click.secho(f"{_counted(len(paths), 'file')} imported before and no longer there:", fg="yellow")
    for path in paths[:LONGEST_REMINDER]:
        click.echo(f"  {clean(path)}")
    if len(paths) > LONGEST_REMINDER:
        click.echo(f"  and {len(paths) - LONGEST_REMINDER:,} more")
    if hidden is None:
        click.echo("What they brought stays; to hide it: ./celesta import --hide-removed")
    else:
        click.echo(f"{_counted(hidden, 'track')} hidden.")


def tell_left_out(left_out: Counter[str]) -> None:
    if left_out:
        kinds = ", ".join(f"{count:,} {kind or 'without extension'}" for kind, count in left_out.most_common(10))
        click.echo(f"Left out, as they are not music: {kinds}.")


def no_music(root: Path) -> str:
    return f"There is no music in {root}: name a folder that holds {ACCEPTED_IN_WORDS}."


def _list(refusals: Sequence[Refusal], number: int, longest: int) -> None:
    shown = refusals[:longest]
    for refusal in shown:
        click.echo(f"  {clean(refusal.path)}: {clean(refusal.reason)}")
    if number > len(shown):
        click.echo(f"  and {number - len(shown):,} more")


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
