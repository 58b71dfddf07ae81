"""A transcoder that decodes nothing: whatever comes becomes twelve seconds of silence, or a grey cover, at once and always the same."""

from __future__ import annotations

import hashlib
import logging
import re
import struct
import zlib
from base64 import b64decode
from pathlib import Path
from typing import ClassVar, Self

from ports.environment import Environment
from ports.transcoder.flac import read_stream_information
from ports.transcoder.fragments import AAC_FRAME, read_fragments
from ports.transcoder.interface import COVER_SIDES, Cover, CoverFile, MediaRefused, Progress, Transcode, TranscoderUnavailable
from ports.transcoder.renditions import flac_file, fragmented_file

log = logging.getLogger(__name__)

SECONDS = 12
SAMPLE_RATE = 44_100
FINGERPRINT_FRAMES = 90
ENCODER_DELAY = 1024
PLAYLIST = b"#EXTM3U"
FRAMES_A_SEGMENT = 216
FRAME_SIZES = {"aac-64": 16, "aac-128": 32, "aac-256": 64}
"""Bytes of one AAC frame: far too few, but in the order of the names."""
SILENT_FRAME = bytes.fromhex("211004608c1c")
"""A coded stereo frame of digital silence; what follows it inside its frame is ignored."""
INITIALISATION = (
    "eNqVUb1OwzAQPqc/YmCIUBFLhiIViYUBiXZD6sDAjmCBJe05alQ7iWwnAgaUB+IRGJl4DdSX6MTFJMIJqBInn+6+8519dx8ABJF5ymKdTgE8qCzpTGYX54Tf"
    "ZJoWACBksUJoyeuVNcyeH2HtrC6ew07xqODTqHBN/oNZ2z97O163Mfb/fyccjSYbcKFNu6Jfe+xeYhySM5b49+y37xacrVCo5kaneeJm3hDG6zBBwascNpRx"
    "EpHja9l6dILf8QAVj5yG9nMlxrX/oc1CkH3RRqOTkxBZ4a+xPfAdmmZcYzUw9MqyPKG0Ptmj+aG93FodUGRw4N9tYEgeIypgtDCqXs+2Vurc2NU1QlgvHTwi"
    "/Nwhg3KWqYNPZcEfq9UaZW3TeZfEyxxNNdlUctNMeOyumyhSYZYJt2gvJk6/AHolWbU="
)
"""The `ftyp` and `moov` of a stereo AAC-LC file at 44.1 kHz, as ffmpeg writes them; deflated, base64."""
GREY = (
    "eNr7f+P/AwYBLzdPNwZGJgYGRiBk+H+bwZmBQ0NDX0PfHAwcbRydnZ0dgQBIeXh4hIaGAkkQMyAgNDQmPiY8PDQ8Pj4lJaWiori4p2fimjXn/x9hXAQ0j5URDBiggJGJ"
    "mYWVjZ2Dk4ubkYGZEQYwJAUYmBiZmZlYmFlZWViAMrVAOQYWQVYhRUNHNuHARHalQhGjxokLOZSdNh4UDbr4QcU4qaiJk0tMXEJSSlVNXUNTy8TUzNzC0srZxdXN3cPT"
    "KzgkNCw8IjIqOSU1LT0jM6u4pLSsvKKyqrmlta29o7Nr0uQpU6dNnzFz1qLFS5YuW75i5apNm7ds3bZ9x85dhw4fOXrs+ImTpy5dvnL12vUbN289fPT4ydNnz1+8fPXx"
    "0+cvX799//HzlyDQyUwsLMws7CAnMzKVg/wjyMKqaMgm5BjInlgorGTUyCHiNHHhxoOcysZBH0STii5yiamYPFT9CHI12NHEubmJLEfD3Qx38v8DDIIcDAIMAsyMSgxM"
    "ggzMggz/bzHwMDMCOUC2PYPGoi6G/zcBlRbGfA=="
)
"""A JPEG of 16 times 16 pixels, as ffmpeg writes it; deflated, base64."""
PLAIN_TEXT = re.compile(rb"[\t\r\n -~]+")


class FakeTranscoder:
    """The same file gives the same bytes, another file others: their digest is inside."""

    fake: ClassVar[bool] = True

    @classmethod
    def from_env(cls, environment: Environment) -> Self:  # noqa: ARG003  (every implementation takes it; this one has no settings)
        log.warning("TRANSCODER=fake: every recording becomes %s seconds of silence. Choose ffmpeg to hear music.", SECONDS)
        return cls()

    def ping(self) -> None:
        """There is nothing behind it that could be away."""

    def transcode(self, source: Path, into: Path, progress: Progress) -> Transcode:
        progress(0.0)
        digest = _accepted(source)
        progress(0.5)
        try:
            for name, frame_size in FRAME_SIZES.items():
                (into / name).write_bytes(_fragmented(digest, frame_size))
            (into / "flac").write_bytes(_flac(digest))
            result = _described(into, digest)
        except OSError as error:
            raise TranscoderUnavailable(f"The renditions could not be written ({error.strerror}): try again.") from error
        progress(1.0)
        return result

    def cover(self, source: Path, into: Path, progress: Progress) -> Cover:
        progress(0.0)
        digest = _accepted(source)
        with source.open("rb") as file:
            if PLAIN_TEXT.fullmatch(file.read(1000)):
                raise MediaRefused("This is no picture that we can read: put a picture there.")
        grey = zlib.decompress(b64decode(GREY))
        try:
            files = tuple(_picture(into / str(side), side, grey + digest) for side in COVER_SIDES)
        except OSError as error:
            raise TranscoderUnavailable(f"The cover could not be written ({error.strerror}): try again.") from error
        progress(1.0)
        return Cover(files, f"#{digest[:3].hex()}")


def _picture(path: Path, side: int, content: bytes) -> CoverFile:
    path.write_bytes(content)
    return CoverFile(side, path, "image/jpeg", hashlib.sha256(content).hexdigest())


def _accepted(source: Path) -> bytes:
    try:
        with source.open("rb") as file:
            head = file.read(len(PLAYLIST))
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise TranscoderUnavailable(f"The file could not be read ({error.strerror}): try again.") from error
    if not head:
        raise MediaRefused("This file is empty: send it again.")
    if head == PLAYLIST:
        raise MediaRefused("This file is a playlist, not audio: send the music itself.")
    return digest


def _described(folder: Path, digest: bytes) -> Transcode:
    fragmented = {name: read_fragments(folder / name) for name in FRAME_SIZES}
    files = [fragmented_file(folder / name, parsed) for name, parsed in fragmented.items()]
    first = fragmented["aac-64"]
    return Transcode(
        duration_ms=SECONDS * 1000,
        sample_rate=SAMPLE_RATE,
        channels=2,
        encoder_delay=first.delay,
        end_padding=first.padding,
        loudness=None,
        true_peak=None,
        waveform=digest,
        fingerprint=hashlib.shake_128(digest).digest(4 * FINGERPRINT_FRAMES),
        renditions=(*files, flac_file(folder / "flac", read_stream_information(folder / "flac"))),
    )


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _fragmented(digest: bytes, frame_size: int) -> bytes:
    duration = ENCODER_DELAY + SECONDS * SAMPLE_RATE
    durations = [min(AAC_FRAME, duration - start) for start in range(0, duration, AAC_FRAME)]
    pieces = [zlib.decompress(b64decode(INITIALISATION)), _box(b"free", digest)]
    for number, first in enumerate(range(0, len(durations), FRAMES_A_SEGMENT)):
        pieces.append(_segment(number + 1, first * AAC_FRAME, durations[first : first + FRAMES_A_SEGMENT], frame_size))
    return b"".join(pieces)


def _segment(number: int, start: int, durations: list[int], frame_size: int) -> bytes:
    """One `moof` and `mdat`; the offset of the data is counted from the `moof`'s first byte."""

    def fragment(data_offset: int) -> bytes:
        run = struct.pack(">IIi", 0x000101, len(durations), data_offset) + struct.pack(f">{len(durations)}I", *durations)
        header = struct.pack(">IIII", 0x020030, 1, frame_size, 0x02000000)
        track = _box(b"traf", _box(b"tfhd", header), _box(b"tfdt", struct.pack(">IQ", 1 << 24, start)), _box(b"trun", run))
        return _box(b"moof", _box(b"mfhd", struct.pack(">II", 0, number)), track)

    return fragment(len(fragment(0)) + 8) + _box(b"mdat", SILENT_FRAME.ljust(frame_size, b"\0") * len(durations))


def _flac(digest: bytes) -> bytes:
    """STREAMINFO, the digest as an application's block, and a second of silence a frame (RFC 9639)."""
    packed = SAMPLE_RATE << 44 | 1 << 41 | 15 << 36 | SECONDS * SAMPLE_RATE
    information = struct.pack(">HH6xQ16x", SAMPLE_RATE, SAMPLE_RATE, packed)
    blocks = struct.pack(">I", len(information)) + information + struct.pack(">I", 0x82000000 | 4 + len(digest)) + b"fake" + digest
    return b"fLaC" + blocks + b"".join(_flac_frame(number) for number in range(SECONDS))


def _flac_frame(number: int) -> bytes:
    header = struct.pack(">4sBH", b"\xff\xf8\x79\x18", number, SAMPLE_RATE - 1)
    header += _checksum(header, 8, 0x07)
    # Two constant subframes, each of the value 0.
    frame = header + bytes(6)
    return frame + _checksum(frame, 16, 0x8005)


def _checksum(data: bytes, width: int, polynomial: int) -> bytes:
    remainder = 0
    for byte in data:
        remainder ^= byte << width - 8
        for _ in range(8):
            remainder = remainder << 1 ^ (polynomial | 1 << width if remainder >> width - 1 else 0)
    return remainder.to_bytes(width // 8, "big")
