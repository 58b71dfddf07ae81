"""What Actions cost the database and those who wait: the meter's sums over every process, minute by minute."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from apps.core.contract.actions import STAFF, Permission, Query

LONGEST_WINDOW = 2 * 24 * 60
"""Minutes: as much again before it is still kept."""
MOST_STATEMENTS = 100

Minutes = Annotated[int, Meta(ge=1, le=LONGEST_WINDOW)]


class CostOrder(StrEnum):
    """What a ranking goes by, the most of it first."""

    RISE = "rise"
    """By how much more database time it took than in the window before: what a spike is found by."""
    DATABASE_TIME = "database_time"
    TIME = "time"
    SLOWEST = "slowest"
    COUNT = "count"
    ERRORS = "errors"
    STATEMENTS = "statements"
    ROWS = "rows"


class Spent(msgspec.Struct, frozen=True):
    """What an Action cost in a window, all processes together."""

    count: int = 0
    errors: int = 0
    """How many of them were refused or failed."""
    ms: float = 0.0
    """From when Core had it to when Core answered, all added up."""
    slowest_ms: float = 0.0
    statements: int = 0
    rows: int = 0
    """Fetched by Queries, or written."""
    database_ms: float = 0.0
    """Of the time, what its statements took."""


class Executed(msgspec.Struct, frozen=True):
    """What one statement of an Action cost in a window."""

    count: int = 0
    rows: int = 0
    ms: float = 0.0
    slowest_ms: float = 0.0


class ActionCost(msgspec.Struct, frozen=True):
    action: str
    """An Action's name; in parentheses, what Core does by itself."""
    now: Spent
    before: Spent
    """In as many minutes before the window."""

    @property
    def rise_ms(self) -> float:
        return self.now.database_ms - self.before.database_ms


class StatementCost(msgspec.Struct, frozen=True):
    fingerprint: str
    """16 hexadecimal digits, the same for the same text on every machine."""
    text: str
    """Without values: `?` for one, `(…)` for any number of them."""
    now: Executed
    before: Executed

    @property
    def rise_ms(self) -> float:
        return self.now.ms - self.before.ms


class ActionCosts(msgspec.Struct, frozen=True):
    since: datetime
    """When the window begins. Its last minute is the present one, of which each process tells within ten seconds."""
    actions: tuple[ActionCost, ...]


class StatementCosts(msgspec.Struct, frozen=True):
    since: datetime
    action: ActionCost
    statements: tuple[StatementCost, ...]


class ListActionCosts(Query[ActionCosts], frozen=True):
    """What every Action cost in the last `minutes` and in as many before; those come first that `order` names."""

    permission: ClassVar[Permission] = STAFF

    minutes: Minutes = 60
    order: CostOrder = CostOrder.RISE


class ListStatementCosts(Query[StatementCosts], frozen=True):
    """The same of the statements of one Action, at most a hundred; where `order` is nothing that a statement has, by its rise.

    Raises NotFound where nothing is known of such an Action in that time.
    """

    permission: ClassVar[Permission] = STAFF

    action: Annotated[str, Meta(min_length=1, max_length=100)]
    minutes: Minutes = 60
    order: CostOrder = CostOrder.RISE
