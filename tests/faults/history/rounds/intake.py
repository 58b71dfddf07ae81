"""What operators take in: a folder with one release, whose files the workers fetch and transcode."""

from __future__ import annotations

import random
from pathlib import Path

from apps.core.contract.errors import Conflict
from apps.core.contract.intake import (
    CompleteDelivery,
    FoundFile,
    FoundPicture,
    HideRemovedFiles,
    OpenDelivery,
    RecordFiles,
    SetFolderAudience,
    Tags,
)
from tests.faults.history.town import Town

LABELS = ("Moonpool", "Longshore")
ARTISTS = tuple(f"Artist {number}" for number in range(5))
TRACKS = 2


def take_in(town: Town, chance: random.Random, *, clicks: int = 1) -> Path:
    """Open, fill and complete a delivery; returns its folder."""
    folder = town.music / town.new_name("album")
    files = make_files(folder, chance)
    delivery_id = town.operator.do(OpenDelivery(str(folder), subscribers_only=False))
    town.operator.do(RecordFiles(delivery_id, files))
    town.operator.do(CompleteDelivery(delivery_id))
    for _ in range(clicks - 1):
        try:
            town.operator.again(CompleteDelivery(delivery_id))
        except Conflict:
            continue
    return folder


def make_files(folder: Path, chance: random.Random) -> tuple[FoundFile, ...]:
    folder.mkdir(parents=True)
    cover = folder / "cover.jpg"
    cover.write_bytes(chance.randbytes(2000))
    picture = FoundPicture(cover.name, cover.stat().st_size, cover.stat().st_mtime_ns)
    artists = chance.sample(ARTISTS, chance.choice((1, TRACKS)))  # of a release of several, none is its artist, whom staff could merge
    found: list[FoundFile] = []
    for number in range(1, TRACKS + 1):
        path = folder / f"{number}.mp3"
        path.write_bytes(chance.randbytes(2000))
        tags = Tags(
            title=f"{folder.name} {number}",
            artist=artists[number % len(artists)],
            album=folder.name,
            track=number,
            label=chance.choice(LABELS),
        )
        found.append(FoundFile(path.name, path.stat().st_size, path.stat().st_mtime_ns, tags, picture=picture))
    return tuple(found)


def take_away(town: Town, chance: random.Random) -> None:
    """Hide one of a folder's two tracks."""
    folder = take_in(town, chance)
    town.operator.do(HideRemovedFiles(str(folder), ("1.mp3",)))


def change_audience(town: Town, chance: random.Random) -> None:
    folder = chance.choice(sorted(town.music.iterdir()))
    town.operator.do(SetFolderAudience(str(folder), subscribers_only=chance.random() < 0.5))
