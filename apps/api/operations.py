"""What a view does, said beside it: the API's description is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from apps.api.reading import JSON
from apps.core.contract.actions import Action, Done
from apps.core.contract.codec import result_type

V = TypeVar("V", bound=Callable[..., Any])
ATTRIBUTE = "operation"


@dataclass(frozen=True)
class Operation:
    action: type[Action[Any]] | None
    """Whose documentation, scope and errors it has; None for what is the API's own."""
    result: Any = None
    """What it answers with; None for nothing."""
    body: Any = None
    status: int = 200
    otherwise: Mapping[int, Any] = field(default_factory=dict[int, Any])
    """What else it may answer with, by status."""
    repeatable: bool = False
    """Whether an `Idempotency-Key` is heeded."""
    content_type: str = JSON
    meaning: str = ""
    """Where it is not the Action's own."""
    anonymous: bool = False


def sends(action: type[Action[Any]], **how: Any) -> Callable[[V], V]:
    """Say of a view that it sends this Action, and how it differs from answering 200 with the Action's result."""

    def describe(view: V) -> V:
        result = result_type(action)
        told: dict[str, Any] = {"result": None if result is Done else result, **how}
        setattr(view, ATTRIBUTE, Operation(action, **told))
        return view

    return describe


def does(meaning: str, **how: Any) -> Callable[[V], V]:
    """Say what a view does that asks Core for nothing."""

    def describe(view: V) -> V:
        setattr(view, ATTRIBUTE, Operation(None, meaning=meaning, **how))
        return view

    return describe
