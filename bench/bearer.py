"""What finding out who asks costs: a list of 50 with an OAuth access token, against the same where nobody is asked for one."""

from __future__ import annotations

from contextlib import ExitStack

from apps.api.oauth.credentials import Code, Consent, Credentials, new_family
from apps.api.tokens import Grant
from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.accounts import RegisterAccount
from apps.core.contract.actions import Actor, Scope, Service
from apps.core.contract.oauth import ConnectApp, RegisterApp
from bench.library import fill
from bench.load import Load
from bench.measure import Target, compare, end_cleanly, show_ratio
from bench.servers import gunicorn, home
from ports.clock.interface import Clock
from ports.tokens.interface import Tokens

LIST = "/api/v1/releases?limit=50"


def main() -> None:
    end_cleanly()
    with ExitStack() as stack:
        environment = stack.enter_context(home())
        fill(environment)
        account_id, access = _connected(environment)
        valkey = int(environment["BENCH_VALKEY"])
        checked = stack.enter_context(gunicorn("wsgi.all:application", environment))
        unchecked = stack.enter_context(gunicorn("bench.everybody:create()", {**environment, "BENCH_ACCOUNT": account_id}))
        asked = Target("with a token", Load(checked.port, LIST, {"Authorization": f"Bearer {access}"}), (checked.process, valkey))
        nobody = Target("nobody is asked", Load(unchecked.port, LIST), (unchecked.process, valkey))
        compare([asked, nobody])
        show_ratio("list of 50, bearer-checked / unchecked", asked, nobody, "at most 1.25")


def _connected(environment: dict[str, str]) -> tuple[str, str]:
    """An account and the access token of an app that is connected to it."""
    core = create_core(environment)
    container = core.extensions["container"]
    account = Sender(InProcessClient(core, Service.WEBSITE), Actor(Service.WEBSITE)).send(
        RegisterAccount("bench@example.com", "Bench", "a quiet machine")
    )
    operator = Sender(InProcessClient(core, Service.CONSOLE), Actor(Service.CONSOLE))
    app = operator.send(RegisterApp("Bench", ("https://bench.example.com/back",), frozenset(Scope))).client
    listener = Sender(InProcessClient(core, Service.WEBSITE), Actor(Service.WEBSITE, account_id=account.id))
    connected = listener.send(ConnectApp(app.id, frozenset(Scope)))
    consent = Consent(account.id, app.id, frozenset(Scope), account.password_set_at, connected.connected_at)
    grant = Grant(account.id, frozenset(Scope), app.name, account.password_set_at, app.id, connected.connected_at)
    issued = Credentials(container.get(Tokens)).begin(Code(consent, "", "", new_family()), grant, container.get(Clock).now())
    assert issued is not None
    return account.id, issued[0]
