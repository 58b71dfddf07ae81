"""The same made-up music for everybody who is measured: 200 releases of ten tracks by 100 artists."""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import imageio_ffmpeg
from mutagen.easyid3 import EasyID3
from mutagen.mp3 import MP3

from apps.core.app import create_core
from apps.core.client.in_process import InProcessClient
from apps.core.client.interface import Sender
from apps.core.contract.actions import Actor, Service
from apps.core.contract.intake import (
    FILES_PER_COMMAND,
    CompleteDelivery,
    FoundFile,
    GetReleaseDraft,
    OpenDelivery,
    ReceivedFile,
    RecordFiles,
    Tags,
    WriteRelease,
)
from apps.core.contract.jobs import Claimed, ClaimJob, JobClaim, JobStatus, ListJobs, ReceiveWork, TranscodeWork
from apps.core.contract.playback import Audio, RecordTranscode, Rendition, SegmentEntry

RELEASES, TRACKS, ARTISTS = 200, 10, 100
DURATION_MS = 10_000
FIRST = ("Blue", "Silent", "Golden", "Broken", "Electric", "Distant", "Paper", "Velvet", "Hollow", "Northern")
SECOND = ("River", "Garden", "Machine", "Harbour", "Mirror", "Thunder", "Letters", "Forest", "Engine", "Window")


class Piece(NamedTuple):
    """One track as its file is tagged."""

    artist: str
    album: str
    year: int
    number: int
    title: str

    @property
    def path(self) -> str:
        return f"{self.artist}/{self.year} - {self.album}/{self.number:02} {self.title}.mp3"


def pieces() -> Iterator[Piece]:
    chance = random.Random(7)  # noqa: S311 - the same library every time
    for release in range(RELEASES):
        artist = f"The {FIRST[release % 10]} {SECOND[release % ARTISTS // 10]} Band"
        album = f"{FIRST[release // 20]} {SECOND[release % 10]} {release + 1}"
        for number in range(1, TRACKS + 1):
            title = f"{chance.choice(FIRST)} {chance.choice(SECOND)} {chance.choice(SECOND)}"
            yield Piece(artist, album, 1970 + release % 50, number, title)


def write_files(folder: Path) -> None:
    """One short tone, copied and tagged."""
    tone = folder / "tone.mp3"
    source = ("-f", "lavfi", "-i", "sine=frequency=440:duration=2")
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y", *source, "-b:a", "64k", str(tone))
    subprocess.run(command, check=True)  # noqa: S603 - our own words
    for piece in pieces():
        path = folder / piece.path
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(tone, path)
        tags = MP3(path, ID3=EasyID3)
        tags.update(
            artist=piece.artist, albumartist=piece.artist, album=piece.album, title=piece.title,
            tracknumber=f"{piece.number}/{TRACKS}", date=str(piece.year),
        )  # fmt: skip
        tags.save()
    tone.unlink()


def fill(environment: Mapping[str, str]) -> None:
    """Take the library in through Core, by the Commands that the import and the workers send, without any audio."""
    core = create_core(environment)
    console = Sender(InProcessClient(core, Service.CONSOLE), Actor(service=Service.CONSOLE))
    tasks = Sender(InProcessClient(core, Service.TASKS), Actor(service=Service.TASKS))
    delivery = console.send(OpenDelivery("/made/up"))
    for some in _found_files():
        console.send(RecordFiles(delivery, some))
    console.send(CompleteDelivery(delivery))
    for kind in (ReceiveWork, TranscodeWork):
        for claim in _claims(console, tasks):
            assert isinstance(claim.work, kind), f"{claim.work} came before its turn"
            _do(tasks, claim)


def _found_files() -> Iterator[tuple[FoundFile, ...]]:
    found = (
        FoundFile(
            piece.path, 1_000_000, 1,
            Tags(
                title=piece.title, artist=piece.artist, album=piece.album, album_artist=piece.artist, track=piece.number,
                date=str(piece.year), duration_ms=DURATION_MS,
            ),
        )
        for piece in pieces()
    )  # fmt: skip
    while some := tuple(islice(found, FILES_PER_COMMAND)):
        yield some


def _claims(console: Sender, tasks: Sender) -> Iterator[JobClaim]:
    """All jobs that wait at this moment, each when its turn comes."""
    waiting: list[str] = []
    cursor = None
    while True:
        page = console.send(ListJobs(JobStatus.WAITING, cursor, 100))
        waiting += [job.id for job in page.items]
        cursor = page.next
        if cursor is None:
            break
    for job in waiting:
        claimed = tasks.send(ClaimJob(job))
        assert isinstance(claimed, Claimed)
        yield claimed.claim


def _do(tasks: Sender, claim: JobClaim) -> None:
    work = claim.work
    if isinstance(work, ReceiveWork):
        draft = tasks.send(GetReleaseDraft(work.delivered_release_id))
        files = tuple(ReceivedFile(file.id, hashlib.sha256(file.path.encode()).hexdigest(), f"made-up/{file.id}") for file in draft.files)
        tasks.send(WriteRelease(claim.job_id, claim.lease, work.delivered_release_id, files))
    elif isinstance(work, TranscodeWork):
        tasks.send(RecordTranscode(claim.job_id, claim.lease, AUDIO, renditions(work.recording_id)))


AUDIO = Audio(DURATION_MS, 44_100, 2, 1024, 0, -14.0, -1.0, bytes(100))


def renditions(recording_id: str) -> tuple[Rendition, ...]:
    """Such as a transcode of ten seconds makes."""
    names = {"aac-64": 64_000, "aac-128": 128_000, "aac-256": 256_000, "flac": 900_000}
    return tuple(_rendition(f"audio/{recording_id}/{name}", name, rate) for name, rate in names.items())


def _rendition(key: str, name: str, bit_rate: int) -> Rendition:
    content_type, codecs = ("audio/flac", "flac") if name == "flac" else ("audio/mp4", "mp4a.40.2")
    length = bit_rate * 10 // 8
    segments = () if name == "flac" else (SegmentEntry(800, length, 441_000),)
    sha256 = hashlib.sha256(key.encode()).hexdigest()
    return Rendition(name, key, content_type, codecs, bit_rate, bit_rate, length + 800, sha256, 44_100, 800, segments)
