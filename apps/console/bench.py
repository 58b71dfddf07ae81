"""`celesta bench`: the benchmarks by name."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import click

import bench as benchmarks


@click.command()
@click.argument("names", nargs=-1)
def bench(names: tuple[str, ...]) -> None:
    """Run the benchmarks NAMES, one after the other; without a name, list them."""
    known = _benchmarks()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)} is not known. There are: {', '.join(known)}.")
    for name in names:
        click.secho(f"== {name}", bold=True)
        import_module(f"bench.{name}").main()
    if not names:
        for name, summary in known.items():
            click.echo(f"{name:20} {summary}")


def _benchmarks() -> dict[str, str]:
    """Every module of the folder that has a `main`, with the first line of what it says of itself."""
    modules = {module.name: import_module(f"bench.{module.name}") for module in iter_modules(benchmarks.__path__)}
    return {name: (module.__doc__ or "").partition("\n")[0] for name, module in modules.items() if hasattr(module, "main")}
