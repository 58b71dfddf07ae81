"""Encrypted copies: each is asked for once, whoever wants it first, and made by a job."""

from __future__ import annotations

import os
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from apps.core.contract.errors import Invalid
from apps.core.contract.jobs import EncryptWork
from apps.core.contract.playback import Rendition
from apps.core.database import insert
from apps.core.jobs.work import ask_for
from apps.core.offline.models import EncryptedFileRow
from apps.core.offline.rules import subject_of
from apps.core.offline.wrapping import KEY_BYTES, DataKeys, Wrapped
from apps.core.outbox import Events
from apps.core.playback.models import RenditionRow

PREFIX_BYTES = 8
FORMAT_VERSION, CHUNK_BYTES = 1, 1 << 16
"""How copies that are asked for from now on are made; those asked for before stay as they are. A player that seeks decrypts one or two
chunks."""
WRAPPED_AT_ONCE = 500
ROW = EncryptedFileRow


def source_of(session: Session, recording_id: str, content_hash: str, name: str) -> Rendition:
    """The rendition that is encrypted; raises `Invalid` where it was never made."""
    facts = session.scalar(select(RenditionRow.facts).filter_by(recording_id=recording_id, content_hash=content_hash, name=name))
    if facts is None:
        raise Invalid(f"There is no rendition {name} of this track.", "Choose another one.")
    return msgspec.json.decode(facts, type=Rendition)


def copy_of(session: Session, recording_id: str, source: Rendition, data_keys: DataKeys) -> EncryptedFileRow:
    """The copy of it, with a key of its own from now on; it may still have to be made."""
    identity = {"recording_id": recording_id, "rendition": source.name, "source_sha256": source.sha256}
    known = session.get(ROW, tuple(identity.values()))
    if known is not None:
        return known
    key = data_keys.wrap(os.urandom(KEY_BYTES), subject_of(recording_id, source.name))
    fresh = {
        "source_key": source.key, "source_size": source.size, "wrapping_key": key.by, "data_key": key.key,
        "nonce_prefix": os.urandom(PREFIX_BYTES), "format_version": FORMAT_VERSION, "chunk_size": CHUNK_BYTES,
    }  # fmt: skip
    # Of those who want it first at the same moment one makes the key; the others wait for it here.
    session.execute(insert(session, ROW).values(**identity, **fresh).on_conflict_do_nothing())
    return session.get_one(ROW, tuple(identity.values()))


def have_it_made(session: Session, events: Events, copy: EncryptedFileRow, now: datetime) -> None:
    work = EncryptWork(copy.recording_id, copy.rendition, copy.source_sha256)
    ask_for(session, events, {f"{subject_of(work.recording_id, work.rendition)}/{work.source_sha256}": work}, now)


def key_of(copy: EncryptedFileRow, data_keys: DataKeys) -> bytes:
    """Raises `Unavailable`."""
    return data_keys.unwrap(Wrapped(copy.wrapping_key, copy.data_key), subject_of(copy.recording_id, copy.rendition))


def wrap_anew(session: Session, data_keys: DataKeys) -> bool:
    """Wrap some keys by the newest version; returns whether more may be left. Raises `Unavailable`."""
    older = select(ROW).where(ROW.wrapping_key != data_keys.newest).limit(WRAPPED_AT_ONCE)
    copies = session.scalars(older.with_for_update(skip_locked=True)).all()
    for copy in copies:
        key = data_keys.wrap(key_of(copy, data_keys), subject_of(copy.recording_id, copy.rendition))
        copy.wrapping_key, copy.data_key = key.by, key.key
    return len(copies) == WRAPPED_AT_ONCE
