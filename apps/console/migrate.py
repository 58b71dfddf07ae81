"""`celesta migrate`: the database's schema, brought to this release's or changed for the next one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping

import click

from apps.console.checkout import ROOT
from apps.console.embedded import embedded_environment


@click.command()
@click.option("--write", "changes", metavar="CHANGES", help="Write the next migration from the models, named by what it CHANGES.")
def migrate(changes: str | None) -> None:
    """Bring the database to this release's schema; `./celesta run` does so by itself."""
    environment = embedded_environment(os.environ)
    if changes is None:
        _migrate(environment)
        click.echo("The schema is this release's.")
        return
    with tempfile.TemporaryDirectory(prefix="celesta-") as folder:
        # What the models are compared with: the schema as the migrations make it, whatever the developer's own database has become.
        scratch = {**environment, "DATABASE_URL": f"sqlite:///{folder}/celesta.db"}
        _migrate(scratch)
        _migrate(scratch, "--write", changes)


def _migrate(environment: Mapping[str, str], *arguments: str) -> None:
    """As a process of Core's, since only Core reaches the database; what it says goes to the screen."""
    done = subprocess.run([sys.executable, "-m", "apps.core.migrate", *arguments], env=environment, cwd=ROOT, check=False)  # noqa: S603 - ours
    if done.returncode:
        sys.exit(done.returncode)
