"""Opening what was delivered: nothing outside the delivery's folder is ever read, whatever its paths and links say."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from apps.core.contract.intake import MAXIMUM_FILE_BYTES, DraftFile, DraftPicture

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
CHUNK = 1 << 20
AGAIN = "import the folder again"


class FileRefused(Exception):
    """The file cannot be taken in; the message names the reason for a person."""


def copy_below(root: Path, file: DraftFile | DraftPicture, target: Path, copied: Callable[[int], None]) -> str:
    """Copy a delivered file to `target` and return the SHA-256 of exactly the bytes copied, in hexadecimal; read once.

    `copied` is called with each chunk's length; what it raises stops the copy. Raises `FileRefused`, and `OSError` where the root
    is missing or `target` cannot be written.
    """
    digest, length = hashlib.sha256(), 0
    with open_below(root, file.path) as source, target.open("wb") as copy:
        size = os.fstat(source.fileno()).st_size
        if size != file.size:
            raise FileRefused(f"It changed after it was delivered: {AGAIN}.")
        if size > MAXIMUM_FILE_BYTES:
            raise FileRefused(f"It is larger than {MAXIMUM_FILE_BYTES >> 30} GiB: split it, or encode it as FLAC.")
        while chunk := _read(source):
            digest.update(chunk)
            length += len(chunk)
            if length > size:
                break
            copy.write(chunk)
            copied(len(chunk))
    if length != size:
        raise FileRefused(f"It changed while it was read: {AGAIN}.")
    return digest.hexdigest()


def open_below(root: Path, path: str) -> BinaryIO:
    """Open `path` below `root` part by part, following no link. Raises `FileRefused`, and `OSError` where the root is missing."""
    *folders, name = path.split("/")
    if any(part in {"", ".", ".."} or "\0" in part for part in (*folders, name)):
        raise FileRefused("Its path leads out of the delivered folder.")
    with ExitStack() as opened:
        here = _opened(opened, os.open(root, FOLDER))
        try:
            for folder in folders:
                here = _opened(opened, os.open(folder, FOLDER | os.O_NOFOLLOW, dir_fd=here))
            descriptor = os.open(name, FILE, dir_fd=here)
        except OSError as error:
            raise FileRefused(_reason(error)) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise FileRefused("It is a folder, device, pipe or socket, not a file.")
    return os.fdopen(descriptor, "rb", buffering=0)


def _opened(stack: ExitStack, descriptor: int) -> int:
    stack.callback(os.close, descriptor)
    return descriptor


def _read(source: BinaryIO) -> bytes:
    try:
        return source.read(CHUNK)
    except OSError as error:
        raise FileRefused(_reason(error)) from None


def _reason(error: OSError) -> str:
    match error.errno:
        case errno.ELOOP | errno.ENOTDIR:
            return "It is a link or lies behind one, and links are not followed: put the file itself there."
        case errno.ENOENT:
            return f"It is no longer there: put it back and {AGAIN}."
        case errno.EACCES | errno.EPERM:
            return f"The worker may not read it: give its user the right to and {AGAIN}."
        case _:
            return f"It could not be read ({error.strerror}): check the disk and {AGAIN}."
