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

from apps.core.contract.words import Wording, marked


class ErrorReport(msgspec.Struct, frozen=True):
    """An error on its way through the door."""

    code: str
    message: str
    next_step: str = ""
    details: dict[str, str] = {}
    wording: Wording | None = None
    """None where message and next step have no values in them."""


class CelestaError(Exception):
    """`message` says what happened and why, `next_step` what the reader can do; both are for people."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = marked("Something went wrong")
    keeps_changes: ClassVar[bool] = False
    """True where the refusal itself must be remembered: the unit of work commits what the handler wrote."""
    by_code: ClassVar[dict[str, type[CelestaError]]] = {}

    def __init__(self, message: str, next_step: str = "", details: dict[str, str] | None = None, **values: str | int) -> None:
        """With values, `%(name)s` stands for them in message and next step."""
        self.wording = Wording(message, next_step, {name: str(value) for name, value in values.items()})
        self.message, self.next_step = self.wording.whole()
        self.details = details or {}
        super().__init__(self.message)

    def __init_subclass__(cls) -> None:
        CelestaError.by_code[cls.code] = cls

    def report(self) -> ErrorReport:
        return ErrorReport(self.code, self.message, self.next_step, self.details, self.wording if self.wording.values else None)

    @classmethod
    def from_report(cls, report: ErrorReport) -> CelestaError:
        return cls.by_code.get(report.code, Defect).rebuild(report)

    @classmethod
    def rebuild(cls, report: ErrorReport) -> Self:
        wording = report.wording or Wording(report.message, report.next_step)
        return cls(wording.message, wording.next_step, report.details, **wording.values)


class Invalid(CelestaError):
    code, status, title = "invalid", 422, marked("That cannot be done as asked")


class UnknownAction(Invalid):
    code, title = "unknown_action", marked("Unknown action")


class TooLarge(Invalid):
    code, status, title = "too_large", 413, marked("Too large")


class Unauthenticated(CelestaError):
    code, status, title = "unauthenticated", 401, marked("Please log in")


class LogInFailed(Unauthenticated):
    """Counted towards the limit on failures, so it is remembered."""

    code, title, keeps_changes = "log_in_failed", marked("Log-in failed"), True


class Forbidden(CelestaError):
    code, status, title = "forbidden", 403, marked("Not allowed")


class AccountSuspended(Forbidden):
    code, title = "account_suspended", marked("Account suspended")


class PlaybackRefused(Forbidden):
    """`details["reason"]` is one of `not_offered`, `not_on_plan`, `not_ready`, `stream_limit`, `session_ended`, `device_limit`,
    `device_removed`."""

    code, title = "playback_refused", marked("This cannot be played")


class NotFound(CelestaError):
    code, status, title = "not_found", 404, marked("Not found")


class Conflict(CelestaError):
    code, status, title = "conflict", 409, marked("That does not fit the present state")


class AccountExists(Conflict):
    """Counted towards the limit on registrations, as it tells who has an account; so it is remembered."""

    code, title, keeps_changes = "account_exists", marked("There is an account already"), True


class LeaseLost(Conflict):
    code, title = "lease_lost", marked("Another worker has taken over")


class KeyReused(Conflict):
    code, status, title = "key_reused", 422, marked("Idempotency key used before")


class TooMany(CelestaError):
    code, status, title = "too_many", 429, marked("Too often")


class Unavailable(CelestaError):
    code, status, title = "unavailable", 503, marked("Not available at the moment")


class Defect(CelestaError):
    code, status, title = "defect", 500, marked("Our mistake")
