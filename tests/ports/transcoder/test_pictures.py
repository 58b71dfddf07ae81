"""Covers by ffmpeg: pictures of every format, inside audio and by themselves, and pictures made to do harm."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
from mutagen.flac import FLAC, Picture
from mutagen.oggvorbis import OggVorbis

from ports.environment import Environment
from ports.transcoder.ffmpeg import FfmpegTranscoder
from ports.transcoder.interface import Cover, MediaRefused
from ports.transcoder.pictures import MOST_PICTURE_BYTES, dominant_colour
from tests.factories.audio import FORMATS as AUDIO
from tests.factories.audio import make_audio, run_ffmpeg
from tests.factories.pictures import FORMATS, make_picture, png_claiming, size_of

BLUE = (0x33, 0x66, 0xCC)


@pytest.fixture(scope="module")
def transcoder() -> FfmpegTranscoder:
    return FfmpegTranscoder.from_env(Environment(os.environ))


@pytest.fixture
def cover(transcoder, tmp_path):
    def make(source: Path) -> Cover:
        into = tmp_path / f"of {source.name}"
        into.mkdir()
        return transcoder.cover(source, into, lambda _: None)

    return make


def is_about(colour: str, wanted: tuple[int, int, int]) -> bool:
    """JPEG and the ways of counting colours in video both move one a little."""
    return all(abs(int(colour[at : at + 2], 16) - value) < 12 for at, value in zip((1, 3, 5), wanted, strict=True))


def sizes(cover: Cover) -> list[tuple[int, int]]:
    return [size_of(file.path) for file in cover.files]


class TestAPicture:
    @pytest.mark.parametrize("extension", FORMATS)
    def test_of_every_format_becomes_a_cover_of_its_colour(self, cover, tmp_path, extension):
        assert is_about(cover(make_picture(tmp_path / f"cover.{extension}")).colour, BLUE)

    @pytest.mark.parametrize("extension", FORMATS)
    def test_is_what_it_is_whatever_its_name_says(self, cover, tmp_path, extension):
        picture = make_picture(tmp_path / f"cover.{extension}").rename(tmp_path / "cover.txt")
        assert is_about(cover(picture).colour, BLUE)

    @pytest.mark.parametrize(
        ("width", "height", "expected"),
        [
            (2000, 2000, [(96, 96), (320, 320), (640, 640), (1280, 1280)]),
            (2000, 1000, [(96, 48), (320, 160), (640, 320), (1280, 640)]),
            (500, 500, [(96, 96), (320, 320), (500, 500), (500, 500)]),
            (40, 2000, [(2, 96), (7, 320), (13, 640), (26, 1280)]),
        ],
    )
    def test_keeps_its_shape_and_never_grows(self, cover, tmp_path, width, height, expected):
        assert sizes(cover(make_picture(tmp_path / "cover.png", width=width, height=height))) == expected

    def test_that_can_be_seen_through_lies_on_white(self, cover, tmp_path):
        picture = tmp_path / "cover.png"
        subprocess.run(
            [
                *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "color=red@0.0:size=200x200:rate=1,format=rgba"),
                *("-frames:v", "1", picture),
            ],
            check=True,
        )
        assert cover(picture).colour == "#ffffff"

    def test_is_made_anew_so_that_nothing_else_in_it_is_handed_on(self, cover, tmp_path):
        picture = make_picture(tmp_path / "cover.jpg")
        content = picture.read_bytes()
        picture.write_bytes(content[:2] + b"\xff\xfe\x00\x0dwhere I am" + content[2:] + b"<script>alert(1)</script>")
        for file in cover(picture).files:
            assert b"where I am" not in file.path.read_bytes()
            assert b"script" not in file.path.read_bytes()


class TestAPictureInsideAudio:
    @pytest.mark.parametrize("kind", [kind for kind in AUDIO if kind not in {"ogg", "opus"}])
    def test_is_found(self, cover, tmp_path, kind):
        picture = make_picture(tmp_path / "cover.jpg").read_bytes()
        path = tmp_path / f"song.{'m4a' if kind == 'alac' else kind}"
        audio = make_audio(path, kind=kind, seconds=0.2, tags={"title": "x"}, cover=picture)
        assert is_about(cover(audio).colour, BLUE)

    def test_is_found_in_ogg(self, cover, tmp_path):
        file = OggVorbis(make_audio(tmp_path / "song.ogg", seconds=0.2))
        file["METADATA_BLOCK_PICTURE"] = [base64.b64encode(picture_block(make_picture(tmp_path / "cover.jpg"), 3).write()).decode()]
        file.save()
        assert is_about(cover(tmp_path / "song.ogg").colour, BLUE)

    def test_the_front_is_meant(self, cover, tmp_path):
        file = FLAC(make_audio(tmp_path / "song.flac", seconds=0.2))
        file.add_picture(picture_block(make_picture(tmp_path / "back.jpg", colour="red"), 4))
        file.add_picture(picture_block(make_picture(tmp_path / "front.jpg"), 3))
        file.save()
        assert is_about(cover(tmp_path / "song.flac").colour, BLUE)

    def test_any_other_will_do(self, cover, tmp_path):
        file = FLAC(make_audio(tmp_path / "song.flac", seconds=0.2))
        file.add_picture(picture_block(make_picture(tmp_path / "other.jpg"), 0))
        file.save()
        assert is_about(cover(tmp_path / "song.flac").colour, BLUE)

    def test_that_is_not_there_is_said(self, cover, tmp_path):
        with pytest.raises(MediaRefused, match="no picture"):
            cover(make_audio(tmp_path / "song.flac", seconds=0.2))


def picture_block(path: Path, kind: int) -> Picture:
    picture = Picture()
    picture.type, picture.mime, picture.data = kind, "image/jpeg", path.read_bytes()
    return picture


class TestWhatIsRefused:
    @pytest.mark.parametrize("extension", ["jpg", "png"])
    def test_a_picture_that_ends_early(self, cover, tmp_path, extension):
        picture = tmp_path / f"cover.{extension}"
        run_ffmpeg("-f", "lavfi", "-i", "testsrc=size=800x800:rate=1", "-frames:v", "1", str(picture))
        picture.write_bytes(picture.read_bytes()[: picture.stat().st_size // 2])
        with pytest.raises(MediaRefused, match="damaged"):
            cover(picture)

    def test_one_that_unpacks_to_more_than_any_cover(self, cover, tmp_path):
        picture = png_claiming(tmp_path / "cover.png", 10_000, 10_000)
        assert picture.stat().st_size < 1 << 20
        with pytest.raises(MediaRefused, match="more than 60,000,000 pixels"):
            cover(picture)

    def test_one_that_is_too_long(self, cover, tmp_path):
        with pytest.raises(MediaRefused, match="make it smaller"):
            cover(png_claiming(tmp_path / "cover.png", 20, 13_000))

    def test_one_that_is_too_small(self, cover, tmp_path):
        with pytest.raises(MediaRefused, match="8 by 8 pixels small"):
            cover(make_picture(tmp_path / "cover.png", width=8, height=8))

    def test_one_that_is_too_heavy(self, cover, tmp_path):
        picture = make_picture(tmp_path / "cover.jpg")
        with picture.open("r+b") as file:
            file.truncate(MOST_PICTURE_BYTES + 1)
        with pytest.raises(MediaRefused, match="larger than 32 MiB"):
            cover(picture)

    @pytest.mark.parametrize(
        "content",
        [
            b'<svg><image href="file:///etc/passwd"/></svg>',
            b"%PDF-1.7",
            b"push graphic-context\nviewbox 0 0 1 1",
        ],
    )
    def test_what_is_no_picture_of_points(self, cover, tmp_path, content):
        (tmp_path / "cover.png").write_bytes(content)
        with pytest.raises(MediaRefused, match="no picture that we can read"):
            cover(tmp_path / "cover.png")


class TestDominantColour:
    RED, GREY, BLACK = b"\xf0\x10\x10", b"\x80\x80\x80", b"\x00\x00\x00"

    def test_is_what_there_is_most_of(self):
        assert dominant_colour(self.GREY * 7 + self.BLACK * 3) == "#808080"

    def test_like_shades_count_together(self):
        assert dominant_colour(b"\xf0\x10\x10" * 2 + b"\xf2\x12\x12" * 2 + self.GREY * 3) == "#f11111"

    def test_what_is_colourful_counts_for_more(self):
        assert dominant_colour(self.RED * 4 + self.GREY * 6) == "#f01010"
