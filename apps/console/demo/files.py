"""The demo's catalogue as files: FLAC with every tag, and covers in them or beside them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from shutil import copyfile

import imageio_ffmpeg
import numpy as np
from mutagen.flac import FLAC, Picture
from PIL import Image

from apps.console.demo.catalogue import RELEASES, SERIES, Recording, Release
from apps.console.demo.composer.sound.waves import RATE, Samples
from apps.console.demo.composer.style import compose
from apps.console.demo.covers.canvas import PIXELS, jpeg, png
from apps.console.demo.covers.cover import draw_cover, draw_volume

EXCERPT = 33.0
"""Seconds; a play counts from thirty on."""
LONGEST_SINGLE = 2
"""Recordings: what is on singles is on albums too, but for what is on their other side."""
FRONT = 3
"""What a picture in a file is of, as ID3 counts: the front cover."""


def path_of(release: Release, recording: Recording) -> str:
    """Below the folder of the whole catalogue."""
    number = release.recordings.index(recording) + 1
    return f"{release.artist_name}/{release.title}/{number:02} {recording.title}.flac"


def write_release(release: Release, folder: Path, longest: float | None = None) -> None:
    """Its files, the same every time; of each piece no more than its beginning, where `longest` is given, in seconds.

    As labels do it, covers lie in the files of some releases, beside those of others, or both.
    """
    picture = cover_of(release)
    kind, cover = release.number % 3, jpeg(picture)
    for recording in release.recordings:
        path = folder / path_of(release, recording)
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_sound(path, recording, folder, longest)
        _write_tags(path, release, recording, None if kind == 1 else cover)
    place = folder / release.artist_name / release.title
    if kind == 1:
        (place / "cover.jpg").write_bytes(cover)
    elif kind == 2:
        (place / "cover.png").write_bytes(png(picture))
    # An import knows what it has by its size and its time.
    moment = datetime.combine(release.on, time(12), UTC).timestamp()
    for path in place.iterdir():
        os.utime(path, (moment, moment))


def write_excerpts(folder: Path, most: int | None = None) -> None:
    """The beginning of every recording, long enough that a play of it counts, each once; of a release no more than so many."""
    for release in RELEASES:
        if release.artist is not None and len(release.recordings) > LONGEST_SINGLE:
            write_release(replace(release, recordings=release.recordings[:most]), folder, EXCERPT)


def cover_of(release: Release) -> Image.Image:
    number = f"{release.label}   {release.catalogue_number}"
    if release.artist is None:
        return draw_volume(SERIES, release.volume, number, release.palette)
    return draw_cover(release.title, release.artist.name, number, release.artist.motif, release.palette)


def sound_of(recording: Recording, longest: float | None = None) -> Samples:
    """Both sides of it, or its first seconds; the same samples every time."""
    return compose(recording.artist.style, recording.seed).sound(longest)


def _write_sound(path: Path, recording: Recording, folder: Path, longest: float | None) -> None:
    """Played once: what is on several releases is copied from the first."""
    written = [folder / path_of(release, recording) for release in RELEASES if recording in release.recordings]
    for other in written:
        if other != path and other.exists():
            copyfile(other, path)
            return
    samples = np.round(sound_of(recording, longest).T * 32767).astype("<i2")
    raw = ("-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "pipe:0")
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", *raw, "-map_metadata", "-1", "-fflags", "+bitexact", str(path))
    subprocess.run(command, input=samples.tobytes(), check=True)  # noqa: S603 - our own words


def _write_tags(path: Path, release: Release, recording: Recording, cover: bytes | None) -> None:
    file = FLAC(path)
    file.delete()
    file.clear_pictures()
    year = release.on.year
    tags = {
        "TITLE": recording.title, "ARTIST": recording.credited, "ALBUM": release.title, "ALBUMARTIST": release.artist_name,
        "TRACKNUMBER": str(release.recordings.index(recording) + 1), "TRACKTOTAL": str(len(release.recordings)), "DISCNUMBER": "1",
        "DATE": release.on.isoformat(), "GENRE": recording.artist.style.genre, "ISRC": recording.isrc, "BARCODE": release.upc,
        "LABEL": recording.artist.label, "CATALOGNUMBER": release.catalogue_number, "COMPOSER": recording.artist.name,
        "COPYRIGHT": f"{year} {recording.artist.label}",
    }  # fmt: skip
    if release.artist is None:
        tags["COMPILATION"] = "1"
    for name, value in tags.items():
        file[name] = value
    if recording.guest:
        file["ARTISTS"] = list(recording.artists)
    if cover is not None:
        picture = Picture()
        picture.type, picture.mime, picture.data = FRONT, "image/jpeg", cover
        picture.width = picture.height = PIXELS
        picture.depth = 24
        file.add_picture(picture)
    file.save()
