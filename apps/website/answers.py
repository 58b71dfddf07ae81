"""What scripts are answered."""

from __future__ import annotations

from typing import Any

import msgspec
from flask.wrappers import Response


def in_json(result: Any) -> Response:
    return Response(msgspec.json.encode(result), content_type="application/json")
