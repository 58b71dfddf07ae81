"""CSV: a table with a row of names above it, as Exportify, Soundiiz, TuneMyMusic and spreadsheets write it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from apps.core.playlist_files.entries import Entry, Playlist, no_playlist, one_line, read_isrc, read_milliseconds

COLUMNS = ("Track Name", "Artist Name(s)", "Album Name", "ISRC", "Track Duration (ms)", "Track Page")
NAMES: Mapping[str, Sequence[str]] = {
    "title": ("trackname", "tracktitle", "title", "track", "songname", "songtitle", "song", "name"),
    "artist": ("artistnames", "artistname", "artists", "artist", "trackartist", "creator", "performer"),
    "album": ("albumname", "albumtitle", "album", "releasetitle", "release"),
    "isrc": ("isrc", "isrccode", "trackisrc"),
    "milliseconds": ("trackdurationms", "durationms", "lengthms"),
    "duration": ("trackduration", "duration", "length", "time", "seconds"),
    "location": ("trackpage", "location", "trackurl", "url", "link"),
}
"""What a column is called, in small letters without signs; the first that is there counts."""
DELIMITERS = ",;\t"
DANGEROUS = re.compile(r"'*[=+\-@]")
"""What a spreadsheet would take for a formula (owasp.org/www-community/attacks/CSV_Injection), however often it was made safe."""
CLOCK = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-9]{1,2})(?:\.[0-9]+)?")
SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
LONGEST_SECONDS = 24 * 60 * 60
"""A number beyond it, in a column that does not say, is of milliseconds."""


def has_heading(text: str) -> bool:
    """Whether the first line names columns of a playlist."""
    try:
        return _tells_names(_places(next(_rows(text.lstrip().partition("\n")[0]), ())))
    except csv.Error:
        return False


def _tells_names(places: Mapping[str, int]) -> bool:
    return "title" in places or "isrc" in places


def read_table(text: str, title: str) -> Playlist:
    rows = _rows(text.lstrip())
    try:
        places = _places(next(rows, ()))
        if not _tells_names(places):
            raise no_playlist("its first row names no column for titles or ISRCs")
        entries = [_entry(row, places) for row in rows if any(map(str.strip, row))]
    except csv.Error as error:
        raise no_playlist(f"its table is wrong ({error})") from None
    return Playlist(title, "", entries)


def _rows(text: str) -> Iterator[Sequence[str]]:
    heading = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=heading.count)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _places(heading: Sequence[str]) -> dict[str, int]:
    names = [re.sub(r"[^a-z0-9]", "", cell.lower()) for cell in heading]
    found = {meaning: next((names.index(one) for one in known if one in names), None) for meaning, known in NAMES.items()}
    return {meaning: place for meaning, place in found.items() if place is not None}


def _entry(row: Sequence[str], places: Mapping[str, int]) -> Entry:
    def cell(meaning: str) -> str:
        place = places.get(meaning, len(row))
        return _plain(row[place]) if place < len(row) else ""

    return Entry(
        one_line(cell("title")), one_line(cell("artist")), one_line(cell("album")), read_isrc(cell("isrc")),
        _milliseconds(cell("milliseconds")) or _length(cell("duration")), one_line(cell("location")),
    )  # fmt: skip


def _milliseconds(text: str) -> int | None:
    return read_milliseconds(float(text)) if SECONDS.fullmatch(text) else None


def _length(text: str) -> int | None:
    if found := CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return read_milliseconds(((hours * 60 + minutes) * 60 + seconds) * 1000)
    if not SECONDS.fullmatch(text):
        return None
    return read_milliseconds(float(text) * (1000 if float(text) <= LONGEST_SECONDS else 1))


def write_table(playlist: Playlist) -> str:
    written = io.StringIO(newline="")
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for entry in playlist.entries:
        cells = entry.title, entry.artist, entry.album, entry.isrc, entry.duration_ms or "", entry.location
        table.writerow([_safe(str(cell)) for cell in cells])
    return written.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if DANGEROUS.match(cell) else cell


def _plain(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and DANGEROUS.match(cell) else cell
