"""What lies in a folder: files that may be music, what is wrong on sight, and what is left out."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from apps.core.contract.intake import DISC_FOLDER, LONGEST_PATH, MAXIMUM_FILE_BYTES, FoundPicture

MUSIC = frozenset({".mp3", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".mp4", ".wav", ".aiff", ".aif"})

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"})
COVERS = ("cover", "folder", "front", "album", "albumart", "artwork")
"""What pictures are called that are meant as a cover, the likeliest first."""

LYRICS = ".lrc"
"""What lies beside music under its name holds its words: a newer one makes the music newer, too."""

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")

LINK_OUT = "It is a link that leads out of the folder: import what it points to by itself."
UNNAMEABLE = "Its name, or that of its folder, holds bytes that are not UTF-8 text or control characters: rename it."
OVERLONG = f"Its path below the folder is longer than {LONGEST_PATH:,} bytes: shorten the names of its folders."
NOT_A_FILE = "It is a device, pipe or socket, not a file: leave it out or replace it."
UNREADABLE_FOLDER = "This folder may not be read: give the user who imports the right to read it."
EMPTY = "The file is empty: copy it again from where it came from."
TOO_LARGE = f"The file is larger than {MAXIMUM_FILE_BYTES >> 30} GiB: split it, or encode it as FLAC."


@dataclass(frozen=True)
class Seen:
    """A file met on the walk, judged without opening it."""

    path: str
    """Below the folder, with `/`."""
    size: int
    modified_ns: int
    refusal: str = ""
    """Why it need not be opened; empty where it may be music."""
    picture: FoundPicture | None = None
    """What lies beside it as its cover."""


@dataclass
class Walk:
    """One walk through a folder. Hidden entries are passed over, links are never followed."""

    root: Path
    """Resolved: the walk itself never leaves it."""
    left_out: Counter[str] = field(default_factory=Counter[str])
    """Files that no music has the name of, by extension."""

    def files(self) -> Iterator[Seen]:
        """Folder by folder, in the order of names."""
        folders: list[tuple[PurePosixPath, FoundPicture | None]] = [(PurePosixPath(), None)]
        while folders:
            folder, around = folders.pop()
            try:
                with os.scandir(self.root / folder) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError:
                yield Seen(_readable(folder), 0, 0, UNREADABLE_FOLDER)
                continue
            visible = [entry for entry in entries if not entry.name.startswith(".")]
            picture = self._picture(folder, visible)
            # The discs of a release show what lies beside their folders, rather than each its own.
            shown = around if around and DISC_FOLDER.match(folder.name) else picture
            yield from self._judge(folder, visible, shown)
            inner = [(folder / entry.name, picture) for entry in visible if entry.is_dir(follow_symlinks=False)]
            folders.extend(reversed(inner))

    def _picture(self, folder: PurePosixPath, entries: list[os.DirEntry[str]]) -> FoundPicture | None:
        """The one that by its name is meant as the cover of what lies here."""
        named = [(rank, entry) for entry in entries if (rank := cover_rank(entry.name)) is not None]
        for _, entry in sorted(named, key=lambda one: (one[0], one[1].name)):
            seen = self._seen(folder, entry)
            if seen.refusal in {"", EMPTY, TOO_LARGE}:
                return FoundPicture(seen.path, seen.size, seen.modified_ns)
        return None

    def _judge(self, folder: PurePosixPath, entries: list[os.DirEntry[str]], picture: FoundPicture | None = None) -> Iterator[Seen]:
        lyrics = {os.path.splitext(entry.name)[0]: entry for entry in entries if entry.name.endswith(LYRICS)}  # noqa: PTH122 - as below
        for entry in entries:
            if entry.is_symlink():
                # One that leads inside is a second name of what the walk meets anyway.
                if not _leads_into(self.root, entry):
                    yield self._seen(folder, entry, LINK_OUT)
            elif not entry.is_dir(follow_symlinks=False):
                stem, extension = os.path.splitext(entry.name)  # noqa: PTH122 - a Path for each of 100,000 files costs as much as the walk
                if extension.lower() in MUSIC:
                    seen = self._seen(folder, entry)
                    beside = self._seen(folder, lyrics[stem]).modified_ns if stem in lyrics else 0
                    yield replace(seen, picture=picture, modified_ns=max(seen.modified_ns, beside))
                elif cover_rank(entry.name) is None and extension != LYRICS:
                    self.left_out[extension.lower()] += 1

    def _seen(self, folder: PurePosixPath, entry: os.DirEntry[str], refusal: str = "") -> Seen:
        path = f"{folder}/{entry.name}" if folder.parts else entry.name
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            return Seen(_readable(path), 0, 0, f"It cannot be looked at ({error.strerror}): see whether the user who imports may.")
        return Seen(_readable(path), status.st_size, status.st_mtime_ns, refusal or _refusal(path, status))


def cover_rank(name: str) -> int | None:
    """How likely a file of this name is meant as the cover of what it lies beside, 0 the likeliest; None where it is not."""
    stem, extension = os.path.splitext(name.lower())  # noqa: PTH122 - as above
    if extension not in PICTURES:
        return None
    if stem in COVERS:
        return COVERS.index(stem)
    return len(COVERS) if "front" in stem or "cover" in stem else None


def _leads_into(root: Path, link: os.DirEntry[str]) -> bool:
    try:
        return Path(link.path).resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a link to itself, or through a folder that may not be entered
        return False


def _refusal(path: str, status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return NOT_A_FILE
    if len(os.fsencode(path)) > LONGEST_PATH:
        return OVERLONG
    if path != _readable(path):
        return UNNAMEABLE
    if status.st_size == 0:
        return EMPTY
    return TOO_LARGE if status.st_size > MAXIMUM_FILE_BYTES else ""


def _readable(path: str | PurePosixPath) -> str:
    """The path with what is not text spelled out, so that it can be written down and shown, and two names stay two; no longer than fits."""
    text = os.fsencode(path).decode(errors="backslashreplace")
    shown = CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return shown.encode()[:LONGEST_PATH].decode(errors="ignore")
