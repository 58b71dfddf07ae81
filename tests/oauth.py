"""Whoever lets an app in, on a running service."""

from __future__ import annotations

import re

import requests

from tests.live import LiveService

PASSWORD = "correct horse battery"


class Browser(requests.Session):
    """Somebody with an account who says yes."""

    def __init__(self, service: LiveService, email: str) -> None:
        super().__init__()
        self.fill(f"{service.url}/register", name=email.partition("@")[0], email=email, password=PASSWORD)

    def fill(self, url: str, **fields: str) -> requests.Response:
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(url).text)[1]
        return self.post(url, data={"csrf_token": token, **fields}, allow_redirects=False)

    def allow(self, url: str) -> str:
        """Open an app's request, press Connect, and return where the browser is sent in the end."""
        asked = self.get(url)
        assert "/connect?" in asked.url, asked.url
        answer = self.fill(asked.url, answer="allow")
        while not answer.headers.get("Location", "").startswith("http"):
            answer = self.get(f"{asked.url.partition('/connect')[0]}{answer.headers['Location']}", allow_redirects=False)
        return answer.headers["Location"]
