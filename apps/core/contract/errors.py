"""The one tree of errors. They cross Core's door by code and are raised again as the same class.

CelestaError
├── Invalid               422  the request makes no sense as it stands
│   ├── UnknownAction     422  Core has no Action of that name
│   └── TooLarge          413  more than the door takes
├── Unauthenticated       401  nobody is signed in
│   └── LogInFailed       401  the e-mail address and password do not belong together
├── Forbidden             403  signed in, but not allowed
│   ├── AccountSuspended  403  the account is closed for now
│   └── PlaybackRefused   403  this may not be played here, now, on this plan
├── NotFound              404  there is no such thing for this actor
├── Conflict              409  the state of things does not allow it
│   ├── AccountExists     409  the e-mail address has an account already
│   ├── LeaseLost         409  another worker holds the job
│   └── KeyReused         422  the idempotency key was used for something else
├── TooMany               429  too often; try again later
├── Unavailable           503  something Core needs does not answer; try again
└── Defect                500  our mistake
"""

from __future__ import annotations

from typing import ClassVar, Self

import msgspec


class ErrorReport(msgspec.Struct, frozen=True):
    """An error on its way through the door."""

    code: str
    message: str
    next_step: str = ""
    details: dict[str, str] = {}


class CelestaError(Exception):
    """`message` says what happened and why, `next_step` what the reader can do; both are for people."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    keeps_changes: ClassVar[bool] = False
    """True where the refusal itself must be remembered: the unit of work commits what the handler wrote."""
    by_code: ClassVar[dict[str, type[CelestaError]]] = {}

    def __init__(self, message: str, next_step: str = "", details: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.details = details or {}

    def __init_subclass__(cls) -> None:
        CelestaError.by_code[cls.code] = cls

    def report(self) -> ErrorReport:
        return ErrorReport(self.code, self.message, self.next_step, self.details)

    @classmethod
    def from_report(cls, report: ErrorReport) -> CelestaError:
        return cls.by_code.get(report.code, Defect).rebuild(report)

    @classmethod
    def rebuild(cls, report: ErrorReport) -> Self:
        return cls(report.message, report.next_step, report.details)


class Invalid(CelestaError):
    code, status, title = "invalid", 422, "That cannot be done as asked"


class UnknownAction(Invalid):
    code, title = "unknown_action", "Unknown action"


class TooLarge(Invalid):
    code, status, title = "too_large", 413, "Too large"


class Unauthenticated(CelestaError):
    code, status, title = "unauthenticated", 401, "Please log in"


class LogInFailed(Unauthenticated):
    """Counted towards the limit on failures, so it is remembered."""

    code, title, keeps_changes = "log_in_failed", "Log-in failed", True


class Forbidden(CelestaError):
    code, status, title = "forbidden", 403, "Not allowed"


class AccountSuspended(Forbidden):
    code, title = "account_suspended", "Account suspended"


class PlaybackRefused(Forbidden):
    """`details["reason"]` is one of `not_offered`, `not_on_plan`, `not_ready`, `stream_limit`, `session_ended`, `device_limit`,
    `device_removed`."""

    code, title = "playback_refused", "This cannot be played"


class NotFound(CelestaError):
    code, status, title = "not_found", 404, "Not found"


class Conflict(CelestaError):
    code, status, title = "conflict", 409, "That does not fit the present state"


class AccountExists(Conflict):
    """Counted towards the limit on registrations, as it tells who has an account; so it is remembered."""

    code, title, keeps_changes = "account_exists", "There is an account already", True


class LeaseLost(Conflict):
    code, title = "lease_lost", "Another worker has taken over"


class KeyReused(Conflict):
    code, status, title = "key_reused", 422, "Idempotency key used before"


class TooMany(CelestaError):
    code, status, title = "too_many", 429, "Too often"


class Unavailable(CelestaError):
    code, status, title = "unavailable", 503, "Not available at the moment"


class Defect(CelestaError):
    code, status, title = "defect", 500, "Our mistake"
