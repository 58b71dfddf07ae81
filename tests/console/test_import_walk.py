"""Walking a folder: what is music by its name, what is refused on sight, what is left out."""

from __future__ import annotations

import os
import socket
from pathlib import PurePosixPath

import pytest

from apps.console.folder.walk import EMPTY, LINK_OUT, NOT_A_FILE, OVERLONG, TOO_LARGE, UNNAMEABLE, UNREADABLE_FOLDER, Walk, cover_rank
from apps.core.contract.intake import LONGEST_PATH, MAXIMUM_FILE_BYTES, MAXIMUM_PICTURE_BYTES, FoundPicture


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


def touch(path, text="x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def refusals(folder):
    return {seen.path: seen.refusal for seen in Walk(folder).files() if seen.refusal}


class TestWalk:
    def test_finds_music_of_every_kind_below_the_folder_in_the_order_of_names(self, folder):
        names = ["a.aif", "b.aiff", "c.FLAC", "d.m4a", "e.Mp3", "f.mp4", "g.oga", "h.ogg", "i.opus", "j.wav"]
        for name in names:
            touch(folder / "Album" / name)
        touch(folder / "Album" / "Disc 2" / "a.mp3")
        touch(folder / "Zebra" / "a.mp3")
        touch(folder / "single.mp3")
        found = [seen.path for seen in Walk(folder).files()]
        assert found == ["single.mp3", *(f"Album/{name}" for name in names), "Album/Disc 2/a.mp3", "Zebra/a.mp3"]

    def test_tells_size_and_time_stamp(self, folder):
        os.utime(touch(folder / "a.mp3", "four"), ns=(1, 1_700_000_000_123_456_789))
        (seen,) = Walk(folder).files()
        assert (seen.size, seen.modified_ns, seen.refusal) == (4, 1_700_000_000_123_456_789, "")

    def test_counts_what_is_left_out_by_extension(self, folder):
        for name in ("inlay.jpg", "back.JPG", "notes.txt", "README"):
            touch(folder / name)
        walk = Walk(folder)
        assert list(walk.files()) == []
        assert walk.left_out == {".jpg": 2, ".txt": 1, "": 1}

    def test_refuses_a_link_that_leads_nowhere_but_to_itself(self, folder):
        (folder / "loop").symlink_to("loop")
        touch(folder / "a.mp3")
        assert refusals(folder) == {"loop": LINK_OUT}

    def test_refuses_what_is_gone_before_it_is_looked_at(self, folder):
        touch(folder / "a.mp3")
        (gone,) = list(os.scandir(folder))
        (folder / "a.mp3").unlink()
        seen = list(Walk(folder)._judge(PurePosixPath(), [gone]))
        assert [one.path for one in seen] == ["a.mp3"]
        assert "No such file" in seen[0].refusal

    def test_passes_over_what_is_hidden(self, folder):
        touch(folder / ".hidden.mp3")
        touch(folder / ".Trash" / "a.mp3")
        walk = Walk(folder)
        assert list(walk.files()) == []
        assert not walk.left_out

    def test_a_link_that_leads_out_is_refused_by_name_and_not_followed(self, folder, tmp_path):
        secret = touch(tmp_path / "elsewhere" / "secret.mp3")
        (folder / "file.mp3").symlink_to(secret)
        (folder / "Elsewhere").symlink_to(secret.parent)
        (folder / "up.mp3").symlink_to("../elsewhere/secret.mp3")
        assert refusals(folder) == {"Elsewhere": LINK_OUT, "file.mp3": LINK_OUT, "up.mp3": LINK_OUT}

    def test_a_link_that_stays_inside_is_no_second_file(self, folder):
        touch(folder / "Album" / "a.mp3")
        (folder / "b.mp3").symlink_to("Album/a.mp3")
        (folder / "Album" / "loop").symlink_to(folder)
        assert [seen.path for seen in Walk(folder).files()] == ["Album/a.mp3"]

    def test_a_pipe_or_socket_is_refused_and_never_opened(self, folder):
        os.mkfifo(folder / "pipe.mp3")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(folder / "socket.mp3"))
            assert refusals(folder) == {"pipe.mp3": NOT_A_FILE, "socket.mp3": NOT_A_FILE}

    def test_an_empty_file_is_refused(self, folder):
        touch(folder / "a.mp3", "")
        assert refusals(folder) == {"a.mp3": EMPTY}

    def test_a_huge_file_is_refused_and_one_byte_less_is_not(self, folder):
        for name, size in (("fits.wav", MAXIMUM_FILE_BYTES), ("huge.wav", MAXIMUM_FILE_BYTES + 1)):
            os.truncate(touch(folder / name), size)
        assert refusals(folder) == {"huge.wav": TOO_LARGE}

    def test_a_name_that_is_not_utf8_is_refused_under_a_name_that_can_be_shown(self, folder):
        os.close(os.open(os.fsencode(folder) + b"/caf\xe9.mp3", os.O_CREAT | os.O_WRONLY))
        touch(folder / "Müsik 音楽 موسيقى \u202egpj.mp3")
        assert refusals(folder) == {r"caf\xe9.mp3": UNNAMEABLE}
        assert len(list(Walk(folder).files())) == 2

    def test_a_name_or_folder_with_control_characters_is_refused(self, folder):
        touch(folder / "line\nbreak.mp3")
        touch(folder / "bell\a" / "a.mp3")
        assert refusals(folder) == {r"line\x0abreak.mp3": UNNAMEABLE, r"bell\x07/a.mp3": UNNAMEABLE}

    def test_names_that_differ_only_in_what_cannot_be_shown_stay_two(self, folder):
        for name in (b"caf\xe9.mp3", b"caf\xe8.mp3", b"caf\n.mp3"):
            os.close(os.open(os.fsencode(folder) + b"/" + name, os.O_CREAT | os.O_WRONLY))
        assert sorted(refusals(folder)) == [r"caf\x0a.mp3", r"caf\xe8.mp3", r"caf\xe9.mp3"]

    def test_a_long_name_that_has_to_be_spelled_out_still_fits_the_contract(self, folder):
        touch(folder.joinpath(*[os.fsdecode(b"\xe9" * 200)] * 6, "a.mp3"))
        (path,) = refusals(folder)
        assert len(path) == LONGEST_PATH

    def test_a_path_longer_than_is_stored_is_refused(self, folder):
        touch(folder.joinpath(*["ü" * 124] * 8, "a.mp3"))
        touch(folder.joinpath(*["ü" * 124] * 8, "longer.mp3"))
        ((path, refusal),) = refusals(folder).items()
        assert path.endswith("/longer.m")
        assert refusal == OVERLONG

    def test_a_folder_that_may_not_be_read_is_refused_and_the_rest_found(self, folder, monkeypatch):
        touch(folder / "closed" / "a.mp3")
        touch(folder / "open" / "a.mp3")
        read = os.scandir

        def scandir(path):
            # Root, as whom tests may run, may read everything: the system's answer to others is given here.
            if os.fspath(path).endswith("closed"):
                raise PermissionError(13, "Permission denied")
            return read(path)

        monkeypatch.setattr(os, "scandir", scandir)
        assert [(seen.path, seen.refusal) for seen in Walk(folder).files()] == [("closed", UNREADABLE_FOLDER), ("open/a.mp3", "")]


def pictures(folder):
    return {seen.path: seen.picture and seen.picture.path for seen in Walk(folder).files()}


class TestPictures:
    def test_one_beside_music_is_its_cover(self, folder):
        touch(folder / "Album" / "a.mp3")
        os.utime(touch(folder / "Album" / "cover.jpg", "four"), ns=(1, 1_700_000_000_123_456_789))
        touch(folder / "Other" / "a.mp3")
        walk = Walk(folder)
        first, other = walk.files()
        assert first.picture == FoundPicture("Album/cover.jpg", 4, 1_700_000_000_123_456_789)
        assert other.picture is None
        assert not walk.left_out

    def test_the_likeliest_is_taken(self, folder):
        for name in ("folder.png", "Cover.JPG", "z-front.jpg", "a.mp3"):
            touch(folder / name)
        assert pictures(folder) == {"a.mp3": "Cover.JPG"}

    def test_one_around_the_discs_is_theirs(self, folder):
        for path in ("Album/CD1/a.mp3", "Album/CD1/cover.jpg", "Album/Disc 2/a.mp3", "Album/Bonus/a.mp3", "Album/folder.jpg"):
            touch(folder / path)
        assert pictures(folder) == {
            "Album/Bonus/a.mp3": None,
            "Album/CD1/a.mp3": "Album/folder.jpg",
            "Album/Disc 2/a.mp3": "Album/folder.jpg",
        }

    def test_a_disc_has_its_own_where_there_is_none_around(self, folder):
        touch(folder / "Album" / "CD1" / "a.mp3")
        touch(folder / "Album" / "CD1" / "cover.jpg")
        assert pictures(folder) == {"Album/CD1/a.mp3": "Album/CD1/cover.jpg"}

    def test_an_artists_picture_is_no_albums(self, folder):
        touch(folder / "Artist" / "folder.jpg")
        touch(folder / "Artist" / "Album" / "a.mp3")
        assert pictures(folder) == {"Artist/Album/a.mp3": None}

    def test_what_is_no_file_or_has_no_name_or_nothing_in_it_is_passed_over(self, folder, tmp_path):
        touch(folder / "a.mp3")
        (folder / "cover.jpg").symlink_to(touch(tmp_path / "secret.jpg"))
        (folder / "cover.png").mkdir()
        touch(folder / os.fsdecode(b"cover \xff.jpg"))
        assert pictures(folder)["a.mp3"] is None
        assert refusals(folder) == {"cover.jpg": LINK_OUT}
        touch(folder / "folder.jpg")
        assert pictures(folder)["a.mp3"] == "folder.jpg"

    def test_an_empty_or_heavy_one_is_named_so_that_its_refusal_can_be_told(self, folder):
        touch(folder / "a.mp3")
        touch(folder / "cover.jpg", "")
        assert pictures(folder) == {"a.mp3": "cover.jpg"}
        os.truncate(folder / "cover.jpg", MAXIMUM_PICTURE_BYTES + 1)
        assert pictures(folder) == {"a.mp3": "cover.jpg"}

    @pytest.mark.parametrize(
        ("name", "rank"),
        [
            ("cover.jpg", 0),
            ("COVER.PNG", 0),
            ("folder.webp", 1),
            ("front.jpeg", 2),
            ("AlbumArt.jpg", 4),
            ("00-artist-front.jpg", 6),
            ("Blue Garden (Front Cover).bmp", 6),
            ("back.jpg", None),
            ("cover.txt", None),
            ("cover", None),
            ("booklet 3.jpg", None),
        ],
    )
    def test_are_known_by_their_names(self, name, rank):
        assert cover_rank(name) == rank
