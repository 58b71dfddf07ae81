"""What reads alike for everybody with the same language and rights, or in the same place: written once by each process, and kept."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import cast

from flask import Flask, current_app, render_template, request
from markupsafe import Markup

from apps.core.client.kept import KeptPages
from apps.website.languages import language

MOST_PARTS = 1_000


def kept_pages() -> KeptPages:
    """Answers of Core as they are written for everybody in a territory and on a plan."""
    return cast(KeptPages, current_app.extensions["kept_pages"])


def set_up_kept_parts(app: Flask) -> None:
    """`kept_part("parts/….html", name=value)`: what a template makes of these values, and of nothing else that differs by request."""

    @lru_cache(MOST_PARTS)
    def written(_language: str, _below: str, template: str, values: tuple[tuple[str, Hashable], ...]) -> Markup:
        return Markup(render_template(template, **dict(values)))  # noqa: S704 - the template has escaped it

    def kept_part(template: str, **values: Hashable) -> Markup:
        return written(language().tag, request.script_root, template, tuple(sorted(values.items())))

    app.add_template_global(kept_part)
