"""Parameters as Stripe's clients write them: `line_items[0][price]=price_1&expand[]=data.payments`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

Parameters = dict[str, Any]

PART = re.compile(r"\[([^\]]*)\]")


def read_form(text: str) -> Parameters:
    """Nested dicts of texts; what has numbers for names becomes a list."""
    form: Parameters = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, _, _ = name.partition("[")
        place, parts = form, [first, *PART.findall(name)]
        for part in parts[:-1]:
            place = place.setdefault(part, {})
        place[parts[-1] or str(len(place))] = value
    return {name: _listed(value) for name, value in form.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(part) for name, part in value.items()}
    return list(inner.values()) if inner and all(name.isdigit() for name in inner) else inner
