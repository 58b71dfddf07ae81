"""The shapes an answer can have: JSON with an entity tag, a kept page, a playlist, or nothing."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response, request
from werkzeug.http import parse_etags

from apps.api.context import actor, services
from apps.core.client.kept import KeptPage
from apps.core.contract.actions import Query

encode = msgspec.json.encode
REVALIDATE = "private, no-cache"
"""May be stored by whoever asked, and must be asked for again with its entity tag."""
NEVER_STORED = "no-store"


def public(query: Query[Any]) -> Response:
    """What is the same for everybody in the actor's territory and on their plan."""
    return _tagged(services().pages.get(query, actor(), encode))


def personal(result: object) -> Response:
    """What only the actor sees, with an entity tag for the next time."""
    return _tagged(KeptPage.of(encode(result)))


def done(result: object, status: int = 200) -> Response:
    """The result of something that was done, never stored."""
    return Response(encode(result), status, [("Cache-Control", NEVER_STORED)], content_type="application/json")


def nothing() -> Response:
    return Response(status=204)


def _tagged(page: KeptPage) -> Response:
    headers = [("ETag", page.etag), ("Cache-Control", REVALIDATE), ("Content-Type", "application/json")]
    known = request.environ.get("HTTP_IF_NONE_MATCH")
    if known is not None and parse_etags(known).contains_weak(page.etag.strip('"')):
        return Response(status=304, headers=headers[:2])
    return Response(page.body, 200, headers)
