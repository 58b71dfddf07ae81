"""Every error becomes a page, or a problem for the player, here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode

import msgspec
from flask import Flask, current_app, g, make_response, redirect, render_template, request, url_for
from flask.wrappers import Response
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, SecurityError

from apps.core.contract.errors import AccountSuspended, CelestaError, Unauthenticated
from apps.website.actor import stranger, viewer
from apps.website.addresses import came_from, first_page, safe_path, this_page, without_slash
from apps.website.languages import marked, told, translated
from apps.website.login import Accounts, log_out
from ports.tokens.interface import TokensUnavailable
from ports.web_sessions.interface import WebSessionsUnavailable

PLAYER = "/player/"
PROBLEM = "application/problem+json"
NOT_FOUND, UNPROCESSABLE = 404, 422
PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses of what may be gone when the same is asked again."""


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457, with the reader's next step."""

    type: str
    title: str
    status: int
    detail: str
    next_step: str = ""
    details: dict[str, str] = {}


OURS = Problem(
    "defect",
    marked("Our mistake"),
    500,
    marked("Something broke on our side, and we have kept a record of it."),
    marked("Try again in a moment."),
)
FORGED = Problem(
    "form_expired",
    marked("That form is too old"),
    403,
    marked("The page you sent it from belongs to an earlier visit, so nothing was changed."),
    marked("Open the page again and send it once more."),
)
SIGNED_OUT = Problem(
    "unauthenticated",
    marked("Please log in"),
    401,
    marked("You are not logged in any more."),
    marked("Log in, then play on."),
)
SESSIONLESS = Problem(
    "unavailable",
    marked("Not available at the moment"),
    503,
    marked("We cannot look up who you are just now."),
    marked("Try again in a moment."),
)
BY_STATUS = {
    problem.status: problem
    for problem in (
        Problem(
            "bad_request",
            marked("That address is not right"),
            400,
            marked("The request cannot be read as it stands."),
            marked("Go back and try again."),
        ),
        Problem(
            "not_found",
            marked("There is nothing here"),
            404,
            marked("This address leads to no page of ours."),
            marked("Check it, or start from home."),
        ),
        Problem(
            "method",
            marked("That cannot be done here"),
            405,
            marked("This address does not take that kind of request."),
            marked("Start from home."),
        ),
        Problem(
            "too_large",
            marked("Too large"),
            413,
            marked("More was sent than this page takes."),
            marked("Send less at a time."),
        ),
        OURS,
    )
}


def set_up_errors(app: Flask) -> None:
    app.register_error_handler(CelestaError, _refused)
    app.register_error_handler(WebSessionsUnavailable, lambda _: _answer(SESSIONLESS))
    app.register_error_handler(TokensUnavailable, lambda _: _answer(SESSIONLESS))
    app.register_error_handler(HTTPException, _failed)


def _refused(error: CelestaError) -> Response:
    if isinstance(error, AccountSuspended):
        _end_session()
    if isinstance(error, Unauthenticated) and not _for_player():
        return _to_log_in()
    return _answer(Problem(error.code, error.title, error.status, *told(error), error.details))


def _failed(error: HTTPException) -> Response:
    if isinstance(error, CSRFError):
        # A player whose web session is over has no valid token either: it is told the reason behind.
        signed_out = _for_player() and viewer() is None
        return _answer(SIGNED_OUT if signed_out else FORGED)
    if isinstance(error, SecurityError):
        # Without a host that is ours no address can be made, so no page either.
        return Response("This service does not go by that name. Check the address.", 400, content_type="text/plain; charset=utf-8")
    if error.response is not None or (error.code or 500) < 400:
        return cast(Response, error.get_response())
    status = error.code or 500
    address = without_slash() if status == NOT_FOUND else None
    if address:
        return cast(Response, redirect(address, 308))
    response = _answer(BY_STATUS.get(status) or Problem("http", error.name, status, error.description or error.name))
    if isinstance(error, MethodNotAllowed):
        response.allow.update(error.valid_methods or ())
    return response


def _for_player() -> bool:
    """What the player sends to addresses that forms go to as well asks for problems."""
    return request.path.startswith(PLAYER) or request.accept_mimetypes.best == PROBLEM


def _answer(problem: Problem) -> Response:
    writer: Callable[[Problem], Response] = _json if _for_player() else _page
    words = {name: translated(getattr(problem, name)) for name in ("title", "detail", "next_step")}
    return writer(msgspec.structs.replace(problem, **words))


def _json(problem: Problem) -> Response:
    body = msgspec.json.encode(msgspec.structs.replace(problem, type=f"/problems/{problem.type}"))
    return Response(body, problem.status, content_type=PROBLEM)


def _page(problem: Problem) -> Response:
    if problem.status >= 500:
        # Whoever is asking cannot be looked up when what knows it is what failed.
        g.actor = stranger()
    beginning = first_page() if problem.status == UNPROCESSABLE else None
    again = safe_path(this_page()) if problem.status in PASSING and request.method == "GET" else None
    page = render_template("error.html", problem=problem, beginning=beginning, again=again, nameless=problem.status >= 500)
    return make_response(page, problem.status)


def _to_log_in() -> Response:
    """Back to the page afterwards; to the page that held the form where one was sent."""
    back = this_page() if request.method == "GET" else (came_from() or "").partition("?")[0]
    return cast(Response, redirect(f"{url_for('entrance.log_in')}?{urlencode({'next': back or '/'})}", 303))


def _end_session() -> None:
    account_id = g.actor.account_id if "actor" in g else None
    if account_id is not None:
        cast(Accounts, current_app.extensions["accounts"]).forget(account_id)
    log_out()
