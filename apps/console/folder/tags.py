"""What a sound file says about itself: the comments of every format mapped to the contract's `Tags`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mutagen import FileType  # pyright: ignore[reportPrivateImportUsage] - mutagen has no list of its public names
from mutagen.id3 import ID3, TextFrame  # pyright: ignore[reportPrivateImportUsage] - as above
from mutagen.mp4 import MP4Tags

from apps.console.folder.cleaning import clean
from apps.console.folder.lyrics import lyrics_inside
from apps.core.contract.intake import MOST_NAMES, Tags

FIELDS: Mapping[str, tuple[str, ...]] = {
    "title": ("tit2", "title", "©nam", "inam"),
    "subtitle": ("tit3", "subtitle", "----:com.apple.itunes:subtitle"),
    "artist": ("tpe1", "artist", "©art", "iart"),
    "album": ("talb", "album", "©alb", "iprd"),
    "album_artist": ("tpe2", "txxx:albumartist", "txxx:album artist", "albumartist", "album artist", "aart"),
    "composer": ("tcom", "composer", "©wrt", "imus"),
    "disc": ("tpos", "discnumber", "disc", "disk"),
    "track": ("trck", "tracknumber", "track", "trkn", "itrk", "iprt"),
    "date": ("tdrc", "tdrl", "date", "year", "©day", "icrd"),
    "genre": ("tcon", "genre", "©gen", "ignr"),
    "isrc": ("tsrc", "isrc", "----:com.apple.itunes:isrc"),
    "upc": (
        *("txxx:barcode", "txxx:upc", "txxx:ean", "barcode", "upc", "ean", "ean/upn"),
        *("----:com.apple.itunes:barcode", "----:com.apple.itunes:upc"),
    ),
    "label": ("tpub", "label", "organization", "publisher", "----:com.apple.itunes:label", "©pub"),
    "copyright": ("tcop", "copyright", "cprt", "icop"),
    "produced": ("tpro", "txxx:phonographic copyright", "phonographic copyright", "----:com.apple.itunes:phonographic copyright"),
    "explicit": ("txxx:itunesadvisory", "itunesadvisory", "rtng"),
    "compilation": ("tcmp", "compilation", "cpil"),
}
"""By field: where ID3, Vorbis comments, MP4 atoms and RIFF INFO keep it, the first that says something wins."""

PEOPLE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "artist": ("artists", ("txxx:artists", "artists", "----:com.apple.itunes:artists")),
    "album_artist": ("album_artists", ("txxx:albumartists", "albumartists", "----:com.apple.itunes:albumartists")),
    "composer": ("composers", ()),
}
CREW: Mapping[str, tuple[str, ...]] = {
    "remixers": ("tpe4", "remixer", "mixartist", "----:com.apple.itunes:remixer"),
    "producers": ("txxx:producer", "producer", "----:com.apple.itunes:producer"),
}
"""By field of several names: where taggers keep them."""
"""By field: the field for each of several names, and where taggers write those apart from how they are credited together."""

PICTURES = ("covr", "metadata_block_picture")
"""Where MP4 atoms and Vorbis comments keep pictures; the other formats have a place of its own for them."""

FLAGS = {"compilation": {"1", "true", "yes"}, "explicit": {"1", "4", "explicit", "yes", "true"}}
"""What says yes. Of Apple's advice 1 and 4 are explicit words, 2 is a version without them, 0 is neither."""
LONGEST = {"date": 40, "isrc": 40, "upc": 40}
LONGEST_TEXT = 1000
NUMBERS = {"disc": 999, "track": 9999}
LONGEST_DURATION_MS = 7 * 24 * 3600 * 1000
Comments = dict[str, list[str]]


def tags_of(sound: FileType, information: Mapping[str, str]) -> Tags:
    """The tags of an opened sound file; `information` is what a WAV file's INFO chunk says."""
    comments = _comments(sound.tags)
    for key, text in information.items():
        comments.setdefault(key.lower(), [text])
    found: dict[str, Any] = {}
    for field, keys in FIELDS.items():
        texts = next(filter(None, (_cleaned(comments.get(key, ())) for key in keys)), [])
        text = (", " if field in PEOPLE else "; ").join(texts)
        if field in NUMBERS:
            found[field] = _number(text, NUMBERS[field])
        elif field in FLAGS:
            found[field] = text.lower() in FLAGS[field]
        else:
            found[field] = text[: LONGEST.get(field, LONGEST_TEXT)]
        if field in PEOPLE:
            several, apart = PEOPLE[field]
            found[several] = _several(next(filter(None, (_cleaned(comments.get(key, ())) for key in apart)), texts))
    for field, keys in CREW.items():
        found[field] = _names(next(filter(None, (_cleaned(comments.get(key, ())) for key in keys)), []))
    found["lyrics"], found["timed_lyrics"] = lyrics_inside(sound.tags, comments)
    return Tags(**found, picture=_has_picture(sound, comments), duration_ms=_milliseconds(getattr(sound.info, "length", 0)))


def _has_picture(sound: FileType, comments: Comments) -> bool:
    """Whether any format's way of holding one is in use."""
    tags: Any = sound.tags
    frames = tags.getall("APIC") if isinstance(tags, ID3) else ()
    return bool(frames or getattr(sound, "pictures", ()) or any(comments.get(key) for key in PICTURES))


def _comments(tags: Any) -> Comments:
    """Every comment by its key in lower case."""
    if tags is None:
        return {}
    if isinstance(tags, ID3):
        return {key.lower(): _frame_texts(frame) for key, frame in tags.items() if isinstance(frame, TextFrame)}
    if isinstance(tags, MP4Tags):
        return {key.lower(): [_atom_text(value) for value in _listed(values)] for key, values in tags.items()}
    return {key.lower(): list(values) for key, values in tags.as_dict().items()}


def _frame_texts(frame: TextFrame) -> list[str]:
    texts = frame.genres if hasattr(frame, "genres") else frame.text  # pyright: ignore[reportAttributeAccessIssue] - set by the frame's specification
    return [str(text) for text in texts]


def _listed(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _atom_text(value: Any) -> str:
    if isinstance(value, tuple):
        return str(value[0])
    if isinstance(value, bytes):
        return bytes(value).decode(errors="replace")
    return str(value)


def _cleaned(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(clean, texts))))


def _several(names: Sequence[str]) -> tuple[str, ...]:
    return _names(names) if len(names) > 1 else ()


def _names(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name[:LONGEST_TEXT] for name in names[:MOST_NAMES])


def _number(text: str, largest: int) -> int:
    """The 3 of "3/12"; 0 where there is none, or one that cannot be meant."""
    digits = re.match(r"[0-9]{1,9}", text)
    number = int(digits[0]) if digits else 0
    return number if number <= largest else 0


def _milliseconds(seconds: Any) -> int:
    """Also for the lengths that broken headers claim: negative, endless or none."""
    if not isinstance(seconds, (int, float)) or not 0 < seconds < LONGEST_DURATION_MS / 1000:
        return 0
    return round(seconds * 1000)
