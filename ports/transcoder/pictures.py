"""Covers: which picture of a source is meant, and the one ffmpeg pass that makes every size of it and looks for its colour."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from itertools import zip_longest
from pathlib import Path

from ports.transcoder.containers import HEAD, Container, container_of
from ports.transcoder.interface import COVER_SIDES, Cover, CoverFile, MediaRefused
from ports.transcoder.ladder import ANONYMOUS, SOURCE

ACCEPTED_PICTURES = "JPEG, PNG, WebP, GIF or BMP"
MOST_PICTURE_BYTES = 32 << 20
MOST_SIDE = 12_000
MOST_PIXELS = 60_000_000
"""More than any scan of a sleeve has, and little enough to be unpacked in a second."""
BEST = f"{max(COVER_SIDES)} by {max(COVER_SIDES)} pixels"
LEAST_SIDE = 16
"""Smaller ones are counting pixels and mistakes."""
DECODERS = ("mjpeg", "png", "webp", "gif", "bmp")
FRONT = re.compile(r"^ {6}comment {2,12}: Cover \(front\)$", re.MULTILINE)
STREAM = re.compile(
    r"^  Stream #0:(?P<index>\d{1,4})[^\n]{0,200}?: Video: (?P<codec>\w{1,40})[^\n]{0,200}?, (?P<width>\d{1,9})x(?P<height>\d{1,9})\b",
    re.MULTILINE,
)
COLOURS = "colours"
MOSAIC = 32
"""The colour is looked for among so many times so many points."""
SHADES = 6
"""Bits of a colour's eight that are forgotten when like is put to like."""
QUALITY = "3"
"""Of JPEG, as ffmpeg counts: 2 is the best, 31 the worst."""

PICTURES = (
    (rb"\xff\xd8\xff", Container("JPEG", "jpeg_pipe", states_length=False)),
    (rb"\x89PNG\r\n\x1a\n", Container("PNG", "png_pipe", states_length=False)),
    (rb"RIFF....WEBP", Container("WebP", "webp_pipe", states_length=False)),
    (rb"GIF8[79]a", Container("GIF", "gif_pipe", states_length=False)),
    (rb"BM.{4}\x00{4}", Container("BMP", "bmp_pipe", states_length=False)),
)


def picture_container(source: Path) -> Container:
    """What a picture, or audio with one inside, is by its first bytes; raises `MediaRefused` for anything else."""
    with source.open("rb") as file:
        head = file.read(HEAD)
    for pattern, container in PICTURES:
        if re.match(pattern, head, re.DOTALL):
            if source.stat().st_size > MOST_PICTURE_BYTES:
                raise MediaRefused(f"This picture is larger than {MOST_PICTURE_BYTES >> 20} MiB: make it smaller.")
            return container
    try:
        return container_of(source)
    except MediaRefused:
        raise MediaRefused(f"This is no picture that we can read: put {ACCEPTED_PICTURES} there.") from None


def opening(container: Container, *options: str) -> list[str]:
    """Open the source: one demuxer, decoders of pictures alone, local files only, nothing that unpacks to more than a picture may be."""
    return [
        *("-f", container.demuxer, "-format_whitelist", container.demuxer),
        *("-codec_whitelist", ",".join(DECODERS), "-protocol_whitelist", "file", "-max_pixels", str(MOST_PIXELS)),
        *("-an", "-sn", "-dn", *options, "-i", f"file:{SOURCE}"),
    ]


def find_picture(diagnostics: str) -> int:
    """The number of the stream that is the front cover, else the first picture, in what `ffmpeg -i` printed; raises `MediaRefused`."""
    streams = list(STREAM.finditer(diagnostics))
    described = [(one, diagnostics[one.end() : after and after.start()]) for one, after in zip_longest(streams, streams[1:])]
    pictures = [(stream, about) for stream, about in described if stream["codec"] in DECODERS]
    if not pictures:
        raise MediaRefused(
            f"It holds no picture, or one that is damaged or has more than {MOST_PIXELS:,} pixels: use a whole {ACCEPTED_PICTURES}."
        )
    chosen = next((stream for stream, about in pictures if FRONT.search(about)), pictures[0][0])
    width, height = int(chosen["width"]), int(chosen["height"])
    if max(width, height) > MOST_SIDE:
        raise MediaRefused(f"Its picture is {width} by {height} pixels large: make it smaller, {BEST} are enough.")
    if min(width, height) < LEAST_SIDE:
        raise MediaRefused(f"Its picture is {width} by {height} pixels small, too few for a cover: use one of {BEST}.")
    return int(chosen["index"])


def sizing(container: Container, picture: int) -> list[str]:
    """Decode once; write every size, none larger than the picture is, and a mosaic of its colours."""
    strict = opening(container, "-err_detect", "explode")
    arguments = ["-xerror", *strict, "-filter_complex_threads", "1", "-filter_complex", _graph(picture)]
    for side in COVER_SIDES:
        arguments += ["-map", f"[{side}]", "-frames:v", "1", "-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", QUALITY]
        arguments += [*ANONYMOUS, "-flags:v", "+bitexact", "-f", "mjpeg", f"file:{side}"]
    return [*arguments, "-map", f"[{COLOURS}]", "-frames:v", "1", "-c:v", "rawvideo", "-f", "rawvideo", f"file:{COLOURS}"]


def _graph(picture: int) -> str:
    largest = max(COVER_SIDES)
    branches = "".join(f"[s{side}]" for side in COVER_SIDES)
    return (
        # What can be seen through lies on white.
        f"[0:{picture}]{_within(largest)},format=rgba,split[under][over];[under]drawbox=c=white:t=fill:replace=1[white];"
        f"[white][over]overlay=format=rgb,format=rgb24,split={len(COVER_SIDES) + 1}{branches}[mosaic];"
        f"[mosaic]scale={MOSAIC}:{MOSAIC}:flags=area,format=rgb24[{COLOURS}];"
        + ";".join(f"[s{side}]{_within(side)}[{side}]" for side in COVER_SIDES)
    )


def _within(side: int) -> str:
    return f"scale=w='min({side},iw)':h='min({side},ih)':force_original_aspect_ratio=decrease:flags=area"


def collect(folder: Path) -> Cover:
    files = tuple(_file(folder / str(side), side) for side in COVER_SIDES)
    return Cover(files, dominant_colour((folder / COLOURS).read_bytes()))


def _file(path: Path, side: int) -> CoverFile:
    return CoverFile(side, path, "image/jpeg", hashlib.sha256(path.read_bytes()).hexdigest())


def dominant_colour(points: bytes) -> str:
    """Of points as red, green and blue: the mean of the largest group of like ones, where what is colourful counts for more than grey."""
    weights: defaultdict[tuple[int, ...], float] = defaultdict(float)
    members: defaultdict[tuple[int, ...], list[bytes]] = defaultdict(list)
    for at in range(0, len(points), 3):
        point = points[at : at + 3]
        group = tuple(value >> SHADES for value in point)
        weights[group] += 1 + 2 * (max(point) - min(point)) / 255
        members[group].append(point)
    largest = members[max(weights, key=lambda group: (weights[group], group))]
    return "#" + "".join(f"{round(sum(point[channel] for point in largest) / len(largest)):02x}" for channel in range(3))
