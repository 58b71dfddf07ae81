"""The API over the real Core, called as an app would call it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from apps.api.app import create_api
from apps.api.context import EXTENSION, Services
from apps.core.contract.accounts import Account, RegisterAccount
from apps.core.contract.actions import Scope
from tests.api.caller import PASSWORD, App, Seconds


@pytest.fixture
def api(values, core_app) -> Flask:
    return create_api(values, core_app)


@pytest.fixture
def services(api) -> Services:
    return api.extensions[EXTENSION]


@pytest.fixture
def client(api) -> FlaskClient:
    return api.test_client()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def register(visitor) -> Callable[[str], Account]:
    return lambda email: visitor.send(RegisterAccount(email=email, name="Ana", password=PASSWORD))


@pytest.fixture
def log_in(client, register) -> Callable[..., App]:
    """A new account's app, with all scopes or those given."""

    def make(email: str = "ana@example.com", scopes: tuple[Scope, ...] = tuple(Scope)) -> App:
        account = register(email)
        answer = client.post("/v1/tokens", json={"email": email, "password": PASSWORD, "scopes": scopes, "client": "Pocket player"})
        return App(client, account, answer.json["token"])

    return make


@pytest.fixture
def player(log_in) -> App:
    """Ana's."""
    return log_in()
