"""Folders to work in: with room, and gone afterwards."""

from __future__ import annotations

import errno
import os
import time

import pytest

from tasks import workspace as workspaces
from tasks.workspace import ABANDONED_AFTER, keep_room, workspace


class TestWorkspace:
    def test_is_there_while_the_work_lasts(self, tmp_path):
        with workspace(tmp_path / "work", 1000) as folder:
            (folder / "file").write_text("x")
        assert list((tmp_path / "work").iterdir()) == []

    def test_is_gone_where_the_work_fails(self, tmp_path):
        with pytest.raises(ValueError, match="broken"), workspace(tmp_path / "work", 1000) as folder:
            (folder / "file").write_text("x")
            raise ValueError("broken")
        assert list((tmp_path / "work").iterdir()) == []

    def test_a_disk_without_room_is_told_at_once(self, tmp_path):
        with pytest.raises(OSError, match="MiB are needed") as full, workspace(tmp_path / "work", 1 << 60):
            pass
        assert full.value.errno == errno.ENOSPC

    def test_work_that_leaves_too_little_is_told(self, tmp_path, monkeypatch):
        keep_room(tmp_path)
        monkeypatch.setattr(workspaces, "SPARE_BYTES", 1 << 60)
        with pytest.raises(OSError, match="MiB stay free: make room") as full:
            keep_room(tmp_path)
        assert full.value.errno == errno.ENOSPC

    def test_what_a_killed_worker_left_is_removed_when_it_is_old_enough(self, tmp_path):
        old, young = tmp_path / "job-old", tmp_path / "job-young"
        for folder in (old, young):
            folder.mkdir()
            (folder / "source").write_text("x")
        long_ago = time.time() - ABANDONED_AFTER - 1
        os.utime(old, (long_ago, long_ago))
        with workspace(tmp_path, 1000):
            assert not old.exists()
            assert young.exists()
