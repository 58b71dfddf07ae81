"""`celesta demo`: a catalogue to try the service with, and the whole service tried out in a folder of its own."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click

from apps.console.demo.audit import Audit
from apps.console.demo.files import write_excerpts
from apps.console.demo.house import NOWHERE, PASSWORD, House, make_environment
from apps.console.demo.making import make_catalogue
from apps.console.demo.month import Month
from apps.console.demo.production import refuse_production
from apps.console.demo.year import Year

LOOK = """
Look at it: CELESTA_HOME={home} CLOCK=stepped ./celesta run
Everybody's password is "{password}": ana@example.com listens"""
SIGNERS = """, stella.staff@example.com and stan.staff@example.com
sign the last week's statements one after the other, moonpool.partner@example.com sees those of one label."""
RECORDINGS_A_RELEASE = 3
"""Of a year: preparing more would take longer than living through it."""


@click.command()
@click.option("--month", is_flag=True, help="Live through five weeks: listening, charts, stations, payments and statements.")
@click.option("--year", is_flag=True, help="Live through a year of listening: plays, skips, likes, charts and stations.")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --month or --year: keep everything in this new folder, to be looked at; after a month the last statements are unsigned.",
)
def demo(month: bool, year: bool, into: Path | None) -> None:
    """Compose a catalogue, and deliver it as an import does: artists, albums and covers to try the service with.

    With --month or --year nothing is touched but a folder of its own, where the clock is moved by hand. A month ends with exit code 1 where
    something is not as it should be.
    """
    if month and year:
        raise click.UsageError("A month or a year: give one of --month and --year.")
    if month:
        _live_through_a_month(into)
    elif year:
        _live_through_a_year(into)
    elif into is not None:
        raise click.UsageError("--into is for --month and --year: the catalogue itself goes where ./celesta run keeps everything.")
    else:
        make_catalogue()


def _live_through_a_month(into: Path | None) -> None:
    # Of the development tools, which nothing else here needs.
    from apps.console.demo.partner import partner_server  # noqa: PLC0415 - see above

    refuse_production(os.environ)
    with _folder(into) as folder, partner_server(folder / "labels") as dispatch:
        click.echo("Composing the music, and taking it in.")
        house = House(make_environment(folder / "home", dispatch))
        write_excerpts(folder / "music")
        story = Month(house, click.echo, leaves_last=into is not None)
        story.begin(folder / "music")
        story.live()
        audit = Audit(story, folder / "labels")
        click.echo()
        for line in audit.lines():
            click.echo(line)
        if into is not None:
            click.echo(LOOK.format(home=into.absolute() / "home", password=PASSWORD) + SIGNERS)
    sys.exit(1 if audit.faults else 0)


def _live_through_a_year(into: Path | None) -> None:
    refuse_production(os.environ)
    with _folder(into) as folder:
        click.echo("Composing the music, and taking it in.")
        house = House(make_environment(folder / "home", NOWHERE))
        write_excerpts(folder / "music", RECORDINGS_A_RELEASE)
        story = Year(house, click.echo)
        story.begin(folder / "music")
        story.live()
        for line in story.lines():
            click.echo(line)
        if into is not None:
            click.echo(LOOK.format(home=into.absolute() / "home", password=PASSWORD) + ".")


@contextmanager
def _folder(into: Path | None) -> Generator[Path]:
    if into is None:
        with tempfile.TemporaryDirectory(prefix="celesta-demo-") as folder:
            yield Path(folder)
        return
    if into.exists() and any(into.iterdir()):
        raise click.ClickException(f"{into} is not empty: name a new folder.")
    into.mkdir(parents=True, exist_ok=True)
    yield into.absolute()
