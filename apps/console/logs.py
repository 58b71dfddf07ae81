"""What every process says, line by line: to the terminal, and to a rotated file."""

from __future__ import annotations

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

LARGEST_FILE = 5_000_000
"""Bytes, after which the next file begins; five are kept."""
COLOURS = {"web": 32, "worker": 33, "flower": 35, "valkey": 36, "demo": 33, "celesta": 34}
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Terminal(logging.StreamHandler[TextIO]):
    """A terminal that has gone away stops nothing."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        del record


class LogFile(RotatingFileHandler):
    """A disk that is full stops nothing."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        del record


class Coloured(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        time = self.formatTime(record, "%H:%M:%S")
        return f"\033[{COLOURS.get(record.name, 37)}m{time} {record.name:8}|\033[0m {record.getMessage()}"


class Journal:
    """Safe to use from several threads."""

    def __init__(self, folder: Path, stream: TextIO = sys.stdout) -> None:
        """Raises `OSError` where the folder cannot be written to."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / "celesta.log"
        plain = "%(asctime)s %(name)-8s| %(message)s"
        self._file = LogFile(self.path, maxBytes=LARGEST_FILE, backupCount=5, encoding="utf-8")
        self._file.setFormatter(logging.Formatter(plain))
        self._terminal = Terminal(stream)
        self._terminal.setFormatter(Coloured() if stream.isatty() else logging.Formatter(plain, "%H:%M:%S"))

    def write(self, name: str, line: str, shown: bool = True, kept: bool = True) -> None:
        """Pass one line on, without what would steer a terminal: on the screen where `shown`, in the file where `kept`."""
        record = logging.LogRecord(name, logging.INFO, "", 0, CONTROL.sub("?", line.rstrip()), None, None)
        if shown:
            self._terminal.handle(record)
        if kept:
            self._file.handle(record)
