"""Files whose tags are rubbish: whatever a tagger, a broken disk or somebody's malice has written."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from hypothesis import strategies as st
from mutagen.aiff import AIFF
from mutagen.flac import FLAC
from mutagen.id3 import TXXX, USLT, Frames
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4FreeForm
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from tests.factories.audio import make_audio

KINDS = ("mp3", "flac", "ogg", "opus", "m4a", "wav", "aiff")
OPENERS: Mapping[str, Callable] = {
    "mp3": MP3, "flac": FLAC, "ogg": OggVorbis, "opus": OggOpus, "m4a": MP4, "wav": WAVE, "aiff": AIFF,
}  # fmt: skip
TEXT_FRAMES = (
    "TIT2", "TIT3", "TPE1", "TPE2", "TPE4", "TCOM", "TPOS", "TRCK", "TDRC", "TSRC", "TPUB", "TCOP", "TPRO", "TCMP", "TBPM", "TKEY", "TLEN",
)  # fmt: skip
COMMENTS = (
    "TITLE", "ARTIST", "ARTISTS", "ALBUM", "ALBUMARTIST", "ALBUMARTISTS", "COMPOSER", "REMIXER", "PRODUCER", "DISCNUMBER", "TRACKNUMBER",
    "DATE", "GENRE", "ISRC", "BARCODE", "LABEL", "COPYRIGHT", "COMPILATION", "ITUNESADVISORY", "LYRICS", "SYNCEDLYRICS", "SUBTITLE",
)  # fmt: skip
ATOMS = ("©nam", "©ART", "©alb", "aART", "©wrt", "©day", "©gen", "cprt", "©lyr", "©pub")
ODD = (
    *("", " ", "\x00", ";", "&", "feat.", "feat. x", "A feat. ", "(feat. ", "Ana & Ben", "Various Artists", "../../etc/passwd"),
    *("-1", "0", "99999999999", "3/12", "A1", "2020-13-45", "0000", "\xbd", "\u0663", "GBABC2600001", "0602445790128"),
    *("\u202egnos\u202c", "\u0645" * 300, "x" * 20_000, "\U0001f469\u200d\U0001f3a4" * 500, "e\u0301" * 700, "\U0001d54a\U0001d560"),
    *(
        "[00:01.00]x",
        "[99:99.99]x\n" * 50,
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "%s%n{0}",
        "\u2028\u2029\r\n\t",
        "\ufeff\ufffe\uffff",
    ),
)
TEXT = st.one_of(st.sampled_from(ODD), st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
TEXTS = st.lists(TEXT, min_size=1, max_size=4)
ALBUM = st.sampled_from(("Album", "album", "", "Álbum", "x" * 3000, "\x00", "Vol. 2"))


def sounds(folder: Path) -> dict[str, bytes]:
    """The shortest file of each kind, to be tagged."""
    return {kind: make_audio(folder / f"sound.{kind}", seconds=0.05).read_bytes() for kind in KINDS}


def every_oddity() -> list[Callable[[Path, Mapping[str, bytes]], None]]:
    """One file for each odd text, that of its artist and title."""
    return [partial(_write, "flac", {"ARTIST": [odd], "TITLE": [odd], "COMPOSER": [odd, "Ana"]}, "Album", None) for odd in ODD]


@st.composite
def rubbish(draw: st.DrawFn) -> Callable[[Path, Mapping[str, bytes]], None]:
    """Writes one file of any kind, with any tags, into a folder, under a number."""
    kind = draw(st.sampled_from(KINDS))
    keys = {"m4a": st.sampled_from((*ATOMS, *COMMENTS)), "mp3": st.sampled_from(TEXT_FRAMES), "wav": st.sampled_from(TEXT_FRAMES)}
    keys["aiff"] = keys["mp3"]
    tags = draw(st.dictionaries(keys.get(kind, st.sampled_from(COMMENTS)), TEXTS, max_size=8))
    tags[{"m4a": "©ART", "mp3": "TPE1", "wav": "TPE1", "aiff": "TPE1"}.get(kind, "ARTIST")] = [draw(TEXT)]
    damage = draw(st.one_of(st.none(), st.integers(0, 1 << 32)))
    return partial(_write, kind, tags, draw(ALBUM), damage if draw(st.integers(0, 9)) == 0 else None)


def _write(kind: str, tags: Mapping[str, list[str]], album: str, damage: int | None, path: Path, made: Mapping[str, bytes]) -> None:
    path = path.with_suffix(f".{kind}")
    path.write_bytes(made[kind])
    file = OPENERS[kind](path)
    {"mp3": _id3, "wav": _id3, "aiff": _id3, "m4a": _atoms}.get(kind, _comments)(file, tags, album)
    file.save()
    if damage is not None:
        _damage(path, random.Random(damage))


def _id3(file: MP3 | WAVE | AIFF, tags: Mapping[str, list[str]], album: str) -> None:
    if file.tags is None:
        file.add_tags()
    assert file.tags is not None
    for name, texts in {**tags, "TALB": [album]}.items():
        file.tags.add(Frames[name](encoding=3, text=texts))
    for number, (name, texts) in enumerate(tags.items()):
        file.tags.add(TXXX(encoding=3, desc=COMMENTS[number], text=texts))
        file.tags.add(USLT(encoding=3, lang="und", desc=name, text=texts[0]))


def _atoms(file: MP4, tags: Mapping[str, list[str]], album: str) -> None:
    for name, texts in tags.items():
        if name in ATOMS:
            file[name] = texts
        else:
            file[f"----:com.apple.iTunes:{name}"] = [MP4FreeForm(text.encode()) for text in texts]
    file["©alb"] = [album]
    file["trkn"], file["rtng"] = [(len(tags), 0)], [len(tags)]


def _comments(file: FLAC | OggVorbis | OggOpus, tags: Mapping[str, list[str]], album: str) -> None:
    for name, texts in tags.items():
        file[name] = texts
    file["ALBUM"] = [album]


def _damage(path: Path, chance: random.Random) -> None:
    """Some bytes of it are others, wherever."""
    content = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 20)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path.write_bytes(content)
