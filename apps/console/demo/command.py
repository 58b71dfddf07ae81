"""`celesta demo`: the whole service, tried out in a folder of its own."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click

from apps.console.demo.audit import Audit
from apps.console.demo.house import PASSWORD, House, make_environment
from apps.console.demo.month import Month
from apps.console.demo.music import make_music
from apps.console.demo.partner import partner_server

LOOK = """
Look at it: CELESTA_HOME={home} CLOCK=stepped ./celesta run
Everybody's password is "{password}": ana@example.com listens, stella.staff@example.com and stan.staff@example.com
sign the last week's statements one after the other, moonpool.partner@example.com sees those of one label."""


@click.command()
@click.option("--month", is_flag=True, required=True, help="Live through five weeks: listening, charts, stations, payments and statements.")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep everything in this new folder, to be looked at, the last statements unsigned.",
)
def demo(month: bool, into: Path | None) -> None:
    """Try the service out under a clock that is moved by hand. Nothing outside a folder of its own is touched.

    Ends with exit code 1 where something is not as it should be.
    """
    del month  # the only thing there is to do
    with _folder(into) as folder, partner_server(folder / "labels") as dispatch:
        click.echo("Making the music, and taking it in.")
        house = House(make_environment(folder / "home", dispatch))
        make_music(folder / "music")
        story = Month(house, click.echo, leaves_last=into is not None)
        story.begin(folder / "music")
        story.live()
        audit = Audit(story, folder / "labels")
        click.echo()
        for line in audit.lines():
            click.echo(line)
        if into is not None:
            click.echo(LOOK.format(home=into.absolute() / "home", password=PASSWORD))
    sys.exit(1 if audit.faults else 0)


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
