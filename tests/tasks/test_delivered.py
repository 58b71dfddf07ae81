"""Opening delivered files: nothing outside the delivery's folder is read, whatever paths and links say."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from apps.core.contract.ids import new_id
from apps.core.contract.intake import MAXIMUM_FILE_BYTES, DraftFile
from tasks.delivered import FileRefused, copy_below, open_below


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "music"
    (root / "Album").mkdir(parents=True)
    (root / "Album" / "a.mp3").write_bytes(b"music" * 1_000_000)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "a.mp3").write_bytes(b"secret")
    return root


def copy(root, path, size, copied=lambda _: None):
    target = root.parent / "copy"
    return copy_below(root, DraftFile(new_id(), path, size), target, copied), target


class TestCopyBelow:
    def test_copies_the_bytes_and_tells_their_hash_and_progress(self, root):
        lengths: list[int] = []
        content_hash, target = copy(root, "Album/a.mp3", 5_000_000, lengths.append)
        assert target.read_bytes() == b"music" * 1_000_000
        assert content_hash == hashlib.sha256(target.read_bytes()).hexdigest()
        assert (sum(lengths), len(lengths)) == (5_000_000, 5)

    @pytest.mark.parametrize("size", [0, 4_999_999, 5_000_001])
    def test_a_file_of_another_size_than_delivered_is_refused(self, root, size):
        with pytest.raises(FileRefused, match="changed after it was delivered"):
            copy(root, "Album/a.mp3", size)

    @pytest.mark.parametrize("length", [1, 4_000_000, 6_000_000])
    def test_a_file_that_changes_its_size_while_it_is_read_is_refused(self, root, length):
        def change(_: int) -> None:
            os.truncate(root / "Album" / "a.mp3", length)

        with pytest.raises(FileRefused, match="changed while it was read"):
            copy(root, "Album/a.mp3", 5_000_000, change)

    def test_a_huge_file_is_refused_before_it_is_read(self, root):
        os.truncate(root / "Album" / "a.mp3", MAXIMUM_FILE_BYTES + 1)
        with pytest.raises(FileRefused, match="larger than 2 GiB"):
            copy(root, "Album/a.mp3", MAXIMUM_FILE_BYTES + 1)

    def test_what_the_progress_raises_stops_the_copy(self, root):
        def stop(_: int) -> None:
            raise KeyError

        with pytest.raises(KeyError):
            copy(root, "Album/a.mp3", 5_000_000, stop)

    def test_a_missing_root_is_no_fault_of_the_file(self, root):
        with pytest.raises(FileNotFoundError):
            copy(root / "unmounted", "Album/a.mp3", 1)


class TestOpenBelow:
    @pytest.mark.parametrize(
        "path", ["../secret/a.mp3", "Album/../../secret/a.mp3", "/etc/passwd", "Album//a.mp3", "", ".", "Album/\0", "Album/"]
    )
    def test_a_path_that_leads_out_is_refused(self, root, path):
        with pytest.raises(FileRefused, match="leads out"):
            open_below(root, path)

    def test_a_link_is_refused_wherever_it_leads(self, root):
        (root / "out.mp3").symlink_to(root.parent / "secret" / "a.mp3")
        (root / "in.mp3").symlink_to("Album/a.mp3")
        for name in ("out.mp3", "in.mp3"):
            with pytest.raises(FileRefused, match="links are not followed"):
                open_below(root, name)

    def test_a_folder_that_is_a_link_is_refused(self, root):
        (root / "Other").symlink_to(root.parent / "secret")
        with pytest.raises(FileRefused, match="links are not followed"):
            open_below(root, "Other/a.mp3")

    def test_a_pipe_is_refused_and_not_waited_for(self, root):
        os.mkfifo(root / "pipe.mp3")
        with pytest.raises(FileRefused, match="not a file"):
            open_below(root, "pipe.mp3")

    def test_a_folder_is_refused(self, root):
        with pytest.raises(FileRefused, match="not a file"):
            open_below(root, "Album")

    def test_what_went_away_is_refused(self, root):
        with pytest.raises(FileRefused, match="no longer there"):
            open_below(root, "Album/b.mp3")

    def test_no_descriptor_is_left_open(self, root):
        before = len(list(Path("/proc/self/fd").iterdir()))
        open_below(root, "Album/a.mp3").close()
        for path in ("Album/b.mp3", "Album", "no/such/folder.mp3"):
            with pytest.raises(FileRefused):
                open_below(root, path)
        assert len(list(Path("/proc/self/fd").iterdir())) == before
