"""Static files under an address that changes with their content, so that browsers keep them for good."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from flask import Flask, request, send_from_directory
from flask.wrappers import Response
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from apps.website.brand import Brand

YEAR = 365 * 24 * 3600
TURNING = frozenset({"chevron-left", "chevron-right", "external-link", "log-in", "log-out"})
"""Icons that point along the line, and the other way where it runs from right to left; those of the player point along time."""
STYLES = "styles.css"
"""All of `SHEETS` in one: a browser on a slow line would wait for each of them before it shows anything."""
SHEETS = (
    "tokens", "base", "frame", "catalogue", "charts", "costs", "forms", "library", "plans", "radio", "reports", "search", "series", "ports",
    "player/player", "player/queue",
)  # fmt: skip
"""Stylesheets, in the order in which later ones overrule earlier ones."""
COMPRESSED = frozenset({".css", ".js", ".mjs", ".svg"})
"""Suffixes of files of words, a third as long in gzip; images and fonts are compressed already."""


class Words:
    """The files of words in a folder, each read and compressed once; the brand's colours overrule those of all stylesheets."""

    def __init__(self, folder: Path, brand: Brand) -> None:
        self._folder = folder
        self._brand = brand
        self._names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in COMPRESSED}
        self._read: dict[str, bytes] = {}
        self._compressed: dict[str, bytes] = {}

    def serve(self, filename: str) -> Response:
        """Raises `NotFound`."""
        body = self._read.get(filename) or self._read.setdefault(filename, self._bytes(filename))
        headers: dict[str, str] = {}
        if request.accept_encodings.quality("gzip") > 0:
            body = self._compressed.get(filename) or self._compressed.setdefault(filename, gzip.compress(body, mtime=0))
            headers["Content-Encoding"] = "gzip"
        response = Response(body, mimetype=mimetypes.guess_type(filename)[0], headers=headers)
        response.vary.add("Accept-Encoding")
        return response

    def _bytes(self, filename: str) -> bytes:
        if filename == STYLES:
            return b"".join((self._folder / f"{sheet}.css").read_bytes() for sheet in SHEETS) + self._brand.stylesheet.encode()
        if filename not in self._names:  # spelled otherwise, one file could be kept over and over
            raise NotFound
        return ((self._brand.folder_of(filename) or self._folder) / filename).read_bytes()


def set_up_assets(app: Flask, folder: Path, brand: Brand) -> None:
    """Serve `folder` as `/static/<version>/...`. Relative addresses inside stylesheets and modules carry the version along.

    What the brand has of its own stands in for ours.
    """
    version, words = _version(folder, brand), Words(folder, brand)

    @app.get("/static/<version>/<path:filename>", endpoint="static")
    def serve(version: str, filename: str) -> Response:
        response = (
            words.serve(filename)
            if Path(filename).suffix in COMPRESSED
            else send_from_directory(brand.folder_of(filename) or folder, filename)
        )
        kept = version == app.config["STATIC_VERSION"]
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if kept else "no-cache"
        return response

    @cache
    def address(_below: str, filename: str) -> str:
        return app.url_for("static", version=version, filename=filename)

    def asset(filename: str) -> str:
        return address(request.script_root, filename)

    def icon(name: str) -> Markup:
        """One of the sprite `icons.svg`; what it stands beside or in says what it means."""
        turning = " icon--turning" if name in TURNING else ""
        mark = Markup('<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>')
        return mark.format(turning, asset("icons.svg"), name)

    app.config["STATIC_VERSION"] = version
    app.add_template_global(asset)
    app.add_template_global(icon)


def _version(folder: Path, brand: Brand) -> str:
    """A digest of every file's name and content, and of what the brand changes."""
    digest = hashlib.sha256(brand.digest.encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
