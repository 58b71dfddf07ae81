"""Every refusal as an `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import logging

import msgspec
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from apps.core.contract.errors import CelestaError, Defect, ErrorReport, Unavailable
from ports.tokens.interface import TokensUnavailable

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER = {429: "60", 503: "5"}
"""Seconds, where the error does not tell."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """`type` is stable and names the kind of problem; `detail` and `next_step` are for people."""

    type: str
    title: str
    status: int
    detail: str
    next_step: str = ""
    request_id: str = ""
    details: dict[str, str] = {}


HTTP_PROBLEMS = {
    400: ("malformed", "That cannot be read", "Correct it as described and send it again."),
    404: ("not_found", "Not found", "Check the address against the API's documentation."),
    405: ("method_not_allowed", "Method not allowed", "Use one of the methods in the Allow header."),
    413: ("too_large", "Too large", "Send it in smaller parts."),
    415: (
        "unsupported_media_type",
        "Unsupported media type",
        "Send what the API's documentation says of this address: nearly everywhere JSON, with Content-Type: application/json.",
    ),
}
"""Code, title and next step of what Flask refuses before a view sees it."""

encode = msgspec.json.Encoder().encode


def register_problems(app: Flask) -> None:
    app.register_error_handler(CelestaError, core_problem)
    app.register_error_handler(TokensUnavailable, tokens_problem)
    app.register_error_handler(HTTPException, http_problem)
    app.register_error_handler(Exception, defect_problem)


def core_problem(error: CelestaError) -> Response:
    if isinstance(error, Defect):
        log.error("request %s failed: %s", g.request_id, error.message)
    answer = _answer(error.status, error.title, error.report())
    if error.status == 401:
        answer.headers["WWW-Authenticate"] = _challenge()
    if error.status in RETRY_AFTER:
        answer.headers["Retry-After"] = error.details.get("retry_after", RETRY_AFTER[error.status])
    return answer


def tokens_problem(error: TokensUnavailable) -> Response:
    """Without the store nobody is let in."""
    log.error("request %s was not let in: %s", g.request_id, error)
    return core_problem(Unavailable("Access tokens cannot be checked at the moment.", "Try again in a few seconds."))


def http_problem(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    code, title, next_step = HTTP_PROBLEMS.get(status, (f"http_{status}", error.name, ""))
    answer = _answer(status, title, ErrorReport(code, error.description or error.name, next_step))
    for name, value in error.get_headers(request.environ):
        if name.lower() in {"allow", "retry-after"}:
            answer.headers[name] = value
    return answer


def defect_problem(error: Exception) -> Response:
    """What went wrong stays in the log, under the request's id."""
    log.error("request %s failed", g.request_id, exc_info=error)
    report = ErrorReport(Defect.code, "Something on our side went wrong.", "Try again; if it stays so, tell us the request id.")
    return _answer(Defect.status, Defect.title, report)


def _answer(status: int, title: str, report: ErrorReport) -> Response:
    problem = Problem(f"/problems/{report.code}", title, status, report.message, report.next_step, g.request_id, report.details)
    return Response(encode(problem), status, content_type=CONTENT_TYPE)


def _challenge() -> str:
    """RFC 6750, section 3: no error code where no token was sent."""
    return 'Bearer realm="celesta", error="invalid_token"' if "Authorization" in request.headers else 'Bearer realm="celesta"'
