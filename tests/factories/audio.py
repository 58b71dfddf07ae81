"""Small tagged audio files of every format we accept, made by the bundled ffmpeg and mutagen, and files that only pretend."""

from __future__ import annotations

import gzip
import io
import random
import struct
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

import imageio_ffmpeg
from mutagen.aiff import AIFF
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TALB, TCON, TCOP, TDRC, TIT2, TPE1, TPE2, TPOS, TPUB, TRCK, TSRC
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4Cover, MP4FreeForm
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

ENCODERS = {
    "mp3": ("libmp3lame", "-b:a", "128k", "-write_xing", "1", "-f", "mp3"),
    "flac": ("flac", "-f", "flac"),
    "ogg": ("libvorbis", "-b:a", "96k", "-f", "ogg"),
    "opus": ("libopus", "-b:a", "64k", "-ar", "48000", "-f", "opus"),
    "m4a": ("aac", "-b:a", "96k", "-f", "ipod"),
    "alac": ("alac", "-f", "ipod"),
    "wav": ("pcm_s16le", "-f", "wav"),
    "aiff": ("pcm_s16be", "-f", "aiff"),
}
FORMATS = tuple(ENCODERS)
"""The formats `make_audio` knows; each but `alac` (an .m4a) is its own file extension."""

ID3_FRAMES = {
    "title": TIT2,
    "artist": TPE1,
    "albumartist": TPE2,
    "album": TALB,
    "tracknumber": TRCK,
    "discnumber": TPOS,
    "date": TDRC,
    "genre": TCON,
    "isrc": TSRC,
    "label": TPUB,
    "copyright": TCOP,
}
MP4_ATOMS = {
    "title": "\xa9nam",
    "artist": "\xa9ART",
    "albumartist": "aART",
    "album": "\xa9alb",
    "date": "\xa9day",
    "genre": "\xa9gen",
    "copyright": "cprt",
}
MP4_PAIRS = {"tracknumber": "trkn", "discnumber": "disk"}


def make_audio(
    path: Path,
    *,
    kind: str | None = None,
    seconds: float = 2.0,
    frequency: float = 440.0,
    channels: int = 2,
    sample_rate: int = 44_100,
    tags: Mapping[str, str] | None = None,
    cover: bytes | None = None,
) -> Path:
    """Write a sine tone in the format `kind` (by default the path's extension) and tag it.

    Tags are named as in Vorbis comments, in lower case (`title`, `tracknumber`, `isrc`, …); `cover` is the bytes of a JPEG.
    """
    kind = kind or path.suffix.lstrip(".").lower()
    codec, *options = ENCODERS[kind]
    run_ffmpeg(
        *("-f", "lavfi", "-i", f"sine=frequency={frequency}:sample_rate={sample_rate}:duration={seconds:f}"),
        *("-ac", str(channels), "-c:a", codec, *options, f"file:{path}"),
    )
    if tags or cover:
        tag(path, kind, tags or {}, cover)
    return path


def run_ffmpeg(*arguments: str) -> None:
    """The bundled ffmpeg, bare: for making test files, never for reading hostile ones."""
    bitexact = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-nostdin", "-v", "error", "-y", *arguments[:-1], *bitexact, arguments[-1]], check=True)


def tag(path: Path, kind: str, tags: Mapping[str, str], cover: bytes | None = None) -> None:
    """Add tags (and a cover) the way each format keeps them."""
    match kind:
        case "mp3" | "wav" | "aiff":
            _tag_id3({"mp3": MP3, "wav": WAVE, "aiff": AIFF}[kind](path), tags, cover)
        case "m4a" | "alac":
            _tag_mp4(MP4(path), tags, cover)
        case _:
            _tag_vorbis({"flac": FLAC, "ogg": OggVorbis, "opus": OggOpus}[kind](path), tags, cover)


def _tag_id3(file: MP3 | WAVE | AIFF, tags: Mapping[str, str], cover: bytes | None) -> None:
    if file.tags is None:
        file.add_tags()
    assert isinstance(file.tags, ID3)
    for name, value in tags.items():
        file.tags.add(ID3_FRAMES[name](encoding=3, text=[value]))
    if cover:
        file.tags.add(APIC(encoding=3, mime="image/jpeg", type=3, desc="", data=cover))
    file.save()


def _tag_mp4(file: MP4, tags: Mapping[str, str], cover: bytes | None) -> None:
    for name, value in tags.items():
        if name in MP4_PAIRS:
            number, _, total = value.partition("/")
            file[MP4_PAIRS[name]] = [(int(number), int(total or 0))]
        elif name in MP4_ATOMS:
            file[MP4_ATOMS[name]] = [value]
        else:
            file[f"----:com.apple.iTunes:{name.upper()}"] = [MP4FreeForm(value.encode())]
    if cover:
        file["covr"] = [MP4Cover(cover)]
    file.save()


def _tag_vorbis(file: FLAC | OggVorbis | OggOpus, tags: Mapping[str, str], cover: bytes | None) -> None:
    for name, value in tags.items():
        file[name.upper()] = [value]
    if cover and isinstance(file, FLAC):
        picture = Picture()
        picture.type, picture.mime, picture.data = 3, "image/jpeg", cover
        file.add_picture(picture)
    file.save()


def hostile_files(folder: Path, address: str = "http://127.0.0.1:9/") -> dict[str, Path]:
    """One file of each kind that only pretends to be audio; playlists among them point at `address` and at /etc/passwd."""
    contents = {
        "empty.mp3": b"",
        "m3u.mp3": f"#EXTM3U\n{address}segment.mp3\nfile:///etc/passwd\n".encode(),
        "hls.mp3": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{address}segment.ts\n#EXT-X-ENDLIST\n".encode(),
        "bare-playlist.mp3": f"{address}one.mp3\n{address}two.mp3\n".encode(),
        "ffconcat.mp3": f"ffconcat version 1.0\nfile '{address}segment.mp3'\nfile '/etc/passwd'\n".encode(),
        "pls.mp3": f"[playlist]\nFile1={address}segment.mp3\n".encode(),
        "tagged-m3u.mp3": b"ID3\x04\x00\x00\x00\x00\x00\x00" + f"#EXTM3U\n{address}segment.mp3\n".encode(),
        "dash.mp3": f'<?xml version="1.0"?><MPD><BaseURL>{address}</BaseURL></MPD>'.encode(),
        "bomb.mp3": _zip_bomb(),
        "bomb.flac": gzip.compress(bytes(10_000_000)),
        "random.mp3": b"\x00" + random.Random(1).randbytes(100_000),
        "random-behind-sync.mp3": b"\xff\xfb\x90\x00" + random.Random(2).randbytes(100_000).replace(b"\xff", b"\x00"),
        "text.mp3": "This is Müller's shopping list: milk, eggs.\n".encode() * 20,
        "picture.flac": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(500),
        "program.wav": b"MZ\x90\x00" + bytes(500),
        "page.ogg": b"<!DOCTYPE html><html><body>404</body></html>",
        "headless.flac": b"fLaC" + bytes(200),
    }
    made = {name: folder / name for name in contents}
    for name, path in made.items():
        path.write_bytes(contents[name])
    made["matroska.mp3"] = _matroska_with_attachment(folder)
    made["truncated.flac"] = truncated(make_audio(folder / "truncated.flac", seconds=20))
    return made


def truncated(path: Path, share: float = 0.5) -> Path:
    """Cut the file's end off, as a broken upload does."""
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * share))
    return path


def wave_claiming(path: Path, claimed_bytes: int, seconds: float = 1.0) -> Path:
    """A WAV file whose header claims a length of its own."""
    make_audio(path, seconds=seconds)
    whole = bytearray(path.read_bytes())
    position = whole.index(b"data") + 4
    whole[position : position + 4] = struct.pack("<I", claimed_bytes)
    path.write_bytes(whole)
    return path


def referring_mp4(path: Path, target: str, seconds: float = 2.0) -> Path:
    """A QuickTime file of silence whose data reference is an alias that names `target` as the file to read samples from."""
    run_ffmpeg("-f", "lavfi", "-i", f"anullsrc=r=44100:cl=mono:d={seconds}", "-c:a", "pcm_s16be", "-f", "mov", f"file:{path}")
    whole = bytearray(path.read_bytes())
    data = target.encode()
    entry = bytes(10) + b"\x00" + bytes(27) + bytes(12) + b"\x01" + b"x".ljust(63, b"\0") + bytes(16)
    entry += (
        struct.pack(">hh", 0, 0) + bytes(16) + struct.pack(">hH", 2, len(data)) + data + bytes(len(data) % 2) + struct.pack(">hH", -1, 0)
    )
    alias = struct.pack(">I4sI", 12 + len(entry), b"alis", 0) + entry
    start = whole.rindex(b"dref") - 4
    offset = start + 16
    old_length = struct.unpack_from(">I", whole, offset)[0]
    whole[offset : offset + old_length] = alias
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        # The last of its name that begins before the reference: the one that contains it.
        position = whole.rindex(kind, 0, start + 8) - 4
        length = struct.unpack_from(">I", whole, position)[0]
        struct.pack_into(">I", whole, position, length + len(alias) - old_length)
    path.write_bytes(whole)
    return path


def _zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("music.mp3", bytes(10_000_000))
    return packed.getvalue()


def _matroska_with_attachment(folder: Path) -> Path:
    attached = folder / "attached.txt"
    attached.write_text("must never be unpacked")
    path = folder / "matroska.mp3"
    run_ffmpeg(
        *("-f", "lavfi", "-i", "sine=duration=1", "-attach", str(attached), "-metadata:s:t", "mimetype=text/plain"),
        *("-c:a", "flac", "-f", "matroska", f"file:{path}"),
    )
    attached.unlink()
    return path
