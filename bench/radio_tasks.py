"""Answering the tasks by which recommenders are compared: plain files in, a ranking out, by the functions that train and serve."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import md5
from heapq import nsmallest
from math import log, log1p
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from apps.core.radio.candidates import Feature, Features, alike, blend, fashion, near, profile, renown, seed_weights, unit
from apps.core.radio.model import Model
from ports.analytics.interface import NULL, Analytics
from tasks.radio_training import train

MOST = 50
NEAREST = 400

COLUMNS = {"list": "VARCHAR", "id": "UUID", "place": "INTEGER", "played_at": "TIMESTAMP"}


class Seed(NamedTuple):
    track: str
    weight: float


def answer(folder: Path, target: Path, analytics: Analytics) -> tuple[int, int]:
    """Rank for each seed of the task; returns how many tracks and how many seeds there are."""
    with TemporaryDirectory(prefix="radio-") as work:
        ordered = _entries(folder / "train.csv", Path(work, "entries.parquet"), analytics)
        model = Model.open(train(analytics, [Path(work, "entries.parquet")], Path(work)))
        task = Task(folder, model, ordered)
        with target.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("seed_id", "rank", "track_id"))
            for seed_id, tracks in task.seeds.items():
                writer.writerows((seed_id, rank, track) for rank, track in enumerate(task.rank(tracks), 1))
        return model.size, len(task.seeds)


def _entries(source: Path, target: Path, analytics: Analytics) -> bool:
    """Write what is to be learned from in the form that training takes; returns whether its lists have an order."""
    lines, ordered = target.with_suffix(".csv"), False
    with lines.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        for row in _rows(source):
            ordered = ordered or bool(row["position"])
            writer.writerow((row["list_id"], _id(row["track_id"]).hex(), row["position"] or NULL, row["timestamp"] or NULL))
    analytics.pack(lines, COLUMNS, target)
    return ordered


class Task:
    """What is known of the tracks and of each seed."""

    def __init__(self, folder: Path, model: Model, ordered: bool) -> None:
        self.model = model
        self.ordered = ordered
        self.seeds = _read_seeds(folder / "seeds.csv")
        self.features, self.mentions = _describe(folder / "items.csv")
        self.holders: dict[Feature, list[tuple[str, float]]] = defaultdict(list)
        for track, features in self.features.items():
            for feature, strength in features.items():
                self.holders[feature].append((track, strength))
        self.names = {_id(row["track_id"]): row["track_id"] for row in _rows(folder / "train.csv")}
        self.renown = self._renown(model)
        self.allowed = {row["track_id"] for row in _rows(folder / "candidates.csv")}
        self.fashion = {self.names[one]: score for one, score in fashion(model).items()}
        # Where people are seen to play something again, they may do it next.
        self.again = any(len({seed.track for seed in seeds}) < len(seeds) for seeds in self.seeds.values())

    def rank(self, seeds: Sequence[Seed]) -> Sequence[str]:
        weights = seed_weights(len(seeds)) if self.ordered else [1.0] * len(seeds)
        found = near(self.model, ((_id(seed.track), weight) for seed, weight in zip(seeds, weights, strict=True)), NEAREST)
        scores = blend({self.names[one]: score for one, score in found.items()}, self._alike(seeds), self.fashion)
        known = set() if self.again else {seed.track for seed in seeds}
        allowed = (track for track in scores if track not in known and (not self.allowed or track in self.allowed))
        return nsmallest(MOST, allowed, key=lambda track: (-scores[track], track))

    def _alike(self, seeds: Sequence[Seed]) -> Mapping[str, float]:
        wanted = profile((self.features.get(seed.track, {}), 1 + log1p(seed.weight)) for seed in seeds)
        return {track: score * self.renown[track] for track, score in alike(wanted, self.holders).items()}

    def _renown(self, model: Model) -> Mapping[str, float]:
        most = max(self.mentions.values(), default=0)
        places = ((track, model.find(_id(track))) for track in self.features)
        return {track: renown(model.plays(place) if place is not None else 0, self.mentions[track], most) for track, place in places}


def _read_seeds(path: Path) -> Mapping[str, Sequence[Seed]]:
    """What is known of each list, in its order."""
    seeds: dict[str, list[tuple[int, Seed]]] = defaultdict(list)
    for row in _rows(path):
        seeds[row["seed_id"]].append((int(row["position"] or 0), Seed(row["track_id"], float(row["weight"] or 1))))
    return {seed_id: [seed for _, seed in sorted(known, key=itemgetter(0))] for seed_id, known in seeds.items()}


def _describe(path: Path) -> tuple[Mapping[str, Features], Mapping[str, float]]:
    """What each track is, and how often people have tagged it; what only one track is makes it like no other."""
    described, mentions = dict[str, dict[Feature, float]](), dict[str, float]()
    for row in _rows(path):
        described[row["track_id"]], mentions[row["track_id"]] = dict(_features(row)), sum(count for _, count in _tags(row))
    held = Counter(feature for features in described.values() for feature in features)
    rarity = {feature: log(1 + len(described) / count) for feature, count in held.items() if count > 1}
    return {
        track: unit({feature: strength * rarity[feature] for feature, strength in features.items() if feature in rarity})
        for track, features in described.items()
    }, mentions


def _features(row: Mapping[str, str]) -> Iterator[tuple[Feature, float]]:
    artists = [name.strip().casefold() for name in row["artist"].split(";") if name.strip()]
    for number, name in enumerate(artists, 1):
        yield ("artist", name), 1 / number
    if row["album"]:
        yield ("release", f"{row['album'].casefold()} by {artists[0] if artists else ''}"), 0.5
    for tag, count in _tags(row):
        yield ("tag", tag), 1 + log(count)


def _tags(row: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    for tag in row["tags"].split("|"):
        name, _, count = tag.rpartition(":")
        if name and float(count) > 0:
            yield name, float(count)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """None where there is no such file."""
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)


def _id(track: str) -> bytes:
    return md5(track.encode(), usedforsecurity=False).digest()
