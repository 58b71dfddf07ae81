"""DuckDB, within the process that asks."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Self

import duckdb

from ports.analytics.interface import NULL, Analytics, AnalyticsUnavailable, ColumnType, Tables
from ports.environment import Environment

UNAVAILABLE = (duckdb.OutOfMemoryException, duckdb.IOException)


class DuckdbAnalytics(Analytics):
    fake: ClassVar[bool] = False

    def __init__(self, spill: Path, megabytes: int, threads: int) -> None:
        """What does not fit into so much memory goes to files below `spill` while a statement runs."""
        self._spill = spill
        self._settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{megabytes}MB",
            "threads": threads,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        """`ANALYTICS_MEMORY` (megabytes) and `ANALYTICS_THREADS` limit each statement; it spills below `WORK_PATH`."""
        spill = environment.path("WORK_PATH", environment.home / "work") / "analytics"
        return cls(spill, environment.integer("ANALYTICS_MEMORY", 1_000, least=100), environment.integer("ANALYTICS_THREADS", 2, least=1))

    def ping(self) -> None:
        with self._connection({}) as connection:
            connection.execute("SELECT 1")

    def query(self, statement: str, tables: Tables, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        with self._connection(tables) as connection:
            return connection.execute(statement, dict(parameters or {})).fetchall()

    def write(self, statement: str, tables: Tables, target: Path, parameters: Mapping[str, Any] | None = None) -> int:
        with _replacing(target) as written, self._connection(tables, written) as connection:
            return _copy(connection, statement, written, parameters)

    def pack(self, lines: Path, columns: Mapping[str, ColumnType], target: Path) -> int:
        named = ", ".join(f"'{name}': '{'VARCHAR' if kind == 'UUID' else kind}'" for name, kind in columns.items())
        form = "header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\n'"
        source = f"read_csv({_quoted(lines)}, {form}, nullstr = {_quoted(NULL)}, allow_quoted_nulls = false, columns = {{{named}}})"
        statement = f"SELECT {', '.join(map(_typed, columns.items()))} FROM {source}"  # noqa: S608 - our own files and names
        with _replacing(target) as written, self._connection({}, lines, written) as connection:
            # So few lines are one group of rows, which one thread writes: a second one waits for it, and takes a tenth more.
            connection.execute("SET threads = 1")
            return _copy(connection, statement, written, None)

    @contextmanager
    def _connection(self, tables: Tables, *files: Path) -> Generator[duckdb.DuckDBPyConnection]:
        """A database of its own in memory, in which the tables are seen and no other file can be reached."""
        if missing := [path for paths in tables.values() for path in paths if not path.is_file()]:
            raise AnalyticsUnavailable(f"{missing[0]} is not there.")
        self._spill.mkdir(parents=True, exist_ok=True)
        try:
            with duckdb.connect(config=self._settings) as connection:
                mine = {str(path) for path in (*(path for paths in tables.values() for path in paths), *files)}
                connection.execute("SET allowed_paths = $paths", {"paths": sorted(mine)})
                connection.execute("SET allowed_directories = $folders", {"folders": [str(self._spill)]})
                connection.execute("SET enable_external_access = false")
                for name, paths in tables.items():
                    listed = ", ".join(_quoted(path) for path in paths)
                    connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}])')  # noqa: S608 - our own files and names
                yield connection
        except UNAVAILABLE as error:
            raise AnalyticsUnavailable(_first_line(error)) from error
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            raise ValueError(_first_line(error)) from error


@contextmanager
def _replacing(target: Path) -> Generator[Path]:
    """A file to be written, which takes the target's place when the block has ended well."""
    try:
        with TemporaryDirectory(dir=target.parent) as folder:
            written = Path(folder) / target.name
            yield written
            written.replace(target)
    except OSError as error:
        raise AnalyticsUnavailable(str(error)) from error


def _copy(connection: duckdb.DuckDBPyConnection, statement: str, target: Path, parameters: Mapping[str, Any] | None) -> int:
    into = f"COPY ({statement}) TO {_quoted(target)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
    row = connection.execute(into, dict(parameters or {})).fetchone()
    assert row is not None
    return int(row[0])


def _typed(column: tuple[str, ColumnType]) -> str:
    """A UUID by way of its bytes: that takes half the time."""
    name, kind = column
    if kind != "UUID":
        return f'"{name}"'
    return f'CAST(unhex("{name}") AS UUID) AS "{name}"'


def _quoted(text: object) -> str:
    return "'" + str(text).replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
