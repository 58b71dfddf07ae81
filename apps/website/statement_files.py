"""A statement's files on their way to a browser: read from storage after Core has said who may have them."""

from __future__ import annotations

from typing import cast

from flask import current_app, send_file
from flask.wrappers import Response

from apps.core.contract.errors import NotFound, Unavailable
from apps.core.contract.reporting import GetStatement
from apps.website.actor import core
from ports.container import Container
from ports.storage.interface import ObjectNotFound, Storage

TYPES = {"csv": "text/csv; charset=utf-8", "tsv": "text/tab-separated-values; charset=utf-8"}


def download(number: str, name: str) -> Response:
    """The file as an attachment. Raises NotFound where it is none of the actor's, Unavailable where it cannot be read now."""
    file = next((file for file in core().send(GetStatement(number)).files if file.name == name), None)
    if file is None:
        raise NotFound("This statement has no such file.", "Open the statement and choose one.")
    try:
        content = cast(Container, current_app.extensions["container"]).get(Storage).open(file.key)
    except (ObjectNotFound, OSError):
        raise Unavailable("The file cannot be read at the moment.", "Try again in a while.") from None
    kind = TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    return send_file(content, mimetype=kind, as_attachment=True, download_name=name, etag=file.sha256, max_age=0)
