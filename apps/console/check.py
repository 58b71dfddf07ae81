"""`celesta check`: everything that is judged without running the program."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import click

from apps.console.checkout import ROOT

CHECKS = (
    ("style", ("ruff", "check", ".", "celesta")),
    ("format", ("ruff", "format", "--check", ".", "celesta")),
    ("types", ("basedpyright",)),
    ("imports", ("lint-imports",)),
    ("words", ("celesta", "translations", "--check")),
)


@click.command()
def check() -> None:
    """Check style, format, types and who imports what; tell all that is wrong, not only the first."""
    failed: list[str] = []
    for number, (name, command) in enumerate(CHECKS, start=1):
        click.echo(f"[{number}/{len(CHECKS)}] {name:8}", nl=False)
        started = time.monotonic()
        output = _findings(command)
        click.echo(f" {'ok' if output is None else 'FAILED'} ({time.monotonic() - started:.1f} s)")
        if output is not None:
            click.echo(output)
            failed.append(name)
    if failed:
        click.secho(f"Failed: {', '.join(failed)}.", fg="red")
        sys.exit(1)
    click.secho("All checks passed.", fg="green")


def _findings(command: tuple[str, ...]) -> str | None:
    """What the tool prints, or None where it finds nothing wrong."""
    tool = Path(sys.executable).parent / command[0]
    done = subprocess.run([tool, *command[1:]], cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603 - our own tools
    return None if done.returncode == 0 else (done.stdout + done.stderr).rstrip()
