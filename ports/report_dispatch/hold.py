"""Reports written into a folder and sent to nobody: partners get them on the website, or somebody carries them."""

from __future__ import annotations

import filecmp
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Self
from uuid import uuid4

from ports.environment import BootError, Environment
from ports.report_dispatch.interface import DispatchFailed, ReportDispatch
from ports.storage.keys import check_key


class HeldReports(ReportDispatch):
    """Below `REPORT_HOLD_PATH` (default `reports` below `CELESTA_HOME`), readable by us alone."""

    fake: ClassVar[bool] = False

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        folder = environment.path("REPORT_HOLD_PATH", environment.home / "reports")
        try:
            return cls(folder)
        except OSError as error:
            raise BootError(f"Reports cannot be held in {folder} ({error.strerror}): set REPORT_HOLD_PATH to a folder of ours.") from None

    def ping(self) -> None:
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise DispatchFailed(f"{self._folder} cannot be written to: give this user the folder.")

    def send(self, path: str, source: Path) -> str:
        target = self._folder / check_key(path)
        written = target.with_name(f".{uuid4().hex}.part")
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not target.exists():
                shutil.copyfile(source, written)
                written.replace(target)
            same = filecmp.cmp(source, target, shallow=False)
        except OSError as error:
            raise DispatchFailed(f"{path} could not be held in {self._folder}: {error.strerror}") from error
        finally:
            with suppress(OSError):
                written.unlink()
        if not same:
            raise DispatchFailed(f"Another file lies at {target}: see where it came from, then move it away.")
        return f"held: {path}"
