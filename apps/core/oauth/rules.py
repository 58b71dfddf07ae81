"""Rules of OAuth that are Core's: where listeners may be sent back to."""

from __future__ import annotations

from urllib.parse import urlsplit

from apps.core.contract.errors import Invalid
from apps.core.contract.oauth import LOOPBACK


def check_redirect_uri(uri: str) -> None:
    """Raises `Invalid` unless a code may be sent there (RFC 8252, sections 7.1 to 7.3; RFC 9700, section 4.1)."""
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _refused(uri, "it is not an address") from None
    if "#" in uri or "*" in uri or "\\" in uri:
        raise _refused(uri, "it has a fragment, a wildcard or a backslash")
    if parts.username is not None or parts.password is not None or port == 0:
        raise _refused(uri, "it names a user or no port")
    if parts.scheme == "https":
        fits = bool(host)
    elif parts.scheme == "http":
        fits = host in LOOPBACK
    else:
        fits = "." in parts.scheme and not parts.netloc
    if not fits:
        raise _refused(uri, "it is neither https, nor http on the loopback, nor a scheme of the app's own such as com.example.app:/done")


def _refused(uri: str, why: str) -> Invalid:
    return Invalid(f"{uri[:100]} cannot be a redirect URI: {why}.", "Give one as RFC 8252 describes.")
