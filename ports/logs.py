"""How every process logs: one line an event on standard error, for people (`LOG_FORMAT=console`) or for machines (`json`)."""

from __future__ import annotations

import logging
import sys

import structlog

from ports.environment import Environment

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def log_settings(environment: Environment) -> tuple[int, bool]:
    """The least level that is told, and whether it is told to machines; raises `BootError`."""
    level = logging.getLevelNamesMapping()[environment.choice("LOG_LEVEL", LEVELS, "INFO")]
    return level, environment.choice("LOG_FORMAT", ("console", "json"), "json" if environment.production else "console") == "json"


def configure_logs(environment: Environment) -> None:
    """Send what structlog and the standard library log to one handler; `LOG_LEVEL` is the least that is told.

    On a terminal, or where a supervisor adds time and name itself, lines carry neither.
    """
    level, as_json = log_settings(environment)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        *([structlog.processors.TimeStamper(fmt="iso", utc=True)] if as_json else []),
    ]
    # Plain tracebacks: a rich one prints the values of variables, and some are secrets.
    for_people = structlog.dev.ConsoleRenderer(
        colors=False, pad_event_to=0, pad_level=False, exception_formatter=structlog.dev.plain_traceback
    )
    last = structlog.processors.JSONRenderer() if as_json else for_people
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *([structlog.processors.format_exc_info] if as_json else []),
            last,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
