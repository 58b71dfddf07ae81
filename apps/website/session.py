"""Web sessions on the server: the browser holds a random value, the store knows only that value's digest."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from flask import Flask
from flask.sessions import SessionInterface, SessionMixin
from flask.wrappers import Request, Response

from apps.core.client.recent import Recent
from ports.clock.interface import Clock
from ports.web_sessions.interface import WebSessions

LIFETIME = 30 * 24 * 3600
"""Seconds a session lasts after it was last stored."""
REFRESH = 24 * 3600
"""Seconds after which a session in use is stored again, so that it goes on."""
RANDOM_BYTES = 32
COOKIE_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")


class StoredSession(msgspec.Struct, frozen=True):
    saved_at: int
    """Unix seconds."""
    items: dict[str, str | int | bool | None]


def key_of(value: str) -> str:
    """What the store knows a session by."""
    return hashlib.sha256(value.encode()).hexdigest()


class WebSession(SessionMixin):
    """Read from the store when first looked into; most requests for files and probes never are."""

    modified = False

    def __init__(self, value: str | None, load: Callable[[str], StoredSession | None]) -> None:
        self.value = value
        """The cookie's value; None until the session is stored for the first time under it."""
        self.sent = value
        """What the browser came with."""
        self.saved_at = 0
        self._load = load
        self._loaded: dict[str, Any] | None = None

    @property
    def touched(self) -> bool:
        return self._loaded is not None

    @property
    def _items(self) -> dict[str, Any]:
        if self._loaded is None:
            stored = self._load(self.value) if self.value else None
            if stored is None:
                self.value, self._loaded = None, {}
            else:
                self.saved_at, self._loaded = stored.saved_at, dict(stored.items)
        return self._loaded

    def replace(self) -> None:
        """Begin again, empty and under a value that nobody knows yet: at log-in, so that no one can have planted it."""
        self.value, self._loaded, self.modified = None, {}, True

    def __getitem__(self, key: str) -> Any:
        return self._items[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._items[key] = value
        self.modified = True

    def __delitem__(self, key: str) -> None:
        del self._items[key]
        self.modified = True

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


class WebSessionInterface(SessionInterface):
    """Opens and stores `WebSession`s. Visitors who have nothing in theirs get no cookie and no row."""

    def __init__(self, store: WebSessions, clock: Clock, secure: bool) -> None:
        self._store = store
        self._clock = clock
        self._secure = secure
        self._recent: Recent[StoredSession] = Recent(lambda: clock.now().timestamp())
        self.cookie = "__Host-session" if secure else "session"

    def open_session(self, app: Flask, request: Request) -> WebSession:
        value = request.cookies.get(self.cookie)
        return WebSession(value if value and COOKIE_VALUE.fullmatch(value) else None, self._load)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, WebSession) or not session.touched:
            return
        response.vary.add("Cookie")
        response.headers["Cache-Control"] = "no-store"
        if session.sent and (session.value != session.sent or not session):
            self._end(session.sent)
        if session:
            self._save(session, response)
        elif session.sent:
            response.delete_cookie(self.cookie, path="/", secure=self._secure, httponly=True, samesite="Lax")

    def end_all(self, account_id: str) -> None:
        """End every session of the account, on every device: at once in this process, within five seconds in others."""
        self._store.end_all(account_id)
        self._recent.clear()

    def _load(self, value: str) -> StoredSession | None:
        key = key_of(value)
        recent = self._recent.get(key)
        if recent is not None:
            return recent
        raw = self._store.load(key)
        if raw is None:
            return None
        try:
            stored = msgspec.json.decode(raw, type=StoredSession)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None
        self._recent.put(key, stored)
        return stored

    def _save(self, session: WebSession, response: Response) -> None:
        now = int(self._clock.now().timestamp())
        if not session.modified and now - session.saved_at < REFRESH:
            return
        session.value = session.value or secrets.token_urlsafe(RANDOM_BYTES)
        key, stored = key_of(session.value), StoredSession(now, dict(session))
        self._store.save(key, msgspec.json.encode(stored), LIFETIME, session.get("_user_id"))
        self._recent.put(key, stored)
        response.set_cookie(self.cookie, session.value, max_age=LIFETIME, path="/", secure=self._secure, httponly=True, samesite="Lax")

    def _end(self, value: str) -> None:
        key = key_of(value)
        self._store.end(key)
        self._recent.forget(key)
