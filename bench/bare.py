"""What every ratio is taken to: a bare Flask view that answers a small JSON, under the same gunicorn settings."""

from __future__ import annotations

from flask import Flask

application = Flask(__name__)


@application.get("/")
def hello() -> dict[str, str]:
    return {"message": "hello"}
