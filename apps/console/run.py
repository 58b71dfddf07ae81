"""`celesta run`: the embedded topology, supervised from one process."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping

import click

from apps.console.embedded import embedded_environment, forget_valkey_port, make_home
from apps.console.logs import Journal
from apps.console.preflight import check_environment, check_port, check_servers, check_space, take_run_lock
from apps.console.processes import StopAsked, Supervisor
from apps.console.topology import Topology
from apps.console.valkey import Server
from ports.container import Container

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - it is the user who asks to be reached from everywhere


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 is every one of this machine.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option(
    "--no-demo", is_flag=True, help="Leave an empty catalogue empty, instead of having a demo catalogue composed in the background."
)
def run(host: str, port: int, no_demo: bool) -> None:
    """Start everything here: website, API, tasks and what they need. Ctrl-C stops it all."""
    values = {**os.environ, "CELESTA_HOST": host, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    address = website_address(host, port)
    home = make_home(values)
    check_space(home)
    with take_run_lock(home, address) as lock:
        check_port(host, port)
        bundled = not values.get("REDIS_URL")
        environment = environment_with_valkey(values) if bundled else embedded_environment(values)
        container = Container(environment)
        check_environment(container)
        if not bundled:
            check_servers(container)
        journal = Journal(home / "logs")
        supervisor = Supervisor(journal, lock.fileno())
        supervise(Topology(environment, address, host in EVERYWHERE, bundled, journal, supervisor, demo=not no_demo))


def website_address(host: str, port: int) -> str:
    """Where a browser on this machine finds it: what stands for every address is none to go to."""
    reached = EVERYWHERE.get(host, host)
    return f"http://{f'[{reached}]' if ':' in reached else reached}:{port}"


def environment_with_valkey(values: Mapping[str, str]) -> dict[str, str]:
    """The environment with a port for Valkey that nobody listens on."""
    environment = embedded_environment(values)
    server = Server(environment["REDIS_URL"])
    server.shut_down_left_over()
    if not server.listens():
        return environment
    forget_valkey_port(make_home(values))
    return embedded_environment(values)


def supervise(topology: Topology) -> None:
    supervisor, journal = topology.supervisor, topology.journal
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, supervisor.note_signal)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup has us outlive the terminal
        signal.signal(signal.SIGHUP, supervisor.note_signal)
    try:
        topology.start()
        supervisor.look_after()
    except StopAsked:
        journal.write("celesta", "Stopping.")
    finally:
        # Valkey last, as the others still have something to tell it.
        supervisor.stop("demo", "web", "worker", "flower", patience=6)
        supervisor.close()
    journal.write("celesta", "Everything has stopped.")
