"""Whose word an app takes for where a request came from."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ports.environment import Environment
from ports.settings import TRUSTED_PROXIES


def trust_proxies(app: Flask, environment: Environment) -> None:
    """`TRUSTED_PROXIES`: how many proxies in front of the app tell the caller's address and scheme truly (default none)."""
    proxies = TRUSTED_PROXIES.read(environment)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)
