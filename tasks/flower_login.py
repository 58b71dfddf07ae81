"""Flower's log-in: staff come in with their Celesta account, by OAuth, and nobody else does.

Settings: `CELESTA_URL` (where browsers reach the website and its API), `API_URL` (where Flower itself reaches the API, as outside's name
may lead nowhere, or to Flower, from where it runs; by default the same), and Flower's own `FLOWER_OAUTH2_KEY` (the client id that
`celesta clients register` told) and `FLOWER_OAUTH2_REDIRECT_URI` (Flower's address with `/login`).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from typing import Any
from urllib.parse import urlencode

from flower.views import BaseHandler
from flower.views.auth import OAuth2StateMixin, get_next_url, is_safe_redirect
from tornado.httpclient import AsyncHTTPClient, HTTPError
from tornado.web import HTTPError as Refusal

STAFF = frozenset({"staff", "administrator"})
ADMITTED = "staff"
"""What Flower's cookie says, and its `auth` option asks for: who has it was staff when it was set."""
HALF_A_DAY: Any = 0.5
"""In days, for the browser; Flower itself goes by the cookie until it is started again, a month at most."""
THIS_VISIT: Any = None
NOT_STAFF = "Flower is for staff. Ask an administrator for the role, then try again."


class StaffLogin(BaseHandler, OAuth2StateMixin):
    """Named to Flower as `auth_provider`."""

    async def get(self) -> None:
        if error := self.get_argument("error", ""):
            raise Refusal(403, f"Celesta did not let you in: {error}")
        code = str(self.get_argument("code", ""))
        if not code:
            return self._begin()
        self.verify_oauth_state()
        verifier = (self.get_secure_cookie("oauth_verifier") or b"").decode()
        onward = (self.get_secure_cookie("oauth_next") or b"/").decode()
        self.clear_cookie("oauth_verifier")
        if not await self._is_staff(code, verifier):
            raise Refusal(403, NOT_STAFF)
        self.set_secure_cookie("user", ADMITTED, expires_days=HALF_A_DAY)
        self.redirect(onward if is_safe_redirect(onward) else "/")
        return None

    def _begin(self) -> None:
        verifier = secrets.token_urlsafe(32)
        self.set_secure_cookie("oauth_verifier", verifier, expires_days=THIS_VISIT)
        self.set_secure_cookie("oauth_next", get_next_url(self), expires_days=THIS_VISIT)
        asked = {
            "response_type": "code",
            "client_id": self._oauth["key"],
            "redirect_uri": self._oauth["redirect_uri"],
            "scope": "account",
            "state": self.set_oauth_state(),
            "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        self.redirect(f"{_at(os.environ['CELESTA_URL'])}/oauth/authorize?{urlencode(asked)}")

    async def _is_staff(self, code: str, verifier: str) -> bool:
        """Looks once, and gives the tokens back at once."""
        sent = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": self._oauth["redirect_uri"]}
        try:
            issued = json.loads(await self._post("token", sent))
            try:
                bearer = {"Authorization": f"Bearer {issued['access_token']}"}
                answer = await AsyncHTTPClient().fetch(f"{_api()}/v1/account", headers=bearer)
            finally:
                await self._post("revoke", {"token": issued["refresh_token"]})
        except (HTTPError, OSError) as error:
            raise Refusal(403, "Celesta did not let you in: the log-in was too old or was used before. Try again.") from error
        return not STAFF.isdisjoint(json.loads(answer.body)["roles"])

    async def _post(self, endpoint: str, sent: dict[str, str]) -> bytes:
        form = urlencode({"client_id": self._oauth["key"], **sent})
        return (await AsyncHTTPClient().fetch(f"{_api()}/oauth/{endpoint}", method="POST", body=form)).body

    @property
    def _oauth(self) -> dict[str, str]:
        return self.settings["oauth"]


def _api() -> str:
    return _at(os.environ.get("API_URL") or os.environ["CELESTA_URL"])


def _at(address: str) -> str:
    return f"{address.rstrip('/')}/api"
