"""`celesta contracts`: what labels get of what their music earns."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any

import click

from apps.console.core import operator
from apps.console.embedded import embedded_environment
from apps.core.client.interface import Sender
from apps.core.contract.actions import WORLDWIDE
from apps.core.contract.labels import Eligibility, Label, LabelContract, ListContracts, ListLabels, SetContract, Share
from apps.core.contract.listening import Evidence
from apps.core.contract.paging import Page
from ports.container import Container

PAGE = 100


class ShareOfAll(click.ParamType[Fraction]):
    name = "share"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        del param, ctx
        try:
            share = Fraction(value) if "/" in value else Fraction(value) / 100
        except (ValueError, ZeroDivisionError):
            raise click.ClickException(f"{value!r} is no share: write it in per cent, as 65, or as a fraction, as 2/3.") from None
        return share


@click.group()
def contracts() -> None:
    """List and agree what labels get."""


def _core() -> Sender:
    return operator(Container(embedded_environment(os.environ)))


@contracts.command("list")
def list_() -> None:
    """Print every contract there ever was."""
    core = _core()
    page: Page[LabelContract] | None = None
    while page is None or page.next:
        page = core.send(ListContracts(cursor=page.next if page else None, size=PAGE))
        for contract in page.items:
            _show(contract)


@contracts.command()
@click.argument("name", default="")
def labels(name: str) -> None:
    """Print the labels whose name begins with NAME."""
    core = _core()
    page: Page[Label] | None = None
    while page is None or page.next:
        page = core.send(ListLabels(name, cursor=page.next if page else None, size=PAGE))
        for label in page.items:
            click.echo(f"{label.id}  {label.name}")


@contracts.command("set")
@click.argument("label")
@click.argument("share", type=ShareOfAll())
@click.option("--from", "starts_on", required=True, help="The first week, by its Friday: 2026-03-06.")
@click.option("--until", "ends_on", help="The first week it holds no more.")
@click.option(
    "--territory", default=WORLDWIDE, show_default=True, help=f"Two letters; {WORLDWIDE} is everywhere that no other contract names."
)  # fmt: skip
@click.option("--least-seconds", default=30, show_default=True, help="From when on a play counts.")
@click.option("--evidence", type=click.Choice([one.value for one in Evidence]), default="session", show_default=True)
@click.option("--party-id", help="The label's DDEX party identifier.")
def set_(label: str, share: Fraction, starts_on: str, ends_on: str | None, territory: str, **terms: Any) -> None:
    """Give LABEL its SHARE (65 per cent, or 2/3) of what its plays earn, from a week on."""
    core = _core()
    agreed = SetContract(
        label_named(core, label).id, Share(share.numerator, share.denominator), starts_on, ends_on, territory,
        eligibility=Eligibility(1000 * terms["least_seconds"], Evidence(terms["evidence"])), party_id=terms["party_id"],
    )  # fmt: skip
    _show(core.send(agreed))


def label_named(core: Sender, name: str) -> Label:
    """Raises `click.ClickException` where there is none."""
    for label in core.send(ListLabels(name, size=PAGE)).items:
        if label.name.casefold() == name.casefold():
            return label
    raise click.ClickException(f"There is no label named {name!r}: look it up with `./celesta contracts labels`.")


def _show(contract: LabelContract) -> None:
    share, least = contract.share, contract.eligibility
    until = f" until {contract.ends_on}" if contract.ends_on else ""
    what = f"{contract.label.name}  {contract.territory}  {share.numerator}/{share.denominator}"
    plays = f"plays from {least.least_ms // 1000} s, {least.least_evidence}"
    click.echo(f"{what}  {plays}  from {contract.starts_on}{until}")
