"""Somebody who calls the API, and what they are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from apps.core.contract.accounts import Account

PASSWORD = "an evening in october"


@dataclass
class Seconds:
    """A timer that runs only when told."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class App:
    """Somebody's app: their token on every call."""

    client: FlaskClient
    account: Account
    token: str
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={**self.headers, **_spelled(headers)})

    def post(self, path: str, json: Any = None, **headers: str) -> TestResponse:
        body = {} if json is None else {"json": json}
        return self.client.post(path, headers={**self.headers, **_spelled(headers)}, **body)

    def put(self, path: str, json: Any) -> TestResponse:
        return self.client.put(path, headers=self.headers, json=json)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(path, headers=self.headers)


def _spelled(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def problem(answer: TestResponse, status: int) -> dict[str, Any]:
    """The problem an answer of this status tells."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    return answer.json
