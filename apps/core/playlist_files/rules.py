"""Which format a file is in, reading it whole or not at all, and writing one."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Mapping

from apps.core.contract.playlist_files import LARGEST_FILE, PlaylistFile, PlaylistFormat, too_large
from apps.core.playlist_files.entries import Playlist, check_number, no_playlist, one_line
from apps.core.playlist_files.jspf import read_jspf, write_jspf
from apps.core.playlist_files.m3u import HEADING, read_m3u, write_m3u
from apps.core.playlist_files.tables import has_heading, read_table, write_table
from apps.core.playlist_files.xspf import read_xspf, write_xspf

MEDIA_TYPES: Mapping[PlaylistFormat, str] = {
    PlaylistFormat.M3U8: "application/vnd.apple.mpegurl", PlaylistFormat.XSPF: "application/xspf+xml",
    PlaylistFormat.JSPF: "application/jspf+json", PlaylistFormat.CSV: "text/csv; charset=utf-8",
}  # fmt: skip
WRITERS: Mapping[PlaylistFormat, Callable[[Playlist], str]] = {
    PlaylistFormat.M3U8: write_m3u, PlaylistFormat.XSPF: write_xspf, PlaylistFormat.JSPF: write_jspf, PlaylistFormat.CSV: write_table,
}  # fmt: skip
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_NAME = 200, 2_000, 100
NAMELESS = "Playlist"
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)
"""What Windows takes for devices."""


def read_playlist(name: str, content: bytes) -> tuple[PlaylistFormat, Playlist]:
    """Raises `TooLarge` and `Invalid`."""
    if len(content) > LARGEST_FILE:
        raise too_large()
    title, ending = _stem(name), name.lower().rpartition(".")[2]
    text = _text(content)
    kind = _kind(text, ending)
    match kind:
        case PlaylistFormat.XSPF:
            # As it came: XML says by itself which encoding it is in.
            playlist = read_xspf(content.lstrip(), title)
        case PlaylistFormat.JSPF:
            playlist = read_jspf(text, title)
        case PlaylistFormat.CSV:
            playlist = read_table(text, title)
        case _:
            playlist = read_m3u(text, title)
    check_number(playlist.entries)
    return kind, Playlist(_title(playlist.title), _description(playlist.description), playlist.entries)


def _text(content: bytes) -> str:
    """In the encoding that it is marked with; without a mark it is UTF-8, or what Windows and old players write."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _kind(text: str, ending: str) -> PlaylistFormat:
    """By what it begins with; a list of paths and a table have nothing to be recognised by but the name and the heading."""
    start = text.lstrip()[:100]
    if not start:
        raise no_playlist("it is empty")
    if start.startswith("<"):
        return PlaylistFormat.XSPF
    if start.startswith("{"):
        return PlaylistFormat.JSPF
    if start.upper().startswith(HEADING) or ending in {"m3u", "m3u8"}:
        return PlaylistFormat.M3U8
    if ending in {"csv", "tsv"} or has_heading(text):
        return PlaylistFormat.CSV
    raise no_playlist("nothing in it, nor its name, tells which kind it would be of")


def _stem(name: str) -> str:
    last = re.split(r"[\\/]", name)[-1]
    return re.sub(r"\.[A-Za-z0-9]{1,5}$", "", last)


def _title(title: str) -> str:
    return one_line(title)[:LONGEST_TITLE].rstrip() or NAMELESS


def _description(description: str) -> str:
    return description.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "ignore").decode()[:LONGEST_DESCRIPTION]


def write_playlist(kind: PlaylistFormat, playlist: Playlist) -> PlaylistFile:
    return PlaylistFile(f"{file_name(playlist.title)}.{kind}", MEDIA_TYPES[kind], WRITERS[kind](playlist).encode("utf-8", "replace"))


def file_name(title: str) -> str:
    """Of letters that every system takes, without a folder, a device or a hidden file in it."""
    plain = unicodedata.normalize("NFC", one_line(title))
    safe = re.sub(r"[^\w .,()&'-]", "_", plain).strip(" ._")[:LONGEST_NAME].rstrip(" .")
    return NAMELESS if not safe or RESERVED.match(safe) else safe
