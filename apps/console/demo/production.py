"""Where the demo has no business."""

from __future__ import annotations

from collections.abc import Mapping

from ports.environment import BootError

PRODUCTION = "production"


def refuse_production(values: Mapping[str, str]) -> None:
    """Raises `BootError` in production, where there is nothing to try out."""
    if values.get("CELESTA_ENV") == PRODUCTION:
        raise BootError("The demo makes up music, listeners and their plays: it does not run where CELESTA_ENV is production.")
