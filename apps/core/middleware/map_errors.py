"""Whatever goes wrong leaves the bus as an error of the contract."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy.exc import DataError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from apps.core.bus import Dispatch, Following, Overtaken
from apps.core.contract.errors import CelestaError, Conflict, Defect, Invalid, Unavailable
from apps.core.database import READ_ONLY

SQLITE_MISTAKES = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY}
"""What SQLite calls an operational error and is a wrong statement: no other try will succeed."""

POSTGRESQL_DISK_FULL = "53100"
POSTGRESQL_TOO_LONG = "54000"
"""program_limit_exceeded: a text that no index can hold."""
POSTGRESQL_DOUBLE = "23505"
SQLITE_DOUBLE = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID}


def map_errors(dispatch: Dispatch, following: Following) -> Any:
    try:
        return following(dispatch)
    except CelestaError:
        raise
    except Overtaken as error:
        raise Unavailable("Others change the same at this moment.", "Try again in a moment.") from error
    except Exception as error:
        if dispatch.is_command and _takes_no_changes(error):
            raise Unavailable("The database takes no changes at the moment.", "Try again in a moment.") from error
        raise _as_celesta_error(error, dispatch.kind.__name__) from error


def _takes_no_changes(error: Exception) -> bool:
    """Whether the database is a replica, or on a disk that became read-only; what a Query would change is a mistake of ours."""
    orig = getattr(error, "orig", None)
    return getattr(orig, "sqlstate", None) == READ_ONLY or getattr(orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY


def _as_celesta_error(error: Exception, action: str) -> CelestaError:
    match error:
        case StatementError(orig=CelestaError() as refusal):
            return refusal
        case IntegrityError(orig=orig) if _is_double(orig):
            return Conflict("Somebody else did the same at the same moment.", "Look again, and repeat it if it is still wanted.")
        case DataError():
            return Invalid(
                "Something in %(action)s cannot be stored.", "Leave out control characters and impossible numbers.", action=action
            )
        case OperationalError(orig=sqlite3.OperationalError() as orig) if orig.sqlite_errorcode & 0xFF in SQLITE_MISTAKES:
            return _defect(action)
        case OperationalError(orig=orig) if _is_full(orig):
            return Unavailable("The database's disk is full, so nothing was changed.", "Make room on it, then try again.")
        case OperationalError(orig=orig) if getattr(orig, "sqlstate", None) == POSTGRESQL_TOO_LONG:
            return Invalid("Something in %(action)s is too long to be stored.", "Shorten its longest text.", action=action)
        case OperationalError() | PoolTimeout():
            return Unavailable("The database does not answer.", "Try again in a moment.")
        case _:
            return _defect(action)


def _is_full(error: object) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or getattr(error, "sqlstate", None) == POSTGRESQL_DISK_FULL


def _is_double(error: object) -> bool:
    return getattr(error, "sqlstate", None) == POSTGRESQL_DOUBLE or getattr(error, "sqlite_errorcode", None) in SQLITE_DOUBLE


def _defect(action: str) -> Defect:
    return Defect("%(action)s failed.", "Tell us when it happened and what you did.", action=action)
