"""Search: how right, how fast and how soon ready over a catalogue; with --peer, against supysonic on the same library."""

from __future__ import annotations

import csv
import gzip
import io
import random
import resource
import struct
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path

import click
from flask import Flask

from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.actions import Actor, Service
from apps.core.contract.ids import id_to_bytes
from apps.core.contract.radio_model import HEADER, MAGIC, VERSION
from apps.core.contract.search import Search, SearchKind
from apps.core.database import close_engines
from apps.core.radio.keeping import RadioModels
from apps.core.radio.model import Model
from apps.core.search.keeping import SearchIndexes
from bench.books import Books
from bench.measure import end_cleanly, show
from bench.search_peer import compare_with_peer
from bench.servers import home, migrate, postgresql, postgresql_binary

ASKED = 10
ON_A_RELEASE = 12
CHECKED = 5
Row = Mapping[str, str]


@dataclass
class Catalogue:
    """What was read of files, as it goes into Core: each track on a release of its artist and album."""

    books: Books = field(default_factory=Books)
    releases: dict[tuple[str, str], tuple[str, Iterator[int]]] = field(default_factory=dict[tuple[str, str], tuple[str, Iterator[int]]])
    names: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What each thing is called in the files, by its id: spellings that the catalogue takes for one artist's may be several there."""
    called: dict[str, str] = field(default_factory=dict[str, str])
    plays: dict[str, float] = field(default_factory=dict[str, float])
    """By recording."""

    def artist(self, name: str) -> str:
        artist_id = self.books.artist(name)
        self.called.setdefault(artist_id, name)
        return artist_id

    def track(self, row: Row) -> None:
        performers = [name for name in row["artist"].split("; ") if name]
        for name in performers:
            self.artist(name)
        display = ", ".join(performers)
        release_id, numbers = self._release(display, row["album"] or row["title"])
        recording_id = self.books.recording(row["title"], performers)
        track_id = self.books.track(release_id, next(numbers), recording_id, row["title"])
        self.names[track_id].add(row["track_id"])
        self.called[track_id] = f"{row['title']}, {display}"
        self.plays[recording_id] = float(row["popularity"] or 0)

    def _release(self, artist: str, title: str) -> tuple[str, Iterator[int]]:
        if (artist, title) not in self.releases:
            self.releases[artist, title] = self.books.release(title, artist), count(1)
        return self.releases[artist, title]

    @property
    def model(self) -> Model:
        """Radio's model with these plays, in which nothing is near anything."""
        known = sorted((id_to_bytes(one), plays) for one, plays in self.plays.items())
        size = len(known)
        return Model(
            HEADER.pack(MAGIC, VERSION, 0, size, 0, 0)
            + b"".join(one for one, _ in known)
            + bytes(4 * (size + 1) + 4 * size)
            + struct.pack(f"<{size}f", *(plays for _, plays in known))
        )


@click.command
@click.option(
    "--catalogue",
    "catalogues",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="a folder with artists.csv.gz and tracks.csv.gz; more may follow",
)
@click.argument("more", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="[MORE CATALOGUES]...")
@click.option(
    "--queries", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="queries.csv: what is asked, and what is right"
)
@click.option("--tracks", type=int, default=0, help="make up as many more tracks as are missing from this number")
@click.option("--misses", is_flag=True, help="show each query whose answer does not come first")
@click.option("--postgresql", "on_postgresql", is_flag=True, help="on PostgreSQL instead of SQLite")
@click.option("--peer", is_flag=True, help="compare throughput with supysonic on the same library, and do nothing else")
def main(
    catalogues: tuple[Path, ...],
    more: tuple[Path, ...],
    queries: Path | None,
    tracks: int,
    *,
    misses: bool,
    on_postgresql: bool,
    peer: bool,
) -> None:
    """Index catalogues, ask through Core, and tell how many answers come first and among the first five."""
    end_cleanly()
    if peer:
        compare_with_peer()
        return
    if not (catalogues and queries):
        raise click.UsageError("Give --catalogue and --queries, or --peer.")
    with ExitStack() as stack:
        environment = stack.enter_context(home())
        if on_postgresql:
            if not postgresql_binary("initdb"):
                raise click.UsageError("No initdb was found: install postgresql.")
            environment |= {"DATABASE_URL": stack.enter_context(postgresql())[0]}
            migrate(environment)
        core = create_core(environment)
        catalogue = _catalogue((*catalogues, *more), tracks)
        catalogue.books.write(core)
        core.extensions["container"].get(RadioModels)._model = catalogue.model  # noqa: SLF001 - not trained, to measure nothing else
        _measure(core, catalogue, _rows(queries), misses=misses)
        with core.app_context():
            close_engines()


def _measure(core: Flask, catalogue: Catalogue, asked: Sequence[Row], *, misses: bool) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, cpu = time.perf_counter(), time.process_time()
    with core.app_context():
        indexes = core.extensions["container"].get(SearchIndexes)
        indexes.prepare()
        indexes.settle()
        index = indexes.current()
    show("entries in the index", f"{len(index):,}")
    show("reading it: seconds, of CPU", f"{time.perf_counter() - began:.1f}, {time.process_time() - cpu:.1f}", "100,000 tracks in under 60")
    show(
        "most memory of the process: before, with it (MB)",
        f"{before / 1024:,.0f}, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f}",
    )
    listener = Sender(InProcessClient(core, Service.WEBSITE), Actor(Service.WEBSITE))
    ranks = _ask(listener, catalogue, asked, misses=misses)
    times = sorted(_time(listener, asked, SearchKind))
    show("all kinds at once: p50, p95, p99 (ms)", ", ".join(f"{_at(times, share):.1f}" for share in (0.5, 0.95, 0.99)), "p95 50, p99 100")
    times = sorted(_time(listener, asked, None))
    show("the kind asked for: p50, p95, p99 (ms)", ", ".join(f"{_at(times, share):.1f}" for share in (0.5, 0.95, 0.99)))
    every = [rank for some in ranks.values() for rank in some]
    for name, some in sorted(ranks.items()):
        show(f"{name}: of {len(some)}, first and in five", f"{_share(some, 1):.3f}, {_share(some, CHECKED):.3f}")
    print(f"first {_share(every, 1):.3f} in5 {_share(every, CHECKED):.3f} p95_ms {_at(times, 0.95):.1f}", flush=True)


def _ask(listener: Sender, catalogue: Catalogue, asked: Iterable[Row], *, misses: bool) -> Mapping[str, list[int]]:
    """By class of query, at which place the right answer came; 0 where it did not."""
    ranks: defaultdict[str, list[int]] = defaultdict(list)
    for row in asked:
        found = _found(listener, row)
        right = set(row["accept"].split("|"))
        rank = next((place for place, one in enumerate(found, start=1) if catalogue.names[one] & right), 0)
        ranks[row["class"].partition(":")[0]].append(rank)
        if misses and rank != 1:
            first = catalogue.called[found[0]] if found else "nothing"
            show(f"missed: {row['query']}", f"{row['artist']} {row['title']}".strip(), f"came at {rank}, first {first}")
    return ranks


def _found(listener: Sender, row: Row) -> Sequence[str]:
    result = listener.send(Search(row["query"], (SearchKind(row["kind"]),), size=ASKED))
    return [one.id for one in result.artists] + [one.track.id for one in result.tracks]


def _time(listener: Sender, asked: Sequence[Row], kinds: type[SearchKind] | None) -> Iterator[float]:
    """Milliseconds of each query, several rounds. A space more at its end makes it another that is not remembered."""
    for number, row in enumerate([*asked] * 5):
        wanted = Search(row["query"] + " " * (1 + number // len(asked)), tuple(kinds) if kinds else (SearchKind(row["kind"]),))
        began = time.perf_counter()
        listener.send(wanted)
        yield (time.perf_counter() - began) * 1000


def _share(ranks: Sequence[int], most: int) -> float:
    return sum(0 < rank <= most for rank in ranks) / max(len(ranks), 1)


def _at(times: Sequence[float], share: float) -> float:
    return times[min(int(len(times) * share), len(times) - 1)]


def _catalogue(folders: Sequence[Path], tracks: int) -> Catalogue:
    catalogue = Catalogue()
    for folder in folders:
        for row in _rows(folder / "artists.csv.gz"):
            catalogue.names[catalogue.artist(row["name"])].add(row["artist_id"])
    read = list(chain.from_iterable(_rows(folder / "tracks.csv.gz") for folder in folders))
    for row in chain(read, _made_up(read, tracks - len(read))):
        catalogue.track(row)
    return catalogue


def _made_up(read: Sequence[Row], missing: int) -> Iterator[Row]:
    """More tracks of the same words in other company, so that letters are as common as in the real ones."""
    chance = random.Random(11)  # noqa: S311 - the same every time
    words = [word for row in read for word in row["title"].split()]
    names = [word for row in read for word in row["artist"].split()]
    artists = [" ".join(chance.choices(names, k=chance.randint(1, 3))) + f" {number}" for number in range(max(missing, 0) // 8)]
    for number in range(missing):
        title = " ".join(chance.choices(words, k=chance.randint(1, 5)))
        album = str(number // ON_A_RELEASE)
        yield {
            "track_id": f"made-up-{number}",
            "title": title,
            "artist": artists[number // 8 % len(artists)],
            "album": album,
            "popularity": "0",
        }


def _rows(path: Path) -> list[Row]:
    raw = path.read_bytes()
    return list(csv.DictReader(io.StringIO((gzip.decompress(raw) if path.suffix == ".gz" else raw).decode())))
