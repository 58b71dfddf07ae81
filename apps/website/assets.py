"""Static files under an address that changes with their content, so that browsers keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, request, send_from_directory
from flask.wrappers import Response
from markupsafe import Markup

YEAR = 365 * 24 * 3600


def set_up_assets(app: Flask, folder: Path) -> None:
    """Serve `folder` as `/static/<version>/...`. Relative addresses inside stylesheets and modules carry the version along."""
    version = folder_version(folder)

    @app.get("/static/<version>/<path:filename>", endpoint="static")
    def serve(version: str, filename: str) -> Response:
        response = send_from_directory(folder, filename)
        if version == app.config["STATIC_VERSION"]:
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return response

    @cache
    def address(_below: str, filename: str) -> str:
        return app.url_for("static", version=version, filename=filename)

    def asset(filename: str) -> str:
        return address(request.script_root, filename)

    def icon(name: str) -> Markup:
        """One of the sprite `icons.svg`; what it stands beside or in says what it means."""
        return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>').format(asset("icons.svg"), name)

    app.config["STATIC_VERSION"] = version
    app.add_template_global(asset)
    app.add_template_global(icon)


def folder_version(folder: Path) -> str:
    """A digest of every file's name and content."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
