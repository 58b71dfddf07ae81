"""Reading many files in processes of their own: a hostile file can waste little time and memory there, and stops nothing."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, BinaryIO

import mutagen
from msgspec.structs import replace
from mutagen.aiff import AIFF as AIFF_FILE
from mutagen.flac import FLAC as FLAC_FILE
from mutagen.mp3 import MP3 as MP3_FILE
from mutagen.mp4 import MP4 as MP4_FILE
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis
from mutagen.wave import WAVE

from apps.console.folder.cleaning import clean
from apps.console.folder.completeness import is_cut_short
from apps.console.folder.information import information_of
from apps.console.folder.lyrics import lyrics_beside
from apps.console.folder.tags import tags_of
from apps.console.folder.walk import Seen
from apps.core.contract.intake import FILES_PER_COMMAND, FoundFile, Tags
from ports.transcoder.containers import AIFF, FLAC, MP3, MP4, OGG, WAV, Container, container_of
from ports.transcoder.interface import MediaRefused

BATCH = FILES_PER_COMMAND // 2
PROCESSES = 2
WORTH_A_SECOND_PROCESS = 400
"""Files; below it starting one costs more time than it saves."""
MEMORY_BYTES = 1 << 30
SECONDS_A_FILE = 20
LONGEST_REASON = 300
NEVER = 0
"""A time stamp that no file has: what carries it is read again next time."""

FORMATS: dict[Container, tuple[type[mutagen.FileType], ...]] = {  # pyright: ignore[reportPrivateImportUsage] - mutagen lists no public names
    MP3: (MP3_FILE,),
    FLAC: (FLAC_FILE,),
    OGG: (OggVorbis, OggOpus, OggFLAC),
    MP4: (MP4_FILE,),
    WAV: (WAVE,),
    AIFF: (AIFF_FILE,),
}


class TooLong(BaseException):
    """A file's time is up. Not an Exception: the parser may swallow those while it goes on."""


def read_all(root: Path, files: Sequence[Seen]) -> Iterator[list[FoundFile]]:
    """What each file says about itself, or why it is refused, in batches that fit one `RecordFiles`."""
    batches = [files[start : start + BATCH] for start in range(0, len(files), BATCH)]
    processes = PROCESSES if len(files) >= WORTH_A_SECOND_PROCESS else 1
    with ProcessPoolExecutor(processes, get_context("spawn"), prepare_reader) as pool:
        with _ctrl_c_held_back():
            found = pool.map(partial(read_batch, root), batches)
        yield from found


@contextmanager
def _ctrl_c_held_back() -> Generator[None]:
    """Processes that start in this block hear of Ctrl-C only once they are prepared: Python would say where it was interrupted.

    This one hears of it after the block, from whatever thread the system chose to take it: else a process that starts would find
    nothing to be prepared with.
    """
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, before)
    if pressed:
        signal.raise_signal(signal.SIGINT)


def prepare_reader() -> None:
    """Little memory, and a quiet end at Ctrl-C, which the terminal sends to every process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    with contextlib.suppress(ValueError, OSError):  # a system that knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def read_batch(root: Path, files: Sequence[Seen]) -> list[FoundFile]:
    return [read(root, file) for file in files]


def read(root: Path, seen: Seen) -> FoundFile:
    """Never raises: whatever is wrong with a file is the reason it is refused for."""
    tags, refusal, modified_ns = None, seen.refusal, seen.modified_ns
    if not refusal:
        try:
            with _time_limit():
                tags = _tags(root / seen.path)
        except MediaRefused as error:
            refusal = str(error)
        except TooLong:
            refusal = f"Its tags could not be read within {SECONDS_A_FILE} s: the file is broken or made to do harm."
        except MemoryError:
            refusal = "Its tags claim more memory than any tags need: the file is broken or made to do harm."
        except OSError as error:
            refusal = f"It could not be read ({error.strerror}): see whether the user who imports may read it."
            modified_ns = NEVER  # permission may be given without the file changing
    return FoundFile(seen.path, seen.size, modified_ns, tags, refusal, seen.picture)


def _tags(path: Path) -> Tags:
    """Raises `MediaRefused` saying what is wrong with the file, and `OSError` where it cannot be opened."""
    container = container_of(path)
    with _open(path) as file:
        try:
            sound: Any = mutagen.File(file, options=FORMATS[container])  # pyright: ignore[reportPrivateImportUsage] - mutagen lists no public names
            if sound is None:
                raise MediaRefused(f"This {container.name} file holds neither Vorbis nor Opus nor FLAC sound.")
            if is_cut_short(path, file, container, sound.info.length):
                raise MediaRefused(
                    f"This {container.name} file ends early, its header promises more: copy it again from where it came from."
                )
            read = tags_of(sound, information_of(file) if container is WAV else {})
            beside = lyrics_beside(path)
            return replace(read, timed_lyrics=beside) if beside else read
        except (MediaRefused, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a parser stumbles over, it is the file that is at fault
            detail = clean(str(error))[:LONGEST_REASON] or type(error).__name__
            raise MediaRefused(f"It cannot be read as {container.name}: {detail}. Copy or encode it again.") from None


def _open(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


@contextmanager
def _time_limit() -> Generator[None]:
    """Raise `TooLong` in this block after its time; only in a process's main thread."""

    def stop(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_A_FILE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
