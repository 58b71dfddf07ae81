"""Somebody with a browser: fills in forms and follows redirects, without JavaScript."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"


@dataclass
class Visitor:
    client: FlaskClient

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def submit(self, path: str, action: str | None = None, **fields: str) -> TestResponse:
        """Open the page and send a form found there, to its `action` where it is another address."""
        token = form_token(self.get(path))
        return self.client.post(action or path, data={"csrf_token": token, **fields})

    def register(self, name: str = "Ana", email: str = "ana@example.com", path: str = "/register") -> TestResponse:
        return self.submit(path, name=name, email=email, password=PASSWORD)

    def log_in(self, email: str = "ana@example.com", password: str = PASSWORD, path: str = "/log-in") -> TestResponse:
        return self.submit(path, email=email, password=password)

    def log_out(self) -> TestResponse:
        return self.submit("/", "/log-out")

    def call(self, path: str, json: object = None, **headers: str) -> TestResponse:
        """What the player's scripts send."""
        sent = {"X-CSRFToken": self.script_token(), **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.post(path, json={} if json is None else json, headers=sent)

    def script_token(self) -> str:
        found = re.search(r'data-csrf="([^"]+)"', self.get("/").text)
        assert found, "nobody is logged in"
        return found[1]

    @property
    def cookie(self) -> str | None:
        found = self.client.get_cookie("session")
        return found.value if found else None

    @property
    def name(self) -> str | None:
        """Who the site says is logged in."""
        found = re.search(r'class="rail__name"[^>]*>([^<]+)<', self.get("/").text)
        return unescape(found[1]) if found else None


def form_token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found, f"no form on the page: {page.status}"
    return found[1]
