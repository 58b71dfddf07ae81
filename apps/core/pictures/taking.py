"""Taking a picture in: stored where nobody is sent it, until a job has made a cover of it."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from apps.core.contract.actions import Actor
from apps.core.contract.errors import TooMany, Unavailable
from apps.core.contract.ids import Id, new_id
from apps.core.contract.jobs import PictureWork
from apps.core.contract.pictures import HOUR, SECONDS_BETWEEN, UPLOADED, PictureSubject
from apps.core.jobs.work import ask_for_new
from apps.core.outbox import Events
from apps.core.pictures.models import PictureRow
from apps.core.pictures.rules import content_type_of
from ports.storage.interface import Storage

BETWEEN = timedelta(seconds=SECONDS_BETWEEN)


def take(
    session: Session, events: Events, storage: Storage, actor: Actor, of: PictureSubject, subject_id: Id, content: bytes, now: datetime
) -> None:  # fmt: skip
    """To be called with the subject locked. What was shown before stays until the job is done."""
    content_type = content_type_of(content)
    _not_too_often(session, actor, now)
    picture_id = new_id()
    row = session.get(PictureRow, subject_id) or PictureRow(subject_id=subject_id)
    row.picture_id, row.refusal, row.given_by, row.given_at = picture_id, None, actor.account_id, now
    session.add(row)
    work = PictureWork(of, subject_id, picture_id, f"{UPLOADED}{now:{HOUR}}/{picture_id}")
    ask_for_new(session, events, {picture_id: work}, now)
    session.flush()
    # Last, when nothing can be refused any more; should the commit fail, housekeeping clears it.
    _store(storage, work.source_key, content, content_type)


def _not_too_often(session: Session, actor: Actor, now: datetime) -> None:
    """Operators have no account, and send as many as they like."""
    last = session.scalar(select(func.max(PictureRow.given_at)).where(PictureRow.given_by == actor.account_id))
    if actor.account_id is not None and last is not None and last > now - BETWEEN:
        raise TooMany("You sent a picture a moment ago.", f"Wait {SECONDS_BETWEEN} seconds, then send the next one.")


def _store(storage: Storage, key: str, content: bytes, content_type: str) -> None:
    try:
        with tempfile.NamedTemporaryFile(prefix="picture-") as file:
            file.write(content)
            file.flush()
            storage.put(key, Path(file.name), content_type)
    except OSError as error:
        raise Unavailable("The picture cannot be stored at the moment, so nothing was changed.", "Try again in a few minutes.") from error
