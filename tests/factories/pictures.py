"""Pictures of every format we accept, made by the bundled ffmpeg, and some that are made to do harm."""

from __future__ import annotations

import re
import struct
import subprocess
import zlib
from pathlib import Path

import imageio_ffmpeg

from tests.factories.audio import run_ffmpeg

FORMATS = ("jpg", "png", "webp", "gif", "bmp")


def make_picture(path: Path, *, colour: str = "0x3366cc", width: int = 800, height: int = 800) -> Path:
    """One colour all over, in the format that its extension names."""
    run_ffmpeg("-f", "lavfi", "-i", f"color={colour}:size={width}x{height}:rate=1:duration=1", "-frames:v", "1", f"file:{path}")
    return path


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height, as ffmpeg sees them."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-f", "jpeg_pipe", "-i", picture]
    printed = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    found = re.search(r" (\d+)x(\d+)", printed)
    assert found is not None, printed
    return int(found[1]), int(found[2])


def png_claiming(path: Path, width: int, height: int) -> Path:
    """A black PNG of so many pixels: a few kilobytes that unpack to a thousand times as much."""
    packer = zlib.compressobj(9)
    row = bytes(1 + 3 * width)
    packed = b"".join([*(packer.compress(row) for _ in range(height)), packer.flush()])
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b""))
    return path


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
