"""A Command sent again with the same key gets the first answer. The answer is stored in the Command's own transaction,
so of any number sent at once exactly one has an effect (draft-ietf-httpapi-idempotency-key-header).
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from apps.core.bus import Dispatch, Following
from apps.core.contract.codec import decode_result, encoder
from apps.core.contract.errors import CelestaError, Invalid, KeyReused
from apps.core.database import Base, reader
from ports.clock.interface import Clock

LONGEST_KEY = 255

content_encoder = msgspec.json.Encoder(order="deterministic")
"""Sets in the same order whichever process writes them."""


class IdempotencyRow(Base):
    __tablename__ = "idempotency"

    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[bytes] = mapped_column(primary_key=True)
    """SHA-256 of the key, which itself is not kept."""
    digest: Mapped[bytes]
    """Of what was sent, under the key: a plain digest would let passwords be tried against it."""
    result: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(index=True)


def idempotency(dispatch: Dispatch, following: Following) -> Any:
    key = dispatch.idempotency_key
    if key is None or not dispatch.is_command:
        return following(dispatch)
    if not 0 < len(key) <= LONGEST_KEY:
        raise Invalid(f"An idempotency key has 1 to {LONGEST_KEY} characters.", "Use a UUID.")
    caller = _caller(dispatch)
    content = f"{dispatch.kind.__name__}\n".encode() + content_encoder.encode(dispatch.action)
    digest, hidden = hmac.digest(key.encode(), content, "sha256"), hashlib.sha256(key.encode()).digest()
    if (known := _first_answer(caller, hidden, digest)) is not None:
        return decode_result(dispatch.kind, known)
    moment = dispatch.container.get(Clock).now()

    def remember(session: Session, result: Any) -> None:
        session.add(IdempotencyRow(caller=caller, key=hidden, digest=digest, result=encoder.encode(result), created_at=moment))

    dispatch.before_commit.append(remember)
    try:
        return following(dispatch)
    except (CelestaError, IntegrityError):
        # Sent twice at once, and the other one was first: what is stored by now is its answer.
        if (known := _first_answer(caller, hidden, digest)) is not None:
            return decode_result(dispatch.kind, known)
        raise


def _caller(dispatch: Dispatch) -> str:
    actor = dispatch.actor
    return f"{actor.account_id or actor.address or ''}/{actor.client or actor.service}"


def _first_answer(caller: str, key: bytes, digest: bytes) -> bytes | None:
    stored = select(IdempotencyRow.digest, IdempotencyRow.result).where(IdempotencyRow.caller == caller, IdempotencyRow.key == key)
    with reader() as connection:
        row = connection.execute(stored).first()
    if row is None:
        return None
    if row.digest != digest:
        raise KeyReused("This idempotency key was used for another request.", "Make a new key for each new request.")
    return row.result
