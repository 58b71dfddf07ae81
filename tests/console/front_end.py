"""A front end as nginx sees one, behind our gunicorn: it tells what it took a request to be."""

from __future__ import annotations

import os

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from ports.environment import Environment
from ports.proxies import trust_proxies

application = Flask(__name__, static_folder=None)
trust_proxies(application, Environment(os.environ))


@application.route("/", defaults={"path": ""}, methods=["GET", "POST"])
@application.route("/<path:path>", methods=["GET", "POST"])
def tell(path: str) -> ResponseReturnValue:
    return jsonify(
        name=os.environ["NAME"],
        path=path,
        sent=request.environ["RAW_URI"],
        url=request.url,
        address=request.remote_addr,
        headers={name.lower(): value for name, value in request.headers},
        length=len(request.get_data()),
    )
