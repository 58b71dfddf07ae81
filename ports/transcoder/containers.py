"""What a file is, by its first bytes: its name is not believed, and ffmpeg is not asked to guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ports.transcoder.interface import MediaRefused

HEAD = 4096
ID3_HEADER = 10
MAX_TAGS = 8
PADDING_SEARCHED = 1 << 16
LAYER_III = b"\xe2\xe3\xf2\xf3\xfa\xfb"
ACCEPTED_IN_WORDS = "MP3, FLAC, Ogg Vorbis, Opus, M4A (AAC or ALAC), WAV or AIFF"

DECODERS = (
    *("mp3float", "mp3", "flac", "vorbis", "libvorbis", "opus", "libopus", "aac", "alac"),
    *("pcm_u8", "pcm_s8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be"),
    *("pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be", "pcm_alaw", "pcm_mulaw"),
)
"""As ffmpeg names them; no other one ever runs."""


@dataclass(frozen=True)
class Container:
    name: str
    demuxer: str
    """As ffmpeg's `-f` calls it."""
    states_length: bool
    """Whether the header says how long the audio is, so that a file cut short can be told."""


MP3 = Container("MP3", "mp3", states_length=False)
FLAC = Container("FLAC", "flac", states_length=True)
OGG = Container("Ogg", "ogg", states_length=False)
MP4 = Container("MP4", "mov", states_length=True)
WAV = Container("WAV", "wav", states_length=True)
AIFF = Container("AIFF", "aiff", states_length=True)

AUDIO = (
    (rb"fLaC", FLAC),
    (rb"OggS", OGG),
    (rb"....ftyp", MP4),
    (rb"(RIFF|RF64)....WAVE", WAV),
    (rb"FORM....AIF[FC]", AIFF),
)

FOREIGN = (
    (rb"\s*(#EXT|ffconcat|\[playlist\]|\[reference\]|<asx|<smil|<\?wpl)", "a playlist"),
    (rb"\s*<(\?xml|!doctype|html|svg|playlist|mpd)", "a document or playlist of markup"),
    (rb"PK[\x03\x05\x07]|\x1f\x8b|BZh|7z\xbc\xaf|Rar!|\xfd7zXZ|\x28\xb5\x2f\xfd", "an archive"),
    (rb".{257}ustar", "an archive"),
    (rb"MZ|\x7fELF|#!|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe", "a program"),
    (rb"\xff\xd8\xff|\x89PNG|GIF8|BM.{4}\x00{4}|II\*\x00|MM\x00\*|RIFF....WEBP", "a picture"),
    (rb"\x1a\x45\xdf\xa3|RIFF....AVI |FLV\x01|\x00\x00\x01[\xb3\xba]|G.{187}G", "a video file"),
    (rb"%PDF|\xd0\xcf\x11\xe0|\{\\rtf", "a document"),
    (rb"\x30\x26\xb2\x75|wvpk|MAC |DSD |FRM8|MThd|\.snd|\xff[\xf0\xf1\xf8\xf9]|caff|#!AMR", "audio of a kind we do not take"),
)


def container_of(source: Path) -> Container:
    """The container of an acceptable audio file; raises `MediaRefused` saying what it is instead."""
    with source.open("rb") as file:
        start = _after_tags(file)
        file.seek(start)
        head = file.read(HEAD)
        if start:
            head = head.lstrip(b"\x00") or file.read(PADDING_SEARCHED).lstrip(b"\x00")
    for pattern, container in AUDIO:
        if re.match(pattern, head, re.DOTALL):
            return container
    if _is_mp3_frame(head):
        return MP3
    raise MediaRefused(f"This file is {_foreign(head)}: send {ACCEPTED_IN_WORDS}.")


def _after_tags(file: BinaryIO) -> int:
    """Where the audio starts behind any ID3v2 tags."""
    start = 0
    for _ in range(MAX_TAGS):
        file.seek(start)
        header = file.read(ID3_HEADER)
        if len(header) < ID3_HEADER or not header.startswith(b"ID3") or max(header[6:]) > 0x7F:
            break
        length = header[6] << 21 | header[7] << 14 | header[8] << 7 | header[9]
        start += ID3_HEADER + length + (ID3_HEADER if header[5] & 0x10 else 0)
    return start


def _is_mp3_frame(head: bytes) -> bool:
    """Whether a header of MPEG 1, 2 or 2.5 Layer III with a possible bit rate and sample rate comes first."""
    if len(head) < 4 or head[0] != 0xFF or head[1] not in LAYER_III:
        return False
    bit_rate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    return bit_rate not in (0, 15) and sample_rate != 3


def _foreign(head: bytes) -> str:
    for pattern, name in FOREIGN:
        if re.match(pattern, head, re.DOTALL | re.IGNORECASE):
            return f"{name}, not audio we can use" if "audio" not in name else name
    return "text, not audio" if _is_text(head) else "not audio that we recognise"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        text = head[: error.start].decode() if error.start > len(head) - 4 else ""
    return bool(text) and all(character.isprintable() or character.isspace() for character in text)
