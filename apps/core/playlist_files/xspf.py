"""XSPF, version 1 (xspf.org/spec): a playlist in XML.

Nothing is ever declared, fetched or expanded: a document type, which all such attacks need, is refused where it begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape

from apps.core.playlist_files.entries import Entry, Playlist, check_number, no_playlist, one_line, read_isrc, read_milliseconds

NAMESPACE = "http://xspf.org/ns/0/"
DEEPEST = 16
TRACK = ["playlist", "trackList", "track"]


class _Reader:
    """Listens to the parser; what it does not know it passes over."""

    def __init__(self, title: str) -> None:
        self.title, self.description = title, ""
        self.entries: list[Entry] = []
        self._path: list[str] = []
        self._text: list[str] = []
        self._entry = Entry()

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name.rpartition(" ")[2])
        self._text.clear()
        if self._path[0] != "playlist":
            raise no_playlist(f"it is XML, of the kind {one_line(self._path[0])[:40]}")
        if len(self._path) > DEEPEST:
            raise no_playlist(f"its elements lie more than {DEEPEST} deep in one another")
        if self._path == TRACK:
            self._entry = Entry()

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, name: str) -> None:
        text, path = "".join(self._text), self._path
        self._text.clear()
        if path == TRACK:
            self.entries.append(self._entry)
            check_number(self.entries)
        elif path[:-1] == TRACK:
            self._tell(path[-1], text)
        elif path == ["playlist", "title"]:
            self.title = one_line(text) or self.title
        elif path == ["playlist", "annotation"]:
            self.description = text.strip()
        path.pop()

    def _tell(self, name: str, text: str) -> None:
        told = self._entry
        match name:
            case "title":
                self._entry = told._replace(title=one_line(text))
            case "creator":
                self._entry = told._replace(artist=one_line(text))
            case "album":
                self._entry = told._replace(album=one_line(text))
            case "duration":
                number = text.strip()
                self._entry = told._replace(duration_ms=read_milliseconds(int(number[:15]) if number.isdecimal() else None))
            case "identifier":
                self._entry = told._replace(isrc=told.isrc or read_isrc(text))
            case "location":
                self._entry = told._replace(location=told.location or one_line(text))
            case _:
                return


def read_xspf(content: bytes, title: str) -> Playlist:
    reader, parser = _Reader(title), expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reader.start, reader.end, reader.data
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        parser.Parse(content, True)  # noqa: FBT003 - it takes its arguments by position alone
    except expat.ExpatError as error:
        raise no_playlist(f"its XML breaks off or is wrong at line {error.lineno} ({expat.ErrorString(error.code)})") from None
    except (LookupError, ValueError, UnicodeError):
        raise no_playlist("its XML is in an encoding that is not known here") from None
    return Playlist(reader.title, reader.description, reader.entries)


def _refuse_document_type(*_: Any) -> None:
    raise no_playlist("its XML declares a document type, which a playlist has no need of")


def write_xspf(playlist: Playlist) -> str:
    return "".join(f"{line}\n" for line in _lines(playlist))


def _lines(playlist: Playlist) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<playlist version="1" xmlns="{NAMESPACE}">'
    yield _element("title", one_line(playlist.title))
    yield _element("annotation", one_line(playlist.description))
    yield "<trackList>"
    for entry in playlist.entries:
        told = (
            ("location", entry.location), ("identifier", f"isrc:{entry.isrc}" if entry.isrc else ""), ("title", entry.title),
            ("creator", entry.artist), ("album", entry.album), ("duration", str(entry.duration_ms or "")),
        )  # fmt: skip
        yield f"<track>{''.join(_element(name, value) for name, value in told if value)}</track>"
    yield "</trackList>"
    yield "</playlist>"


def _element(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"
