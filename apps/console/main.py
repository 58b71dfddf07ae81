"""The installed `celesta` command: one module per subcommand, loaded only when it is used."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module

import click
from click.exceptions import NoSuchCommand

from ports.environment import BootError


@dataclass(frozen=True)
class Entry:
    target: str
    """`module:command`."""
    summary: str


COMMANDS = {
    "run": Entry("apps.console.run:run", "Start everything here: website, API, tasks and what they need."),
    "import": Entry("apps.console.import_folder:import_", "Import a folder of music."),
    "users": Entry("apps.console.users:users", "List, invite and promote people."),
    "clients": Entry("apps.console.clients:clients", "List, register and remove the apps that may be connected."),
    "contracts": Entry("apps.console.contracts:contracts", "List and agree what labels get of what their music earns."),
    "jobs": Entry("apps.console.jobs:jobs", "List background work that was given up, and have it tried again."),
    "demo": Entry(
        "apps.console.demo.command:demo", "Compose a catalogue to try the service with, or live through a month or a year of it."
    ),
    "migrate": Entry("apps.console.migrate:migrate", "Bring the database to this release's schema."),
    "nginx": Entry("apps.console.nginx:nginx", "Become nginx, in front of the audio, and of website and API."),
    "backup": Entry("apps.console.backups.taking:backup", "Copy everything that is kept here, while it runs."),
    "restore": Entry("apps.console.backups.restoring:restore", "Bring a backup back into an empty home."),
    "actions": Entry("apps.console.actions:actions", "Print what Core can be asked to do."),
    "ports": Entry("apps.console.ports:ports", "Print the ports and what is chosen for each."),
    "test": Entry("apps.console.test:test", "Run the tests."),
    "check": Entry("apps.console.check:check", "Check style, types and who imports what."),
    "translations": Entry("apps.console.translations:translations", "Bring the catalogues in step with the texts they translate."),
    "bench": Entry("apps.console.bench:bench", "Run the benchmarks."),
}


class Console(click.Group):
    """Knows each command's name and summary by itself, so that `--help` and `run` load nothing they do not use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        return getattr(import_module(module), attribute)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(cls=Console, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="celesta", message="%(package)s %(version)s")
def console() -> None:
    """Celesta: a subscription music service. Start it with `./celesta run`."""


def main() -> None:
    """Run one command; what a person can put right ends as one line and exit code 1."""
    try:
        console(prog_name="celesta")
    except BootError as error:
        fail(str(error))
    except Exception as error:
        line = _refusal(error)
        if line is None:
            raise
        fail(line)


def _refusal(error: Exception) -> str | None:
    """Why Core refused what was asked, and what to do; None for any other error. Loaded only now, as most commands never need it."""
    from apps.core.contract.errors import CelestaError  # noqa: PLC0415 - see above

    return f"{error.message} {error.next_step}".rstrip() if isinstance(error, CelestaError) else None


def fail(line: str) -> None:
    click.secho(line, fg="red", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
