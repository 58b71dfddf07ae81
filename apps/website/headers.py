"""Security headers of every answer, in one place."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, g, redirect, request
from flask.typing import ResponseReturnValue
from flask.wrappers import Response

from apps.website.addresses import this_page

OWN_FORMS = "form-action 'self'"
YEAR = 365 * 24 * 3600


def content_policy(media_origins: str) -> str:
    """The Content-Security-Policy: our own files, and covers and audio from where they are stored.

    `blob:` is how a browser calls audio that hls.js hands it.
    """
    stored = f"'self' {media_origins}".strip()
    sources = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": stored,
        "media-src": f"{stored} blob:",
        "connect-src": stored,
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join([*(f"{name} {value}" for name, value in sources.items()), OWN_FORMS])


def let_forms_lead_to(*places: str) -> None:
    """Browsers hold a form to its page's policy at every redirect that follows it: this page's forms may lead there, too."""
    g.form_targets = places


def must_be_loaded() -> ResponseReturnValue | None:
    """For a page with a policy of its own: one that is swapped into another is held to the other's, so it has to be loaded by itself."""
    return ("", {"HX-Redirect": this_page()}) if "HX-Request" in request.headers else None


def leave_for(address: str) -> ResponseReturnValue:
    """Another site, after a form. Where the page was swapped into another, whose policy it is held to, its script goes there by itself."""
    return ("", {"HX-Redirect": address}) if "HX-Request" in request.headers else redirect(address, 303)


def set_up_headers(app: Flask, media_origins: str, secure: bool) -> None:
    app.after_request(_adder(content_policy(media_origins), secure))


def _adder(policy: str, secure: bool) -> Callable[[Response], Response]:
    def add(response: Response) -> Response:
        headers = response.headers
        targets = " ".join(g.get("form_targets", ()))
        headers["Content-Security-Policy"] = policy.replace(OWN_FORMS, f"{OWN_FORMS} {targets}") if targets else policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
        if secure:
            headers["Strict-Transport-Security"] = f"max-age={YEAR}; includeSubDomains"
        return response

    return add
