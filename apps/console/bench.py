"""`celesta bench`: the benchmarks by name."""

from __future__ import annotations

from importlib import import_module
from itertools import takewhile
from pkgutil import iter_modules

import click

import bench as benchmarks


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False, "help_option_names": ["--help"]})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[NAMES]... [OPTIONS OF A SINGLE ONE]...")
def bench(words: tuple[str, ...]) -> None:
    """Run benchmarks by name, one after the other; without a name, list them.

    Some take options, behind the name: `celesta bench charts --data FILE`.
    """
    known = _benchmarks()
    names = list(takewhile(lambda word: not word.startswith("-"), words))
    options = list(words[len(names) :])
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)} is not known. There are: {', '.join(known)}.")
    if options and (len(names) != 1 or not isinstance(import_module(f"bench.{names[0]}").main, click.Command)):
        raise click.BadParameter(f"{options[0]} is an option of none of the benchmarks named: leave it out, or name one that takes it.")
    for name in names:
        click.secho(f"== {name}", bold=True)
        main = import_module(f"bench.{name}").main
        if isinstance(main, click.Command):
            main.main(options, prog_name=f"celesta bench {name}", standalone_mode=False)
        else:
            main()
    if not names:
        for name, summary in known.items():
            click.echo(f"{name:20} {summary}")


def _benchmarks() -> dict[str, str]:
    """Every module of the folder that has a `main`, with the first line of what it says of itself."""
    modules = {module.name: import_module(f"bench.{module.name}") for module in iter_modules(benchmarks.__path__)}
    return {name: (module.__doc__ or "").partition("\n")[0] for name, module in modules.items() if hasattr(module, "main")}
