"""Making every rendition of a recording."""

from __future__ import annotations

from apps.core.contract.jobs import TranscodeWork
from apps.core.contract.playback import Audio, RecordFingerprint, RecordTranscode, Rendition, SegmentEntry
from ports.storage.interface import ObjectNotFound, Storage
from ports.transcoder.interface import MediaRefused, RenditionFile, Transcode
from tasks.app import celery
from tasks.leases import Lease, do_job
from tasks.office import Office, office
from tasks.previews import preview_of
from tasks.workspace import keep_room, workspace

EXTENSIONS = {"audio/mp4": ".mp4", "audio/flac": ".flac"}
TRANSCODED = 0.9
"""The share of the work that is done when all renditions lie in the workspace."""
ROOM = 3
"""Times the source's size: the source itself and its renditions. A small, long one grows a hundredfold: room is kept on the way."""


@celery.task
def transcode(job_id: str) -> None:
    do_job(office(), job_id, TranscodeWork, transcode_recording)


def transcode_recording(office: Office, lease: Lease, work: TranscodeWork) -> None:
    size = office.storage.size(work.source_key)
    if size is None:
        raise MediaRefused("Its file is no longer in quarantine: import it again.")
    with workspace(office.workspaces, size * ROOM) as folder:
        source, into = folder / "source", folder / "renditions"
        into.mkdir()
        try:
            office.storage.fetch(work.source_key, source)
        except ObjectNotFound:
            raise MediaRefused("Its file went out of quarantine meanwhile: import it again.") from None

        def progress(share: float) -> None:
            lease.progress(share * TRANSCODED)
            keep_room(folder)

        made = office.transcoder.transcode(source, into, progress)
        prefix = f"audio/{work.recording_id}/{work.content_hash}"
        preview = preview_of(made.renditions, into)
        files = (*made.renditions, preview) if preview else made.renditions
        renditions = tuple(_store(office.storage, lease, prefix, file) for file in files)
    if made.fingerprint:
        # First: whatever is heard can be compared with whatever is heard after it.
        office.core.send(RecordFingerprint(lease.job_id, lease.token, made.duration_ms, made.fingerprint))
    office.core.send(RecordTranscode(lease.job_id, lease.token, _audio(made), renditions))
    # Housekeeping clears sources of which no transcode came.
    office.storage.delete(work.source_key)


def _store(storage: Storage, lease: Lease, prefix: str, file: RenditionFile) -> Rendition:
    lease.progress(TRANSCODED)
    # Two attempts at once, or a later one of another release, write beside each other: what is heard never changes under its name.
    key = f"{prefix}/{file.name}-{file.sha256[:16]}{EXTENSIONS[file.content_type]}"
    storage.put(key, file.path, file.content_type)
    return Rendition(
        name=file.name,
        key=key,
        content_type=file.content_type,
        codecs=file.codecs,
        bit_rate=file.bit_rate,
        peak_bit_rate=file.peak_bit_rate,
        size=file.size,
        sha256=file.sha256,
        timescale=file.timescale,
        initialisation_length=file.initialisation_length,
        segments=tuple(SegmentEntry(segment.offset, segment.length, segment.duration) for segment in file.segments),
    )


def _audio(made: Transcode) -> Audio:
    return Audio(
        duration_ms=made.duration_ms,
        sample_rate=made.sample_rate,
        channels=made.channels,
        encoder_delay=made.encoder_delay,
        end_padding=made.end_padding,
        loudness=made.loudness,
        true_peak=made.true_peak,
        waveform=made.waveform,
    )
