"""`celesta clients`: the apps that listeners may connect."""

from __future__ import annotations

import os

import click

from apps.console.core import operator
from apps.console.embedded import embedded_environment
from apps.core.client.interface import Sender
from apps.core.contract.actions import Scope
from apps.core.contract.oauth import ListApps, OAuthClient, RegisterApp, RemoveApp
from ports.container import Container

SCOPES = [scope.value for scope in Scope]


@click.group()
def clients() -> None:
    """List, register and remove the apps that listeners may connect."""


def _core() -> Sender:
    return operator(Container(embedded_environment(os.environ)))


@clients.command("list")
def list_() -> None:
    """Print every registered app."""
    for client in _core().send(ListApps()):
        _show(client)


@clients.command()
@click.argument("name")
@click.option("--redirect", "redirects", multiple=True, required=True, help="Where listeners go back to; may be given several times.")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice([one.value for one in Scope]), help="The most it may ask for; all by default."
)
@click.option("--confidential", is_flag=True, help="It runs on a server and can keep a secret.")
def register(name: str, redirects: tuple[str, ...], scopes: tuple[str, ...], confidential: bool) -> None:
    """Register an app under NAME and print its client id, and its secret where it has one."""
    asked = frozenset(map(Scope, scopes)) or frozenset(Scope)
    registered = _core().send(RegisterApp(name, redirects, asked, confidential))
    click.echo(f"client id: {registered.client.id}")
    if registered.secret:
        click.echo(f"client secret: {registered.secret} (it is not shown again)")


@clients.command()
@click.argument("client_id")
def remove(client_id: str) -> None:
    """Remove the app with this CLIENT_ID: its tokens open nothing any more."""
    _core().send(RemoveApp(client_id))


def _show(client: OAuthClient) -> None:
    kind = "confidential" if client.confidential else "public"
    click.echo(f"{client.id}  {client.name}  {kind}  {' '.join(sorted(client.scopes))}  {' '.join(client.redirect_uris)}")
