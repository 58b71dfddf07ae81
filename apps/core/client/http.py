"""Core over HTTP: one POST a trip to the door, with a service credential made for that body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

import msgspec
import urllib3

from apps.core.client.credential import issue, key_name
from apps.core.contract.actions import Action, Actor, Query, Service
from apps.core.contract.codec import MAXIMUM_TRIP, Answer, Consignment, Parcel, answer_decoder, decode_result, encoder
from apps.core.contract.errors import CelestaError, Defect, TooLarge, Unavailable
from ports.environment import Environment

R = TypeVar("R")

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 30.0


class HttpClient:
    def __init__(self, url: str, service: Service, environment: Environment) -> None:
        self.service = service
        self._url = url.rstrip("/") + "/actions"
        self._environment = environment
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS)
        self._kept = urllib3.PoolManager(maxsize=16, timeout=timeout, retries=False)
        self._fresh = urllib3.PoolManager(maxsize=16, timeout=timeout, retries=False, headers={"Connection": "close"})

    @classmethod
    def from_env(cls, environment: Environment, service: Service) -> Self:
        """`CORE_URL` names the door; the key is the secret `DOOR_KEY_<SERVICE>`, which must be there from the start."""
        environment.secret(key_name(service))
        return cls(environment.text("CORE_URL"), service, environment)

    def send(self, action: Action[R], actor: Actor, idempotency_key: str | None = None) -> R:
        (result,) = self._trip((action,), actor, idempotency_key, reads=isinstance(action, Query))
        return decode_result(type(action), result)

    def send_many(self, queries: tuple[Query[Any], ...], actor: Actor) -> tuple[Any, ...]:
        results = self._trip(queries, actor, None, reads=True)
        return tuple(decode_result(type(query), result) for query, result in zip(queries, results, strict=True))

    def close(self) -> None:
        self._kept.clear()
        self._fresh.clear()

    def _trip(self, actions: tuple[Action[Any], ...], actor: Actor, key: str | None, *, reads: bool) -> tuple[msgspec.Raw, ...]:
        parcels = tuple(Parcel(type(action).__name__, msgspec.Raw(encoder.encode(action))) for action in actions)
        body = encoder.encode(Consignment(actor, parcels, key))
        if len(body) > MAXIMUM_TRIP:
            raise TooLarge(f"One trip to Core carries {MAXIMUM_TRIP} bytes at most.", "Send it in smaller parts.")
        answer = self._post(body, reads=reads)
        if answer.error is not None:
            raise CelestaError.from_report(answer.error)
        return answer.results

    def _post(self, body: bytes, *, reads: bool) -> Answer:
        credential = issue(self.service, self._environment.secret(key_name(self.service)), body)
        headers = {"Authorization": credential, "Content-Type": "application/json"}
        try:
            reply = self._ask_again(body, headers) if reads else self._ask(self._fresh, body, headers)
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable("Core does not answer.", "Try again in a moment.") from error
        try:
            return answer_decoder.decode(reply.data)
        except msgspec.MsgspecError as error:
            if reply.status == 404:
                remedy = f"Compare {key_name(self.service)} and the clocks on both sides, and CORE_URL with Core's address."
                raise Defect("Core's door did not accept this front end's credential.", remedy) from None
            raise Unavailable(f"Core answered {reply.status} with something else than an answer.", "Try again in a moment.") from error

    def _ask_again(self, body: bytes, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        """Queries use connections that are kept, and are asked once more where Core closed one at that moment, as it does when it ends.

        Of a Command nobody could tell whether it had been done: it has a connection of its own.
        """
        try:
            return self._ask(self._kept, body, headers)
        except urllib3.exceptions.ProtocolError:
            return self._ask(self._fresh, body, headers)

    def _ask(self, pool: urllib3.PoolManager, body: bytes, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        return pool.request("POST", self._url, body=body, headers={**pool.headers, **headers})
