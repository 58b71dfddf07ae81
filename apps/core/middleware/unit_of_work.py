"""One Command is one transaction; a Query reads from a connection that cannot write and is rolled back."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from apps.core.bus import Dispatch, Following
from apps.core.contract.errors import CelestaError
from apps.core.database import db, reader


class Transaction:
    """One transaction, for a handler that works with the ORM's session or, where it is sent all the time, with the bare connection."""

    def __init__(self) -> None:
        self._opened = ExitStack()
        self._connection: Connection | None = None
        self._session: Session | None = None

    def connection(self) -> Connection:
        """Taken from the pool; the transaction begins with its first statement."""
        self._connection = self._opened.enter_context(db.engine.connect())
        return self._connection

    def session(self) -> Session:
        """On the handler's connection where it asked for that, so that whatever is added is committed with it."""
        if self._session is None:
            bare = self._connection
            self._session = db.session() if bare is None else self._opened.enter_context(Session(bare, autoflush=False))
        return self._session

    def commit(self) -> None:
        if self._connection is None:
            self.session().commit()
            return
        if self._session is not None:
            self._session.flush()
        self._connection.commit()

    def end(self) -> None:
        """Roll back what is not committed."""
        if self._connection is None and self._session is not None:
            self._session.rollback()
        self._opened.close()


def unit_of_work(dispatch: Dispatch, following: Following) -> Any:
    return _write(dispatch, following) if dispatch.is_command else _read(dispatch, following)


def _write(dispatch: Dispatch, following: Following) -> Any:
    transaction = Transaction()
    dispatch.provided[Session], dispatch.provided[Connection] = transaction.session, transaction.connection
    try:
        result = following(dispatch)
        for act in dispatch.before_commit:
            act(transaction.session(), result)
        transaction.commit()
    except CelestaError as error:
        if error.keeps_changes:
            transaction.commit()
        raise
    finally:
        transaction.end()
    for act in dispatch.after_commit:
        act()
    return result


def _read(dispatch: Dispatch, following: Following) -> Any:
    with ExitStack() as opened:
        # Opened when the handler asks for it: a Query that needs no database touches none.
        dispatch.provided[Connection] = lambda: opened.enter_context(reader())
        return following(dispatch)
