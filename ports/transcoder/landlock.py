"""Landlock: a fence around the files a process may reach, for good. Standard library only, for the launcher of `sandbox`."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable

CREATE_RULESET = 444
ADD_RULE = 445
RESTRICT_SELF = 446
"""The numbers of the system calls, the same on every architecture."""
ASK_VERSION = 1
BENEATH_PATH = 1

EXECUTE = 1 << 0
WRITE_FILE = 1 << 1
READ_FILE = 1 << 2
READ_FOLDER = 1 << 3
MAKE_FILE = 1 << 8
TRUNCATE = 1 << 14
ACCESS = {
    "run": EXECUTE | READ_FILE | READ_FOLDER,
    "read": READ_FILE,
    "write": READ_FILE | WRITE_FILE | MAKE_FILE | TRUNCATE,
}
"""What may be done to a path and all below it. Nothing is ever removed, renamed or linked."""
FOR_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE

FILE_RIGHTS = (13, 14, 15, 15, 16)
"""How many kinds of access to files the kernel's first, second, … version of Landlock knows; since the fifth it is so many."""
TCP = 0b11
"""Binding and connecting, since the fourth version."""
OTHER_PROCESSES = 0b11
"""Abstract sockets of, and signals to, processes outside the fence, since the sixth version."""


def fence(paths: Iterable[tuple[str, str]]) -> None:
    """Deny all files but these, given as (name in `ACCESS`, path); what does not exist is passed over.

    Other processes' memory and `/proc` are out of reach too. Raises `OSError` where the kernel has no Landlock, or it is off.
    """
    if sys.platform != "linux":
        raise OSError("only Linux has it")
    version = _call(CREATE_RULESET, None, 0, ASK_VERSION)
    handled = (1 << FILE_RIGHTS[min(version, len(FILE_RIGHTS)) - 1]) - 1
    attributes = struct.pack("=Q", handled)
    attributes += struct.pack("=Q", TCP) if version >= 4 else b""
    attributes += struct.pack("=Q", OTHER_PROCESSES) if version >= 6 else b""
    ruleset = _call(CREATE_RULESET, attributes, len(attributes), 0)
    for access, path in paths:
        _allow(ruleset, ACCESS[access] & handled, path)
    _call(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, rights: int, path: str) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not stat.S_ISDIR(os.fstat(opened).st_mode):
        rights &= FOR_A_FILE
    _call(ADD_RULE, ruleset, BENEATH_PATH, struct.pack("=Qi", rights, opened), 0)
    os.close(opened)


def _call(number: int, *values: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(value) if isinstance(value, int) else value for value in values))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
