"""Where apps look for what the API is: at the root of its host (RFC 8414, section 3.1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OAUTH_METADATA = "/.well-known/oauth-authorization-server"


def at_api(api: WSGIApplication) -> WSGIApplication:
    """To be mounted there: answers as the API does below its own mount point."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # Only there: below it lie the names of other servers on this host.
        known = OAUTH_METADATA if environ.get("PATH_INFO", "") in {"", "/"} else "/"
        moved: dict[str, Any] = {**environ, "SCRIPT_NAME": "/api", "PATH_INFO": known}
        return api(moved, start_response)

    return answer
