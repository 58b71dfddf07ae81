"""JSPF (xspf.org/jspf): XSPF in JSON."""

from __future__ import annotations

import msgspec

from apps.core.playlist_files.entries import Entry, Playlist, no_playlist, one_line, read_isrc, read_milliseconds

Texts = str | list[str] | None
"""Some programs write one, where the standard has a list."""


class _Track(msgspec.Struct, omit_defaults=True):
    title: str | None = None
    creator: str | None = None
    album: str | None = None
    duration: float | None = None
    identifier: Texts = None
    location: Texts = None


class _Playlist(msgspec.Struct, omit_defaults=True):
    title: str | None = None
    annotation: str | None = None
    track: list[_Track] = []


class _Document(msgspec.Struct):
    playlist: _Playlist


_decoder, _encoder = msgspec.json.Decoder(_Document, strict=False), msgspec.json.Encoder()


def read_jspf(text: str, title: str) -> Playlist:
    try:
        told = _decoder.decode(text).playlist
    except msgspec.ValidationError as error:
        raise no_playlist(f"its JSON is not that of a playlist ({error})") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise no_playlist("its JSON breaks off or is wrong") from None
    return Playlist(one_line(told.title) or title, (told.annotation or "").strip(), list(map(_entry, told.track)))


def _entry(track: _Track) -> Entry:
    isrc = next(filter(None, map(read_isrc, _listed(track.identifier))), "")
    location = next(filter(None, map(one_line, _listed(track.location))), "")
    names = one_line(track.title), one_line(track.creator), one_line(track.album)
    return Entry(*names, isrc, read_milliseconds(track.duration), location)


def _listed(texts: Texts) -> list[str]:
    return [texts] if isinstance(texts, str) else texts or []


def write_jspf(playlist: Playlist) -> str:
    tracks = [
        _Track(
            entry.title or None, entry.artist or None, entry.album or None, entry.duration_ms,
            [f"isrc:{entry.isrc}"] if entry.isrc else None, [entry.location] if entry.location else None,
        )
        for entry in playlist.entries
    ]  # fmt: skip
    document = _Document(_Playlist(one_line(playlist.title), playlist.description or None, tracks))
    return msgspec.json.format(_encoder.encode(document), indent=1).decode()
