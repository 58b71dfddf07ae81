"""ffmpeg on this machine, in a sandbox: one pass decodes a source once and writes every rendition."""

from __future__ import annotations

import logging
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Self

from ports.environment import BootError, Environment
from ports.transcoder import ladder, pictures
from ports.transcoder.containers import WAV, Container, container_of
from ports.transcoder.flac import StreamInformation, read_stream_information
from ports.transcoder.fragments import Fragmented, read_fragments
from ports.transcoder.interface import Cover, MediaRefused, Progress, Transcode, TranscoderUnavailable
from ports.transcoder.measurements import read_loudness, read_waveform
from ports.transcoder.probe import Source, read_probe, too_long
from ports.transcoder.process import Ffmpeg, Finished, Limits, Permit
from ports.transcoder.renditions import flac_file, fragmented_file
from ports.transcoder.riff import wave_is_cut_short
from ports.transcoder.sandbox import NOT_STARTED, PROTECTIONS

log = logging.getLogger(__name__)

ENCODED = 0.95
"""The share of the work after which only the check is left."""
TOLERANCE_SECONDS = 1.0
"""By how much the sound may be shorter than its header says."""
RENDITION_TOLERANCE_SECONDS = 0.05
"""By how much a rendition may differ from the decoded music: a resampler's rounding."""
PICTURE_LIMITS = {"seconds": 120, "cpu_seconds": 60, "memory": 2 << 30, "output_bytes": 64 << 20}
"""Of an ffmpeg that makes covers: a hundred times what an honest picture needs."""
STOPPED = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


class FfmpegTranscoder:
    """Needs an ffmpeg of version 5 or later: `FFMPEG`, else the system's, else the bundled one."""

    fake: ClassVar[bool] = False

    def __init__(self, program: str, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self.ffmpeg = Ffmpeg(program, self._limits)
        self._of_pictures = Ffmpeg(program, replace(self._limits, **PICTURE_LIMITS))

    @classmethod
    def from_env(cls, environment: Environment) -> Self:
        return cls(_installed(environment.optional("FFMPEG")), Limits.from_env(environment))

    def ping(self) -> None:
        missing = self.missing_protections()
        log.info("ffmpeg runs under: %s.", ", ".join(name for name in PROTECTIONS if name not in missing) or "no protection at all")

    def missing_protections(self) -> dict[str, str]:
        """What of `PROTECTIONS` this machine does not give, and why; raises `TranscoderUnavailable` where ffmpeg does not start."""
        with tempfile.TemporaryDirectory() as folder:
            finished = self.ffmpeg.run(["-version"], self._permit(Path(folder)), _unheard)
        if finished.code != 0:
            raise TranscoderUnavailable(f"ffmpeg does not start ({_last_line(finished)}): install it, or set FFMPEG to its path.")
        return finished.missing

    def transcode(self, source: Path, into: Path, progress: Progress) -> Transcode:
        permit = self._permit(into, source)
        with _trouble_named():
            container = self._accept(source)
            # Under a name of our choosing, so that the source's own name is never ffmpeg's to read.
            (into / ladder.SOURCE).symlink_to(source.absolute())
        opened = self._probe(container, permit, progress)
        encoded = self._encode(opened, permit, progress)
        with _trouble_named():
            _check_files(into)
            result = self._collect(opened, encoded, into)
        self._verify(permit, progress)
        with _trouble_named():
            _check_files(into)
        progress(1.0)
        return result

    def cover(self, source: Path, into: Path, progress: Progress) -> Cover:
        permit = Permit(into, time.monotonic() + self._of_pictures.limits.seconds, source)
        with _trouble_named():
            self._check_source(source)
            container = pictures.picture_container(source)
            (into / ladder.SOURCE).symlink_to(source.absolute())
        opened = self._of_pictures.run(pictures.opening(container), permit, lambda _: progress(0.0))
        if opened.signal or opened.code == NOT_STARTED:
            raise self._failure(container, opened)
        picture = pictures.find_picture(opened.diagnostics)
        sized = self._of_pictures.run(pictures.sizing(container, picture), permit, lambda _: progress(0.5), writes=True)
        if sized.code != 0 or sized.troubles:
            raise self._failure(container, sized)
        with _trouble_named():
            _check_files(into)
            cover = pictures.collect(into)
            (into / ladder.SOURCE).unlink()
            (into / pictures.COLOURS).unlink()
        progress(1.0)
        return cover

    @cached_property
    def _takes_fingerprints(self) -> bool:
        """An ffmpeg may have been built without: then recordings are known by ISRC and content alone."""
        with tempfile.TemporaryDirectory() as folder:
            finished = self.ffmpeg.run(ladder.trying_fingerprints(), self._permit(Path(folder)), _unheard, writes=True)
        if finished.code != 0:
            log.warning("This ffmpeg was built without Chromaprint: the same sound delivered twice is not recognised.")
        return finished.code == 0

    def _permit(self, folder: Path, source: Path | None = None) -> Permit:
        return Permit(folder, time.monotonic() + self._limits.seconds, source)

    def _accept(self, source: Path) -> Container:
        self._check_source(source)
        container = container_of(source)
        if container is WAV and wave_is_cut_short(source):
            raise MediaRefused("This WAV file ends early, its header promises more: send it again.")
        return container

    def _check_source(self, source: Path) -> None:
        status = source.stat()
        if not stat.S_ISREG(status.st_mode):
            raise MediaRefused("This is not a file but a folder or a device: send audio files.")
        if status.st_size == 0:
            raise MediaRefused("This file is empty: send it again.")
        if status.st_size > self._limits.source_bytes:
            raise MediaRefused(f"This file is larger than {self._limits.source_bytes / 1_000_000:,.0f} MB: send it in parts.")

    def _probe(self, container: Container, permit: Permit, progress: Progress) -> Source:
        finished = self.ffmpeg.run(ladder.opening(container), permit, lambda _: progress(0.0))
        # Told to open a file and to write none, ffmpeg ends with an error of its own: only a crash or an ffmpeg that never ran counts.
        if finished.signal or finished.code == NOT_STARTED:
            raise self._failure(container, finished)
        return read_probe(container, finished.diagnostics, self._limits)

    def _encode(self, source: Source, permit: Permit, progress: Progress) -> Finished:
        def heard(seconds: float) -> None:
            progress(min(1.0, seconds / source.seconds) * ENCODED if source.seconds else 0.0)

        finished = self.ffmpeg.run(
            ladder.encoding(source, self._limits.source_seconds, fingerprint=self._takes_fingerprints), permit, heard, writes=True
        )
        # An ffmpeg before version 7 ends well even where the disk was full.
        if finished.code != 0 or finished.troubles:
            raise self._failure(source.container, finished)
        return finished

    def _failure(self, container: Container, finished: Finished) -> Exception:
        if finished.code == NOT_STARTED:
            return TranscoderUnavailable(f"ffmpeg does not start ({_last_line(finished)}): install it, or set FFMPEG to its path.")
        if finished.signal == signal.SIGXCPU:
            return MediaRefused(f"This file needs more than {self._limits.cpu_seconds} s of processor time: export it again.")
        if finished.signal in STOPPED:
            return TranscoderUnavailable("ffmpeg was killed before it was done (too little memory, or a shutdown): try again.")
        if "File too large" in finished.troubles:
            return MediaRefused(f"This file unpacks to more than {self._limits.output_bytes / 1_000_000:,.0f} MB: send it in parts.")
        if finished.troubles:
            return TranscoderUnavailable(f"ffmpeg could not do its work ({finished.troubles}): make room and try again.")
        return MediaRefused(f"This {container.name} file is damaged, it cannot be decoded: export it again.")

    def _check_length(self, source: Source, music: StreamInformation) -> None:
        seconds = music.samples / music.sample_rate
        if music.samples == 0:
            raise MediaRefused(f"This {source.container.name} file holds no sound that can be decoded: export it again.")
        if seconds > self._limits.source_seconds:
            raise MediaRefused(too_long(self._limits))
        if source.exact and source.seconds is not None and seconds < source.seconds - TOLERANCE_SECONDS:
            raise MediaRefused(
                f"This file ends early: {seconds:.0f} of the {source.seconds:.0f} seconds it promises could be decoded. Send it again."
            )

    def _collect(self, source: Source, encoded: Finished, folder: Path) -> Transcode:
        music = read_stream_information(folder / ladder.FLAC)
        self._check_length(source, music)
        fragmented = {name: read_fragments(folder / name) for name in ladder.AAC}
        for parsed in fragmented.values():
            _check_rendition(parsed, music)
        first = fragmented["aac-64"]
        loudness = read_loudness(encoded.diagnostics)
        waveform = read_waveform(folder / ladder.PEAKS)
        (folder / ladder.SOURCE).unlink()
        (folder / ladder.PEAKS).unlink()
        fingerprint = _taken(folder / ladder.FINGERPRINT)
        return Transcode(
            duration_ms=round(music.samples * 1000 / music.sample_rate),
            sample_rate=first.timescale,
            channels=music.channels,
            encoder_delay=first.delay,
            end_padding=first.padding,
            loudness=loudness.integrated,
            true_peak=loudness.true_peak,
            waveform=waveform,
            fingerprint=fingerprint,
            renditions=(
                *(fragmented_file(folder / name, parsed) for name, parsed in fragmented.items()),
                flac_file(folder / ladder.FLAC, music),
            ),
        )

    def _verify(self, permit: Permit, progress: Progress) -> None:
        """The smallest and the lossless rendition decode; the boxes and the length of each were checked when they were read."""
        finished = self.ffmpeg.run(ladder.decoding("aac-64", ladder.FLAC), permit, lambda _: progress(ENCODED))
        if finished.code != 0:
            raise TranscoderUnavailable(f"A finished rendition does not decode ({_last_line(finished)}): try again.")


def _check_files(folder: Path) -> None:
    """An ffmpeg that a file has taken over could have us publish somebody else's file under a rendition's name."""
    for path in folder.iterdir():
        status = path.lstat()
        if path.name != ladder.SOURCE and not (stat.S_ISREG(status.st_mode) and status.st_nlink == 1):
            raise MediaRefused("This file attacks the decoder: it made something else than renditions. Do not send it again.")


def _check_rendition(parsed: Fragmented, music: StreamInformation) -> None:
    """The same samples went to every encoder: where their number differs, the chain of filters was rebuilt on the way."""
    if parsed.timescale != ladder.playback_rate(music.sample_rate):
        raise MediaRefused("This file's sound has another sample rate than its header says: export it again.")
    lasts, seconds = (parsed.duration - parsed.delay) / parsed.timescale, music.samples / music.sample_rate
    if abs(lasts - seconds) > RENDITION_TOLERANCE_SECONDS:
        raise MediaRefused("This file's sound changes its sample rate or channels midway: send each part as a file of its own.")


@contextmanager
def _trouble_named() -> Generator[None]:
    """For our own work on files; what a progress callback raises never passes here."""
    try:
        yield
    except OSError as error:
        raise TranscoderUnavailable(f"The file could not be transcoded ({error.strerror}): try again.") from error


def _taken(path: Path) -> bytes:
    """What the file holds, which is gone then; nothing where there is none."""
    if not path.exists():
        return b""
    content = path.read_bytes()
    path.unlink()
    return content


def _installed(chosen: str | None) -> str:
    if chosen:
        found = shutil.which(chosen)
        if found is None:
            raise BootError(f"FFMPEG={chosen} is not a program: set it to the path of ffmpeg, or leave it out to use the installed one.")
        return str(Path(found).absolute())
    system = shutil.which("ffmpeg")
    if system:
        return system
    try:
        import imageio_ffmpeg  # noqa: PLC0415 - of the embedded topology alone; elsewhere the system has its own

        return imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError) as error:
        raise BootError("No ffmpeg was found: install ffmpeg, or set FFMPEG to its path.") from error


def _last_line(finished: Finished) -> str:
    lines = finished.diagnostics.strip().splitlines()
    return lines[-1] if lines else f"exit code {finished.code}"


def _unheard(_: float) -> None:
    """For a run whose progress nobody follows."""
