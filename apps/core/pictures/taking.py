"""Taking a picture in: stored where nobody is sent it, until a job has made a cover of it."""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from apps.core.contract.actions import Actor
from apps.core.contract.errors import TooMany, Unavailable
from apps.core.contract.ids import Id, new_id
from apps.core.contract.jobs import PictureWork
from apps.core.contract.pictures import HOUR, SECONDS_BETWEEN, UPLOADED, PictureId, PictureSubject
from apps.core.jobs.work import ask_for_new
from apps.core.outbox import Events
from apps.core.pictures.models import PictureRow
from apps.core.pictures.rules import content_type_of
from ports.storage.interface import Storage

BETWEEN = timedelta(seconds=SECONDS_BETWEEN)


@dataclass(frozen=True)
class Stored:
    picture_id: PictureId
    key: str


@contextmanager
def stored(storage: Storage, content: bytes, now: datetime) -> Generator[Stored]:
    """The picture stored, and gone again where the block refuses it.

    To be entered before anything is asked of the database: on SQLite nobody else could write until the disk has it.
    """
    content_type = content_type_of(content)
    picture_id = new_id()
    picture = Stored(picture_id, f"{UPLOADED}{now:{HOUR}}/{picture_id}")
    _store(storage, picture.key, content, content_type)
    try:
        yield picture
    except Exception:
        with suppress(OSError):  # what stays is cleared by housekeeping
            storage.delete(picture.key)
        raise


def take(session: Session, events: Events, picture: Stored, actor: Actor, of: PictureSubject, subject_id: Id, now: datetime) -> None:
    """To be called with the subject locked. What was shown before stays until the job is done."""
    _not_too_often(session, actor, now)
    row = session.get(PictureRow, subject_id) or PictureRow(subject_id=subject_id)
    row.picture_id, row.refusal, row.given_by, row.given_at = picture.picture_id, None, actor.account_id, now
    session.add(row)
    work = PictureWork(of, subject_id, picture.picture_id, picture.key)
    ask_for_new(session, events, {picture.picture_id: work}, now)


def _not_too_often(session: Session, actor: Actor, now: datetime) -> None:
    """Operators have no account, and send as many as they like."""
    last = session.scalar(select(func.max(PictureRow.given_at)).where(PictureRow.given_by == actor.account_id))
    if actor.account_id is not None and last is not None and last > now - BETWEEN:
        raise TooMany("You sent a picture a moment ago.", "Wait %(seconds)s seconds, then send the next one.", seconds=SECONDS_BETWEEN)


def _store(storage: Storage, key: str, content: bytes, content_type: str) -> None:
    try:
        with tempfile.NamedTemporaryFile(prefix="picture-") as file:
            file.write(content)
            file.flush()
            storage.put(key, Path(file.name), content_type)
    except OSError as error:
        raise Unavailable("The picture cannot be stored at the moment, so nothing was changed.", "Try again in a few minutes.") from error
