"""`celesta users`: people and their roles."""

from __future__ import annotations

import os

import click

from apps.console.administrator import invitation_link
from apps.console.core import operator
from apps.console.embedded import embedded_environment
from apps.core.client.interface import Sender
from apps.core.contract.accounts import Account, ChangeRoles, ListAccounts, RestoreAccount, SuspendAccount
from apps.core.contract.actions import Role
from apps.core.contract.paging import Page
from ports.container import Container

PAGE = 100
ASSIGNABLE = [role.value for role in Role if role is not Role.LISTENER]


@click.group()
def users() -> None:
    """List, invite and promote people."""


def _core() -> Sender:
    return operator(Container(embedded_environment(os.environ)))


@users.command("list")
@click.argument("email", default="")
def list_(email: str) -> None:
    """Print everybody, or those whose e-mail address begins with EMAIL."""
    core = _core()
    page: Page[Account] | None = None
    while page is None or page.next:
        page = core.send(ListAccounts(email=email, cursor=page.next if page else None, size=PAGE))
        for account in page.items:
            _show(account)


@users.command()
@click.argument("email")
@click.argument("names", nargs=-1, type=click.Choice(ASSIGNABLE), metavar="[ROLE]...")
def roles(email: str, names: tuple[str, ...]) -> None:
    """Give EMAIL exactly these roles; without one, only that of a listener, which everybody has."""
    _show(_core().send(ChangeRoles(email, frozenset({Role.LISTENER, *map(Role, names)}))))


@users.command()
@click.argument("email")
def suspend(email: str) -> None:
    """Close EMAIL's account for now; what is playing stops."""
    _show(_core().send(SuspendAccount(email)))


@users.command()
@click.argument("email")
def restore(email: str) -> None:
    """Open EMAIL's suspended account again."""
    _show(_core().send(RestoreAccount(email)))


@users.command()
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="Where the website is.")
def invite(address: str) -> None:
    """Print a one-time link that makes its reader the administrator; an earlier one stops working."""
    link = invitation_link(address)
    if link is None:
        raise click.ClickException(
            "There is an administrator already: give others the role with `celesta users roles EMAIL administrator`."
        )
    click.echo(link)


def _show(account: Account) -> None:
    named = ", ".join(sorted(account.roles))
    click.echo(f"{account.email}  {account.name}  {account.status}  {named}  since {account.created_at:%Y-%m-%d}")
