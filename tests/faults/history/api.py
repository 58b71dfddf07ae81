"""What a player app asks through the API: the same Commands, by HTTP and with a bearer token."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
import urllib3

from apps.core.client.interface import CoreClient
from apps.core.contract.actions import Action, Actor, Done, Query, Service
from apps.core.contract.billing import ReceiveNotification
from apps.core.contract.codec import decode_result
from apps.core.contract.errors import CelestaError, Defect, Unavailable
from apps.core.contract.listening import ClearHistory, RecordPlays
from apps.core.contract.playback import EndPlayback, RenewPlayback, StartPlayback

R = TypeVar("R")

SERVER_ERROR = 500
ANSWER_SECONDS = 30.0


class Problem(msgspec.Struct, frozen=True):
    type: str
    title: str = ""
    detail: str = ""


class ApiClient(CoreClient):
    def __init__(self, port: int) -> None:
        self.service = Service.API
        self._base = f"http://127.0.0.1:{port}/api"
        self._pool = urllib3.PoolManager(maxsize=8, retries=False, timeout=urllib3.Timeout(connect=2.0, read=ANSWER_SECONDS))
        self._tokens: dict[str, str] = {}

    def log_in(self, account_id: str, email: str, password: str) -> None:
        body = msgspec.json.encode({"email": email, "password": password})
        self._tokens[account_id] = msgspec.json.decode(self._ask("POST", "/v1/tokens", body, {}))["token"]

    def send(self, action: Action[R], actor: Actor, idempotency_key: str | None = None) -> R:
        method, path, body, headers = _request(action)
        if actor.account_id:
            headers["Authorization"] = f"Bearer {self._tokens[actor.account_id]}"
        if idempotency_key and method == "POST":
            headers["Idempotency-Key"] = idempotency_key
        answered = self._ask(method, path, body, headers)
        return decode_result(type(action), answered or msgspec.json.encode(Done()))

    def send_many(self, queries: tuple[Query[Any], ...], actor: Actor) -> tuple[Any, ...]:
        raise NotImplementedError("a player asks one thing at a time")

    def close(self) -> None:
        self._pool.clear()

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
        sent = {"Content-Type": "application/json", **headers}
        try:
            answer = self._pool.request(method, self._base + path, body=body, headers=sent)
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable("The API does not answer.", "Try again in a moment.") from error
        if answer.status >= SERVER_ERROR:
            kind = Defect if answer.status == SERVER_ERROR else Unavailable
            raise kind(f"The API answered {answer.status}.", "Try again in a moment.")
        if answer.status >= 400:
            problem = msgspec.json.decode(answer.data, type=Problem)
            code = problem.type.rpartition("/")[2].replace("-", "_")
            raise CelestaError.by_code.get(code, CelestaError)(problem.detail, "")
        return answer.data


def _request(action: Action[Any]) -> tuple[str, str, bytes, dict[str, str]]:
    match action:
        case RecordPlays():
            return "POST", "/v1/plays", msgspec.json.encode(action), {}
        case StartPlayback():
            return "POST", "/v1/playback-sessions", msgspec.json.encode(action), {}
        case RenewPlayback():
            return "POST", f"/v1/playback-sessions/{action.session_id}/renewals", b"", {}
        case EndPlayback():
            return "DELETE", f"/v1/playback-sessions/{action.session_id}", b"", {}
        case ClearHistory():
            return "DELETE", "/v1/history", b"", {}
        case ReceiveNotification():
            return "POST", f"/hooks/{action.shop}", action.body, {"Stripe-Signature": action.proof, "Test-Signature": action.proof}
        case _:
            raise AssertionError(f"the API has no {type(action).__name__} in this test")
