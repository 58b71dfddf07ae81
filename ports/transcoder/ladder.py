"""The ffmpeg command lines: how a source is opened, and the one pass that writes and measures everything."""

from __future__ import annotations

from ports.transcoder.containers import DECODERS, Container
from ports.transcoder.probe import Source

SOURCE = "source"
"""What the source is called inside the work folder, whatever its real name."""
PEAKS = "peaks.txt"
FINGERPRINT = "fingerprint"
FINGERPRINTED_SECONDS = 600
FINGERPRINT_RATE = 11_025
"""What Chromaprint would resample it to itself."""
AAC = {"aac-64": 64, "aac-128": 128, "aac-256": 256}
"""Rendition name to kbit/s."""
FLAC = "flac"
FRAGMENT_MICROSECONDS = 5_000_000
WINDOWS_A_SECOND = 100
WINDOWS = 2000
WINDOW_WITHOUT_DURATION = 0.1

ANONYMOUS = ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
FRAGMENTED = [
    *("-f", "mp4", "-movflags", "+empty_moov+delay_moov+default_base_moof+skip_trailer"),
    *("-frag_duration", str(FRAGMENT_MICROSECONDS)),
]
PRINTED = f"atrim=end={FINGERPRINTED_SECONDS},aresample={FINGERPRINT_RATE},aformat=channel_layouts=mono"
FINGERPRINTING = ["-c:a", "pcm_s16le", "-f", "chromaprint", "-fp_format", "raw", f"file:{FINGERPRINT}"]


def opening(container: Container, *options: str) -> list[str]:
    """Open the source: one demuxer, known decoders, local files only, sound only."""
    return [
        *("-f", container.demuxer, "-format_whitelist", container.demuxer),
        *("-codec_whitelist", ",".join(DECODERS), "-protocol_whitelist", "file"),
        *("-vn", "-sn", "-dn", *options, "-i", f"file:{SOURCE}"),
    ]


def encoding(source: Source, longest: int, *, fingerprint: bool) -> list[str]:
    """Decode once, at most a second more than `longest`; write every rendition and what is measured."""
    return [
        *opening(source.container, "-t", str(longest + 1)),
        *("-filter_complex_threads", "1", "-filter_complex", _graph(source, fingerprint=fingerprint)),
        *(argument for name, kilobits in AAC.items() for argument in _aac(name, kilobits)),
        *("-map", "[flac]", "-c:a", "flac", "-sample_fmt", "s16" if source.bits == 16 else "s32"),
        *(*ANONYMOUS, "-f", "flac", f"file:{FLAC}"),
        *(("-map", "[fingerprint]", *FINGERPRINTING) if fingerprint else ()),
    ]


def trying_fingerprints() -> list[str]:
    """What fails where this ffmpeg takes no fingerprints."""
    return ["-f", "lavfi", "-i", f"anullsrc=r={FINGERPRINT_RATE}:cl=mono:d=1", *FINGERPRINTING]


def decoding(fragmented: str, flac: str) -> list[str]:
    """Decode two finished renditions, stopping at the first error."""
    strict = ["-protocol_whitelist", "file", "-err_detect", "explode"]
    return [
        *("-xerror", *strict, "-f", "mov", "-i", f"file:{fragmented}", *strict, "-f", "flac", "-i", f"file:{flac}"),
        *("-map", "0:a", "-f", "null", "-", "-map", "1:a", "-f", "null", "-"),
    ]


def playback_rate(sample_rate: int) -> int:
    """The rate of the AAC renditions: the one of 44.1 and 48 kHz that the source's belongs to."""
    return 44_100 if sample_rate % 11_025 == 0 else 48_000


def _aac(name: str, kilobits: int) -> list[str]:
    return ["-map", f"[{name}]", "-c:a", "aac", "-b:a", f"{kilobits}k", *ANONYMOUS, *FRAGMENTED, f"file:{name}"]


def _graph(source: Source, *, fingerprint: bool) -> str:
    layout = "mono" if source.mono else "stereo"
    aac = "".join(f"[{name}]" for name in AAC)
    uses = ("flac", "measured", "resampled", *(("printed",) if fingerprint else ()))
    chain = (
        # Samples are counted, not believed: a damaged frame leaves no hole in one rendition that another does not have.
        f"[0:a:0]aformat=channel_layouts={layout},asettb=1/sr,asetpts=N,asplit={len(uses)}{''.join(f'[{use}]' for use in uses)};"
        # A mono file is heard from both speakers of a pair, and is measured so.
        f"[measured]ebur128=peak=true:framelog=verbose:dualmono={int(source.mono)},asetnsamples=n={_window(source)},"
        "astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Peak_level,"
        f"ametadata=mode=print:key=lavfi.astats.Overall.Peak_level:file={PEAKS},anullsink;"
        f"[resampled]aresample={playback_rate(source.sample_rate)},asplit={len(AAC)}{aac}"
    )
    return f"{chain};[printed]{PRINTED}[fingerprint]" if fingerprint else chain


def _window(source: Source) -> int:
    """Samples for one measured peak: fine enough for the waveform, coarse enough for an audiobook."""
    seconds = WINDOW_WITHOUT_DURATION if source.seconds is None else source.seconds / WINDOWS
    return max(source.sample_rate // WINDOWS_A_SECOND, int(seconds * source.sample_rate))
