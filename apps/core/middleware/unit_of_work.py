"""One Command is one transaction; a Query reads from a connection that cannot write and is rolled back."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from apps.core.bus import Dispatch, Following
from apps.core.contract.errors import CelestaError
from apps.core.database import db, reader


def unit_of_work(dispatch: Dispatch, following: Following) -> Any:
    return _write(dispatch, following) if dispatch.is_command else _read(dispatch, following)


def _write(dispatch: Dispatch, following: Following) -> Any:
    session = db.session()
    dispatch.provided[Session] = lambda: session
    try:
        result = following(dispatch)
        for act in dispatch.before_commit:
            act(session, result)
        session.commit()
    except CelestaError as error:
        if error.keeps_changes:
            session.commit()
        else:
            session.rollback()
        raise
    except BaseException:
        session.rollback()
        raise
    for act in dispatch.after_commit:
        act()
    return result


def _read(dispatch: Dispatch, following: Following) -> Any:
    with ExitStack() as opened:
        # Opened when the handler asks for it: a Query that needs no database touches none.
        dispatch.provided[Connection] = lambda: opened.enter_context(reader())
        return following(dispatch)
