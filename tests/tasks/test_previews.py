"""Cutting previews out of finished renditions."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete, select, update

from apps.core.contract.playback import PREVIEW, PREVIEW_SOURCE, ListMissingPreviews, Rendition
from apps.core.database import db, reader
from apps.core.playback.models import AudioRow, RenditionRow
from ports.transcoder.fake import FakeTranscoder
from ports.transcoder.fragments import read_fragments
from ports.transcoder.interface import RenditionFile, Segment
from tasks.previews import cut_missing_previews, preview_of

INITIALISATION = 100
SEGMENT_BYTES = 1000


@pytest.fixture
def made(tmp_path):
    """A rendition whose segments last so many seconds."""

    def make(*seconds: float) -> RenditionFile:
        path = tmp_path / PREVIEW_SOURCE
        path.write_bytes(bytes(number % 251 for number in range(INITIALISATION + SEGMENT_BYTES * len(seconds))))
        segments = tuple(Segment(INITIALISATION + SEGMENT_BYTES * at, SEGMENT_BYTES, int(lasts * 1000)) for at, lasts in enumerate(seconds))
        return RenditionFile(
            PREVIEW_SOURCE, path, "audio/mp4", "mp4a.40.2", 128_000, 130_000, path.stat().st_size, "0" * 64, 1000, INITIALISATION, segments
        )

    return make


class TestAPreview:
    @pytest.mark.parametrize(
        ("seconds", "kept"),
        [
            ((5,) * 40, 6),
            ((5,) * 12, 6),
            ((5,) * 11, 5),
            ((5, 5, 2), 1),
            ((5, 5), 1),
            ((5.02,) * 40, 6),
            ((5.1,) * 40, 5),
            ((5.0,) * 6 + (0.001,), 3),
        ],
    )
    def test_has_whole_segments_of_thirty_seconds_or_half_the_music(self, made, tmp_path, seconds, kept):
        whole = made(*seconds)
        preview = preview_of([whole], tmp_path)
        assert preview is not None
        assert preview.segments == whole.segments[:kept]
        assert preview.path.read_bytes() == whole.path.read_bytes()[: INITIALISATION + SEGMENT_BYTES * kept]
        assert preview.size == preview.path.stat().st_size

    @pytest.mark.parametrize("seconds", [(4,), (31, 29), (5, 4)])
    def test_is_none_where_not_one_segment_fits(self, made, tmp_path, seconds):
        assert preview_of([made(*seconds)], tmp_path) is None
        assert not (tmp_path / PREVIEW).exists()

    def test_is_a_file_that_can_be_read_by_itself(self, tmp_path: Path):
        (tmp_path / "source").write_bytes(b"music")
        into = tmp_path / "into"
        into.mkdir()
        made = FakeTranscoder().transcode(tmp_path / "source", into, lambda _: None)
        preview = preview_of(made.renditions, into)
        assert preview is not None
        read = read_fragments(preview.path)
        assert read.segments == preview.segments
        assert 4 <= read.duration / read.timescale <= 6


@pytest.fixture
def forget(core_app):
    """Make the audio as it was stored before there were previews."""

    def forget() -> None:
        with core_app.app_context():
            db.session.execute(delete(RenditionRow).where(RenditionRow.name == PREVIEW))
            db.session.execute(update(AudioRow).values(has_preview=None))
            db.session.commit()

    return forget


@pytest.fixture
def rendition(core_app):
    """The facts of the one preview there is; None where there is none."""

    def read() -> list[Rendition]:
        with core_app.app_context(), reader() as connection:
            wanted = select(RenditionRow.facts).where(RenditionRow.name == PREVIEW).order_by(RenditionRow.key)
            return [msgspec.json.decode(facts, type=Rendition) for facts in connection.scalars(wanted)]

    return read


class TestAudioFromBeforeThereWerePreviews:
    @pytest.fixture
    def music(self, import_folder, do_tasks, forget, rendition):
        """Two recordings; what their previews were."""
        import_folder()
        do_tasks()
        before = rendition()
        forget()
        return before

    def test_is_given_the_ones_it_would_have_had(self, music, office, worker, rendition, storage):
        assert len(music) == 2
        assert len(worker.send(ListMissingPreviews())) == 2
        cut_missing_previews(office)
        assert rendition() == music
        assert all(storage.size(one.key) == one.size for one in music)
        assert worker.send(ListMissingPreviews()) == ()
        assert list(office.workspaces.iterdir()) == []

    def test_is_not_asked_about_again_where_it_is_too_short(self, music, office, worker, rendition, monkeypatch):
        monkeypatch.setattr("tasks.previews.PREVIEW_SECONDS", -1)
        cut_missing_previews(office)
        assert (rendition(), worker.send(ListMissingPreviews())) == ([], ())

    def test_that_is_gone_or_altered_keeps_no_other_from_its_own(self, music, office, worker, rendition, storage, tmp_path, monkeypatch):
        monkeypatch.setattr("apps.core.playback.queries.PREVIEWS_PER_QUERY", 1)
        first, second = worker.send(ListMissingPreviews())[0], music
        (tmp_path / "other").write_bytes(b"x" * first.source.size)
        storage.put(first.source.key, tmp_path / "other", "audio/mp4")
        cut_missing_previews(office)
        assert [one.key for one in rendition()] == [one.key for one in second if first.recording_id not in one.key]
        storage.delete(first.source.key)
        cut_missing_previews(office)
        assert [one.recording_id for one in worker.send(ListMissingPreviews())] == [first.recording_id]

    def test_is_made_up_for_some_at_a_time(self, music, office, worker, monkeypatch):
        monkeypatch.setattr("apps.core.playback.queries.PREVIEWS_PER_QUERY", 1)
        monkeypatch.setattr("tasks.previews.MOST_AT_ONCE", 1)
        cut_missing_previews(office)
        assert len(worker.send(ListMissingPreviews())) == 1
