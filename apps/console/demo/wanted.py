"""Whether `celesta run` makes the demo's catalogue: asked at every start, so nothing of the composer is loaded for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from apps.console.core import operator
from apps.console.demo.production import PRODUCTION
from apps.console.embedded import embedded_environment
from apps.core.contract.intake import ListDeliveries
from ports.container import Container


def folder_of(environment: Mapping[str, str]) -> Path:
    """Where the catalogue's files are until they have been taken in."""
    return Path(environment["CELESTA_HOME"]) / "demo"


def is_wanted() -> bool:
    """Where nothing was ever delivered, or only a part of the demo, whose making was interrupted; never in production."""
    environment = embedded_environment(os.environ)
    if environment.get("CELESTA_ENV") == PRODUCTION:
        return False
    return folder_of(environment).is_dir() or not operator(Container(environment)).send(ListDeliveries(size=1)).items
