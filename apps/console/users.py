"""`celesta users`: people and their roles."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import click
import msgspec

from apps.console.administrator import invitation_link
from apps.console.contracts import label_named
from apps.console.core import operator
from apps.console.embedded import embedded_environment, make_home
from apps.console.preflight import running_address
from apps.core.client.interface import Sender
from apps.core.contract.accounts import Account, ChangeRoles, Email, ListAccounts, RestoreAccount, SuspendAccount
from apps.core.contract.actions import Role
from apps.core.contract.labels import AssignPartner
from apps.core.contract.paging import Page
from ports.container import Container

PAGE = 100
ASSIGNABLE = [role.value for role in Role if role is not Role.LISTENER]
USUAL_ADDRESS = "http://127.0.0.1:8000"
"""Where `run` puts the website unless it is told otherwise."""


class EmailAddress(click.ParamType[str]):
    name = "email"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        del param, ctx
        try:
            return msgspec.convert(value, Email)
        except msgspec.ValidationError:
            raise click.ClickException(f"{value!r} is not an e-mail address: write it as ana@example.com.") from None


class WebAddress(click.ParamType[str]):
    name = "address"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        del param, ctx
        if not _is_web_address(value):
            raise click.ClickException(f"{value!r} is not where a website can be: write --address as https://music.example.com.")
        return value


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
@click.argument("email", type=EmailAddress())
@click.argument("names", nargs=-1, type=click.Choice(ASSIGNABLE), metavar="[ROLE]...")
def roles(email: str, names: tuple[str, ...]) -> None:
    """Give EMAIL exactly these roles; without one, only that of a listener, which everybody has."""
    _show(_core().send(ChangeRoles(email, frozenset({Role.LISTENER, *map(Role, names)}))))


@users.command()
@click.argument("email", type=EmailAddress())
@click.argument("labels", nargs=-1, metavar="[LABEL]...")
def partner(email: str, labels: tuple[str, ...]) -> None:
    """Make EMAIL a partner who sees the statements of exactly these labels."""
    core = _core()
    assigned = core.send(AssignPartner(email, tuple(label_named(core, name).id for name in labels)))
    click.echo(f"{assigned.email}  {', '.join(label.name for label in assigned.labels) or 'no label'}")


@users.command()
@click.argument("email", type=EmailAddress())
def suspend(email: str) -> None:
    """Close EMAIL's account for now; what is playing stops."""
    _show(_core().send(SuspendAccount(email)))


@users.command()
@click.argument("email", type=EmailAddress())
def restore(email: str) -> None:
    """Open EMAIL's suspended account again."""
    _show(_core().send(RestoreAccount(email)))


@users.command()
@click.option("--address", type=WebAddress(), help="Where the website is; by default where it runs here.")
def invite(address: str | None) -> None:
    """Print a one-time link that makes its reader the administrator; an earlier one stops working."""
    link = invitation_link(address or running_address(make_home(os.environ)) or USUAL_ADDRESS)
    if link is None:
        raise click.ClickException(
            "There is an administrator already: give others the role with `./celesta users roles EMAIL administrator`."
        )
    click.echo(link)


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        sound = parts.port != 0 and text.isprintable() and " " not in text
    except ValueError:
        return False
    return sound and parts.scheme in {"http", "https"} and bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)


def _show(account: Account) -> None:
    named = ", ".join(sorted(account.roles))
    click.echo(f"{account.email}  {account.name}  {account.status}  {named}  since {account.created_at:%Y-%m-%d}")
