"""Addresses: ids in URLs, and where a visitor may be sent back to."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from flask import current_app, request, url_for
from werkzeug.routing import BaseConverter

from apps.core.contract.ids import FORM


class IdConverter(BaseConverter):
    """`<id:name>`: 22 base62 characters; anything else is no page of ours."""

    regex = FORM


class DayConverter(BaseConverter):
    """`<day:name>`: a day as ISO 8601 writes it."""

    regex = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"


def safe_path(target: str) -> str | None:
    """The target where it is a path on this site and nothing else.

    Browsers read `\\` as `/`, drop tabs and line breaks, and take `//host` and `scheme:rest` for other sites.
    """
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target


def came_from() -> str | None:
    """The page of this site, with its query, that the request says it comes from."""
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return None
    return safe_path(parts._replace(scheme="", netloc="", fragment="").geturl())


def next_page() -> str:
    """Where to go after logging in: the page that asked for it, else home."""
    return safe_path(request.args.get("next", "")) or url_for("home.show")


def without_slash() -> str | None:
    """This address without the slash at its end, where that makes it a page of ours."""
    path = request.path.removesuffix("/")
    adapter = current_app.create_url_adapter(request)
    if path == request.path or request.method not in {"GET", "HEAD"}:
        return None
    return _with_query(path, request.args) if adapter and adapter.test(path, request.method) else None


def first_page() -> str | None:
    """The beginning of the list that this address is a later page of."""
    if "cursor" not in request.args:
        return None
    return _with_query(request.path, {name: value for name, value in request.args.items() if name != "cursor"})


def _with_query(path: str, arguments: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(arguments)}" if arguments else path


def canonical() -> str:
    """This page's one absolute address, whatever was asked of it."""
    return url_for(request.endpoint or "home.show", **(request.view_args or {}), _external=True)


def this_page() -> str:
    """This page's own path and query, for coming back to it."""
    return request.full_path.removesuffix("?")
