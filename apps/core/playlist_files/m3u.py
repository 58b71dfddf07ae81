"""M3U and M3U8: an address or path on each line, and what is told of it before.

There is no standard; `#EXTINF`, `#EXTART`, `#EXTALB` and `#PLAYLIST` are what players agree on (en.wikipedia.org/wiki/M3U).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from apps.core.playlist_files.entries import Entry, Playlist, one_line, read_milliseconds

HEADING = "#EXTM3U"
PARTING = " - "
TOLD = re.compile(r"#EXTINF:\s*(-?[0-9]{1,9}(?:\.[0-9]{1,9})?)?([^,]*),(.*)", re.IGNORECASE)
"""Seconds, attributes that streams have, and the name."""
NUMBERED = re.compile(r"^[0-9]{1,3}(?:\s*[-._)]\s*|\s+)(?=\S)")
"""As files begin with the number of a track."""


def read_m3u(text: str, title: str) -> Playlist:
    entries: list[Entry] = []
    told = Entry()
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, value = line.partition(":")
        if not line.startswith("#"):
            entries.append(_located(told, line))
            told = Entry()
        elif name.upper() == "#PLAYLIST":
            title = one_line(value) or title
        elif found := TOLD.match(line):
            seconds = float(found[1]) if found[1] else None
            told = told._replace(unparted=one_line(found[3]), duration_ms=read_milliseconds(seconds * 1000 if seconds else None))
        elif name.upper() == "#EXTART":
            told = told._replace(artist=one_line(value))
        elif name.upper() == "#EXTALB":
            told = told._replace(album=one_line(value))
    return Playlist(title, "", entries)


def _located(told: Entry, location: str) -> Entry:
    told = told._replace(location=one_line(location))
    if told.artist and told.unparted:
        # The artist is told by itself: what is left of the name is the title, whatever signs are in it.
        return told._replace(title=told.unparted.removeprefix(told.artist + PARTING), unparted="")
    unparted = told.unparted or _name_of_file(told.location)
    artist, parting, title = unparted.partition(PARTING)
    if not parting or not title.strip():
        return told._replace(title=unparted, unparted=unparted)
    return told._replace(title=title.strip(), artist=told.artist or artist.strip(), unparted=unparted)


def _name_of_file(location: str) -> str:
    if "://" in location:
        location = unquote(re.split(r"[?#]", location, maxsplit=1)[0])
    name = re.split(r"[\\/]", location)[-1]
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)
    return one_line(NUMBERED.sub("", stem.replace("_", " ")))


def write_m3u(playlist: Playlist) -> str:
    return "".join(f"{line}\n" for line in _lines(playlist))


def _lines(playlist: Playlist) -> Iterator[str]:
    yield HEADING
    yield f"#PLAYLIST:{one_line(playlist.title)}"
    for entry in playlist.entries:
        seconds = -1 if entry.duration_ms is None else round(entry.duration_ms / 1000)
        yield f"#EXTINF:{seconds},{entry.artist}{PARTING}{entry.title}"
        yield f"#EXTART:{entry.artist}"
        if entry.album:
            yield f"#EXTALB:{entry.album}"
        yield entry.location
