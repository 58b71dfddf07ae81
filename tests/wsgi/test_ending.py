"""A worker of gunicorn that ends in order."""

from __future__ import annotations

import os
import subprocess
import sys

from apps.console.checkout import ROOT
from apps.console.embedded import free_port
from apps.core.client.http import HttpClient
from apps.core.client.interface import Sender
from apps.core.contract.accounts import GetOwnAccount
from apps.core.contract.actions import Service
from apps.core.contract.costs import ListActionCosts
from ports.container import Container
from tests.services import answers_at, wait_until


def test_writes_what_its_last_seconds_cost(values, ana, operator):
    port = free_port()
    settings = {**os.environ, **values, "PORT": str(port), "WEB_CONCURRENCY": "1", "RUN_RELAY": "off"}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:wsgi.gunicorn", "wsgi.core:application"]
    with subprocess.Popen(command, env=settings, cwd=ROOT) as server:
        try:
            wait_until(lambda: answers_at(port))
            client = HttpClient.from_env(Container({**values, "CORE_URL": f"http://127.0.0.1:{port}"}).environment, Service.WEBSITE)
            Sender(client, ana.actor).send(GetOwnAccount())
            client.close()
        finally:
            server.terminate()
    assert [(one.action, one.now.count) for one in operator.send(ListActionCosts()).actions] == [("GetOwnAccount", 1)]
