"""The demo's music: a tone for each track, with a name, an artist and a label."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

SECONDS = 33
"""A play counts from thirty on."""
TRACKS = 5
LABELS = {
    "Lantern Records": (("The Lanterns", "Harbour Lights", "Pop"), ("Ada Quill", "Paper Boats", "Folk")),
    "Moonpool": (("Nine Herons", "Low Tide", "Electronic"), ("Vesper & Sons", "Evening Post", "Jazz")),
    "Saltmarsh": (("Marta Elm", "Orchard Road", "Folk"), ("Copper Kites", "Tall Weather", "Rock")),
    "Tin Roof": (("The Understudies", "Second Night", "Pop"), ("Juniper Slate", "Quarry Songs", "Rock")),
    "Weathervane": (("Halcyon Drift", "Slow Signals", "Electronic"), ("Odd Sundays", "Matinee", "Jazz")),
}
"""By label: artist, release and genre."""
TITLES = ("Opening", "Lament", "Interlude", "Reprise", "Encore")
LOWEST = 98.0
"""Hertz; each track is a semitone above the one before."""


@dataclass(frozen=True)
class Tone:
    label: str
    artist: str
    release: str
    genre: str
    number: int
    hertz: float

    @property
    def title(self) -> str:
        return f"{self.release}: {TITLES[self.number - 1]}"

    @property
    def path(self) -> str:
        return f"{self.artist}/{self.release}/{self.number:02} {TITLES[self.number - 1]}.flac"


def tones() -> Iterator[Tone]:
    hertz = LOWEST
    for label, releases in LABELS.items():
        for artist, release, genre in releases:
            for number in range(1, TRACKS + 1):
                yield Tone(label, artist, release, genre, number, hertz)
                hertz *= 2 ** (1 / 12)


def make_music(folder: Path) -> None:
    for tone in tones():
        path = folder / tone.path
        path.parent.mkdir(parents=True, exist_ok=True)
        told = {
            "title": tone.title, "artist": tone.artist, "album": tone.release, "album_artist": tone.artist, "track": str(tone.number),
            "genre": tone.genre, "publisher": tone.label, "date": "2025",
        }  # fmt: skip
        tags = [word for name, value in told.items() for word in ("-metadata", f"{name}={value}")]
        source = ("-f", "lavfi", "-i", f"sine=frequency={tone.hertz:.3f}:sample_rate=44100:duration={SECONDS}")
        command = (imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y", *source, "-af", "volume=0.3", *tags, str(path))
        subprocess.run(command, check=True)  # noqa: S603 - our own words
