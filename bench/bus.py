"""What the bus and the in-process client add to a Query, over calling its handler."""

from __future__ import annotations

from apps.core.accounts.queries import get_own_account
from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.contract.accounts import GetOwnAccount, RegisterAccount
from apps.core.contract.actions import Actor, Service
from apps.core.database import db, reader
from bench.measure import microseconds, show
from bench.servers import EMAIL, PASSWORD, home
from ports.clock.system import SystemClock


def main() -> None:
    with home() as environment:
        core = create_core(environment)
        client = InProcessClient(core, Service.WEBSITE)
        account = client.send(RegisterAccount(EMAIL, "Bench", PASSWORD), Actor(service=Service.WEBSITE))
        actor = Actor(Service.WEBSITE, account_id=account.id, roles=account.roles, plan=account.plan)
        query, clock = GetOwnAccount(), SystemClock()
        # Of reading connections there is one for each process on SQLite, and the bus needs it.
        with core.app_context(), db.engine.connect() as connection:

            def connected() -> None:
                with reader() as own:
                    get_own_account(actor, own, clock)

            def handle() -> None:
                get_own_account(actor, connection, clock)

            sent, handled, read = microseconds(lambda: client.send(query, actor), handle, connected)
    show("one Query through the client and the bus", f"{sent:.0f} µs")
    show("its handler alone", f"{handled:.0f} µs")
    show("its handler with a connection of its own", f"{read:.0f} µs")
    show("added to the handler and its connection", f"{sent - read:.0f} µs", "at most 60 µs")
    show("added to the handler alone", f"{sent - handled:.0f} µs")
