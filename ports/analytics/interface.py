"""Analytics: statements in SQL over Parquet files, for what is too much for the database: charts, radio and pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ports.interface import Implementation

ColumnType = str
"""`UUID`, `VARCHAR`, `INTEGER`, `BIGINT`, `BOOLEAN` or `TIMESTAMP` (in UTC, without a zone)."""
NULL = r"\N"
"""How a line writes what is not there, so that it is not taken for an empty text."""

Tables = Mapping[str, Sequence[Path]]
"""By the name it has in the statement: the Parquet files that a table consists of, of which there is at least one."""


class AnalyticsUnavailable(OSError):
    """There was not enough memory or room on the disk: the same statement may succeed later, or elsewhere."""


class Analytics(Implementation, Protocol):
    """Every method raises `AnalyticsUnavailable`, and `ValueError` for a file that is not what it should be.

    A statement is SQL that all engines know, with parameters as `$name`. It sees its tables and nothing else.
    What is written is there whole or not at all, and takes the place of a file that is there already.
    """

    def query(self, statement: str, tables: Tables, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """All rows of the result: `UUID`, `str`, `int`, `bool`, `float`, `Decimal` and naive `datetime` (UTC) by column."""
        ...

    def write(self, statement: str, tables: Tables, target: Path, parameters: Mapping[str, Any] | None = None) -> int:
        """Write the result as one Parquet file, in the statement's order, and return how many rows there are.

        The same rows always make the same bytes, for one version of the engine.
        """
        ...

    def pack(self, lines: Path, columns: Mapping[str, ColumnType], target: Path) -> int:
        """Write lines of CSV as one Parquet file, in their order, and return how many there are.

        They have no header, `\\N` for null, and 32 hexadecimal digits for a UUID.
        """
        ...
