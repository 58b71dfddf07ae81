"""Rules of intake: which files make up a release, and what its tags say."""

from __future__ import annotations

import hashlib
import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from apps.core.catalogue.rules import VARIOUS_ARTISTS, name_key
from apps.core.contract.errors import Invalid
from apps.core.contract.intake import DISC_FOLDER, LONGEST_PATH, Tags

UNKNOWN_ARTIST = "Unknown artist"
NUMBERED_NAME = re.compile(r"^(?:([0-9]{1,2})[-.])?([0-9]{1,3})[\s._-]+(.+)$")
ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
UPC = re.compile(r"[0-9]{8,14}")
DATE = re.compile(r"^([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?(?![0-9])")
COMPACT_DATE = re.compile(r"^([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])")
YEAR_LAST = re.compile(r"^([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})(?![0-9])")
MONTHS = 12
SIGN_IN_BRACKETS = re.compile(r"\(([pPcC])\)")
SIGNED = re.compile(r"(?=[℗©])")
BOTH_SIGNS = re.compile(r"^\s*(?:℗\s*(?:&|and|/|\+|,)?\s*©|©\s*(?:&|and|/|\+|,)?\s*℗)\s*")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
NATURAL = re.compile(r"([0-9]+)")


@dataclass(frozen=True)
class TaggedFile:
    """A delivered file with its tags, as the rules look at it."""

    id: str
    path: str
    tags: Tags

    @property
    def folder(self) -> str:
        """The folder of the release: discs lie in folders of their own below it."""
        folder = PurePosixPath(self.path).parent
        return str(folder.parent if DISC_FOLDER.match(folder.name) else folder)

    @property
    def title(self) -> str:
        """With its subtitle, unless that is in it: two versions are told apart by nothing else, often."""
        if self.tags.title:
            subtitle = self.tags.subtitle
            return self.tags.title if not subtitle or name_key(subtitle) in name_key(self.tags.title) else f"{self.tags.title} ({subtitle})"
        stem = PurePosixPath(self.path).stem
        numbered = NUMBERED_NAME.match(stem)
        return (numbered[3] if numbered else stem).replace("_", " ").strip() or stem

    @property
    def artist(self) -> str:
        return self.tags.artist or self.tags.album_artist or UNKNOWN_ARTIST

    @property
    def disc(self) -> int:
        if self.tags.disc:
            return self.tags.disc
        if folder := DISC_FOLDER.match(PurePosixPath(self.path).parent.name):
            return int(folder[2])
        numbered = NUMBERED_NAME.match(PurePosixPath(self.path).stem)
        return int(numbered[1] or 1) if numbered else 1

    @property
    def number(self) -> int:
        """0 where neither the tags nor the file's name say."""
        if self.tags.track:
            return self.tags.track
        numbered = NUMBERED_NAME.match(PurePosixPath(self.path).stem)
        return int(numbered[2]) if numbered else 0


def check_path(path: str) -> None:
    """Raises `Invalid` for a path that is absolute, leaves its folder, hides control characters or is longer than an index can hold."""
    if len(path.encode()) > LONGEST_PATH:
        raise Invalid(
            f"A path that begins with {path[:80]!r} is too long.", f"Name folders and files so that it has {LONGEST_PATH:,} bytes."
        )
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "" in parts or "." in parts or CONTROL.search(path):
        raise Invalid(f"{path!r} is not a path inside the delivery.", "Name files by their path below its folder.")


def release_identity(file: TaggedFile, source: str) -> str:
    """What makes files one release, and the same one when it comes again: the UPC; else album and album artist; else the folder."""
    if upc := clean_upc(file.tags.upc):
        return upc
    if not file.tags.album:
        return _digest("folder", str(PurePosixPath(source, file.folder)))
    if file.tags.album_artist or file.tags.compilation:
        artist = VARIOUS_ARTISTS if file.tags.compilation else file.tags.album_artist
        return _digest("album", name_key(artist), name_key(file.tags.album))
    return _digest("album in folder", str(PurePosixPath(source, file.folder)), name_key(file.tags.album))


def identities(files: Mapping[str, TaggedFile]) -> dict[str, str]:
    """What each recording of a release goes by, by file id; `files` are given by their content.

    The ISRC; where there is none, or several files of the release carry the same one and it tells nothing apart, the content.
    """
    isrcs = Counter(clean_isrc(file.tags.isrc) for file in files.values())
    found: dict[str, str] = {}
    for content_hash, file in files.items():
        isrc = clean_isrc(file.tags.isrc)
        found[file.id] = isrc if isrc and isrcs[isrc] == 1 else content_hash
    return found


def place(files: Sequence[TaggedFile], taken: Iterable[tuple[int, int]] = ()) -> dict[str, tuple[int, int]]:
    """Disc and number of each file: as tagged where that is free, else the next free number, in the order of their paths."""
    places: dict[str, tuple[int, int]] = {}
    used = set(taken)
    ordered = sorted(files, key=lambda file: (file.disc, natural_key(file.path)))
    for file in (file for file in ordered if file.number):
        if (file.disc, file.number) not in used:
            places[file.id] = (file.disc, file.number)
            used.add(places[file.id])
    for file in (file for file in ordered if file.id not in places):
        number = max((number for disc, number in used if disc == file.disc), default=0) + 1
        places[file.id] = (file.disc, number)
        used.add(places[file.id])
    return places


def natural_key(text: str) -> list[tuple[int, str]]:
    """Sorts `2.ogg` before `10.ogg`."""
    return [(int(part), "") if at % 2 else (0, part.casefold()) for at, part in enumerate(NATURAL.split(text))]


def release_title(files: Sequence[TaggedFile], source: str) -> str:
    for file in files:
        if file.tags.album:
            return file.tags.album
    if len(files) == 1:
        return files[0].title
    folder = PurePosixPath(files[0].folder).name or PurePosixPath(source).name
    return folder.replace("_", " ") or files[0].title


def commonest(paths: Sequence[str]) -> str | None:
    """What most files have, the first by its name of several; None where there is nothing."""
    counts = Counter(paths)
    return min(counts, key=lambda path: (-counts[path], path), default=None)


def first_with_picture(files: Sequence[TaggedFile]) -> TaggedFile | None:
    """The first in the order of the release that has a picture inside."""
    inside = (file for file in files if file.tags.picture)
    return min(inside, key=lambda file: (file.disc, file.number, natural_key(file.path)), default=None)


def clean_isrc(text: str) -> str | None:
    """ISO 3901, without hyphens and spaces; None for what is not one."""
    isrc = re.sub(r"[\s-]", "", text).upper()
    return isrc if ISRC.fullmatch(isrc) else None


def clean_upc(text: str) -> str | None:
    upc = re.sub(r"[\s-]", "", text)
    return upc if UPC.fullmatch(upc) else None


def clean_date(text: str) -> tuple[str | None, int | None]:
    """The date as exact as it is written, whichever part stands first where that can be told, and its year."""
    text = text.strip()
    found = DATE.match(text) or COMPACT_DATE.match(text)
    if found:
        year, month, day = found.groups()
    elif found := YEAR_LAST.match(text):
        first, second, year = found.groups()
        month, day = (second, first) if int(first) > MONTHS else (first, second) if int(second) > MONTHS else (None, None)
    else:
        return None, None
    if year == "0000":
        return None, None
    return _as_exact(year, month, day), int(year)


def _as_exact(year: str, month: str | None, day: str | None) -> str:
    if not month or not 1 <= int(month) <= MONTHS:
        return year
    if not day or not 1 <= int(day) <= monthrange(int(year), int(month))[1]:
        return f"{year}-{int(month):02}"
    return f"{year}-{int(month):02}-{int(day):02}"


def rights_lines(notice: str, produced: str) -> tuple[str | None, str | None]:
    """The lines of ℗, for the recording, and of ©, for all else; what has neither sign, or both together, is both."""
    signed = SIGN_IN_BRACKETS.sub(lambda found: "℗" if found[1] in "pP" else "©", notice)
    together = BOTH_SIGNS.sub("", signed).strip()
    parts = [] if together != signed.strip() else [part.strip(" ,;&/") for part in SIGNED.split(signed)]
    lines = {part[0]: part[1:].strip() for part in parts if part.startswith(("℗", "©"))} or dict.fromkeys("℗©", together)
    return produced or lines.get("℗") or None, lines.get("©") or None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
