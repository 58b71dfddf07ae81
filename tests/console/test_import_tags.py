"""Reading tags: every format's own way of keeping them, and what hostile or broken files get as their reason."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest
from mutagen.flac import FLAC
from mutagen.id3 import ID3, TCMP, TIT2, TIT3, TPE1, TPE4, TPRO, TXXX
from mutagen.mp4 import MP4
from mutagen.oggvorbis import OggVorbis

from apps.console.folder import reading
from apps.console.folder.reading import read, read_all
from apps.console.folder.walk import Seen, Walk
from apps.core.contract.intake import Tags
from tests.factories.audio import hostile_files, make_audio, run_ffmpeg, truncated

FULL = {
    "title": "Début",
    "artist": "Mélanie",
    "albumartist": "Various",
    "album": "Première",
    "tracknumber": "3/12",
    "discnumber": "2/2",
    "date": "1994-06-20",
    "genre": "Chanson",
    "isrc": "FRZ039800212",
    "copyright": "1994 Disques",
}


@pytest.fixture
def mp3(tmp_path):
    return make_audio(tmp_path / "a.mp3", seconds=0.5)


def found(path: Path):
    status = path.stat()
    return read(path.parent, Seen(path.name, status.st_size, status.st_mtime_ns))


def tags(path: Path) -> Tags:
    one = found(path)
    assert one.refusal == ""
    assert one.tags is not None
    return one.tags


class TestTags:
    @pytest.mark.parametrize("kind", ["mp3", "flac", "ogg", "opus", "m4a", "alac", "wav", "aiff"])
    def test_every_format_tells_all_it_says(self, tmp_path, kind):
        read = tags(make_audio(tmp_path / f"a.{kind}", seconds=1.0, tags=FULL))
        assert (read.title, read.artist, read.album_artist, read.album) == ("Début", "Mélanie", "Various", "Première")
        assert (read.track, read.disc, read.date, read.genre) == (3, 2, "1994-06-20", "Chanson")
        assert (read.isrc, read.copyright) == ("FRZ039800212", "1994 Disques")
        assert 990 <= read.duration_ms <= 1100
        assert not read.picture

    @pytest.mark.parametrize(("advice", "explicit"), [("1", True), ("4", True), ("0", False), ("2", False), ("", False)])
    def test_tells_of_explicit_words(self, mp3, tmp_path, advice, explicit):
        id3 = ID3()
        id3.add(TXXX(encoding=3, desc="ITUNESADVISORY", text=advice))
        id3.save(mp3)
        mp4 = MP4(make_audio(tmp_path / "a.m4a", seconds=0.2))
        mp4["rtng"] = [int(advice or 0)]
        mp4.save()
        flac = make_audio(tmp_path / "a.flac", seconds=0.2, tags={"itunesadvisory": advice})
        assert [tags(path).explicit for path in (mp3, tmp_path / "a.m4a", flac)] == [explicit] * 3

    def test_tells_the_subtitle_and_who_produced_the_recording(self, mp3):
        id3 = ID3()
        id3.add(TIT3(encoding=3, text="Live"))
        id3.add(TPRO(encoding=3, text="1994 North"))
        id3.save(mp3)
        assert (tags(mp3).subtitle, tags(mp3).produced) == ("Live", "1994 North")

    def test_tells_who_remixed_and_produced(self, mp3, tmp_path):
        file = ID3(mp3)
        file.add(TPE4(encoding=3, text=["Ben", "Cleo"]))
        file.add(TXXX(encoding=3, desc="PRODUCER", text=["Dora"]))
        file.save()
        assert (tags(mp3).remixers, tags(mp3).producers) == (("Ben", "Cleo"), ("Dora",))
        flac = FLAC(make_audio(tmp_path / "a.flac", seconds=0.2))
        flac["REMIXER"], flac["PRODUCER"] = ["Ben"], ["Dora", "Eve"]
        flac.save()
        assert (tags(tmp_path / "a.flac").remixers, tags(tmp_path / "a.flac").producers) == (("Ben",), ("Dora", "Eve"))

    @pytest.mark.parametrize("kind", ["mp3", "flac", "m4a", "alac", "wav", "aiff"])
    def test_every_format_tells_of_a_picture_inside(self, tmp_path, kind):
        assert tags(make_audio(tmp_path / f"a.{kind}", seconds=0.2, tags={"title": "x"}, cover=b"\xff\xd8\xff")).picture

    def test_so_does_ogg(self, tmp_path):
        file = OggVorbis(make_audio(tmp_path / "a.ogg", seconds=0.2))
        file["METADATA_BLOCK_PICTURE"] = ["AAAA"]
        file.save()
        assert tags(tmp_path / "a.ogg").picture

    def test_a_file_without_tags_says_nothing_but_its_length(self, mp3):
        assert tags(mp3) == Tags(duration_ms=tags(mp3).duration_ms)

    def test_the_name_is_not_believed_but_the_content(self, tmp_path):
        make_audio(tmp_path / "a.flac", tags={"title": "Really FLAC"}).rename(tmp_path / "a.mp3")
        assert tags(tmp_path / "a.mp3").title == "Really FLAC"

    @pytest.mark.parametrize("version", [2, 3, 4])
    def test_id3_of_every_version(self, mp3, version):
        if version == 2:
            frame = b"TT2" + (6).to_bytes(3) + b"\x00Title"
            header = b"ID3\x02\x00\x00" + bytes([0, 0, 0, len(frame)])
            mp3.write_bytes(header + frame + mp3.read_bytes())
        else:
            id3 = ID3()
            id3.add(TIT2(encoding=1, text="Title"))
            id3.save(mp3, v2_version=version)
        assert tags(mp3).title == "Title"

    def test_id3_of_version_1_at_the_end(self, mp3):
        mp3.write_bytes(mp3.read_bytes() + b"TAG" + b"Old title".ljust(30, b"\0") + bytes(95))
        assert tags(mp3).title == "Old title"

    def test_id3_frames_that_anybody_may_name(self, mp3):
        id3 = ID3()
        id3.add(TXXX(encoding=3, desc="BARCODE", text="724384960650"))
        id3.add(TCMP(encoding=3, text="1"))
        id3.save(mp3)
        assert (tags(mp3).upc, tags(mp3).compilation) == ("724384960650", True)

    def test_mp4_atoms_that_anybody_may_name(self, tmp_path):
        path = make_audio(tmp_path / "a.m4a", tags={"barcode": "724384960650", "label": "Small & Loud", "isrc": "gbabc1234567"})
        mp4 = MP4(path)
        mp4["cpil"] = True
        mp4.save()
        read = tags(path)
        assert (read.upc, read.label, read.isrc, read.compilation) == ("724384960650", "Small & Loud", "gbabc1234567", True)

    def test_several_values_are_joined_each_once(self, tmp_path, mp3):
        flac = FLAC(make_audio(tmp_path / "a.flac"))
        flac["artist"] = ["Ana", "Ben", "Ana", ""]
        flac.save()
        id3 = ID3()
        id3.add(TPE1(encoding=3, text=["Ana", "Ben"]))
        id3.save(mp3)
        for found in (tags(tmp_path / "a.flac"), tags(mp3)):
            assert (found.artist, found.artists) == ("Ana, Ben", ("Ana", "Ben"))

    def test_names_written_apart_leave_the_credit_as_it_is(self, tmp_path):
        flac = FLAC(make_audio(tmp_path / "a.flac"))
        flac["artist"], flac["artists"] = "Ana feat. Ben", ["Ana", "Ben"]
        flac["albumartist"], flac["albumartists"] = "Ana & Cleo", ["Ana", "Cleo"]
        flac["composer"], flac["genre"] = ["Dan", "Eve"], ["Jazz", "Folk"]
        flac.save()
        read = tags(tmp_path / "a.flac")
        assert (read.artist, read.artists) == ("Ana feat. Ben", ("Ana", "Ben"))
        assert (read.album_artist, read.album_artists) == ("Ana & Cleo", ("Ana", "Cleo"))
        assert (read.composer, read.composers, read.genre) == ("Dan, Eve", ("Dan", "Eve"), "Jazz; Folk")

    def test_one_name_is_not_several(self, tmp_path):
        flac = FLAC(make_audio(tmp_path / "a.flac"))
        flac["artist"], flac["artists"] = "Ana", ["Ana"]
        flac.save()
        assert tags(tmp_path / "a.flac").artists == ()

    @pytest.mark.parametrize(("encoding", "raw"), [("utf-8", "Größe".encode()), ("windows-1252", "Größe".encode("cp1252"))])
    def test_a_wav_files_information_chunk(self, tmp_path, encoding, raw):
        path = make_audio(tmp_path / "a.wav")
        entries = b"".join(
            name + struct.pack("<I", len(text) + 1) + text + b"\0" + bytes((len(text) + 1) % 2)
            for name, text in ((b"INAM", raw), (b"IART", b"Ana"), (b"IPRD", b"First"), (b"ITRK", b"4"), (b"ICRD", b"2001"))
        )
        chunk = b"LIST" + struct.pack("<I", 4 + len(entries)) + b"INFO" + entries
        whole = path.read_bytes()
        path.write_bytes(whole[:4] + struct.pack("<I", len(whole) - 8 + len(chunk)) + whole[8:12] + chunk + whole[12:])
        read = tags(path)
        assert (read.title, read.artist, read.album, read.track, read.date) == ("Größe", "Ana", "First", 4, "2001")

    @pytest.mark.parametrize(
        ("written", "number"),
        [("3", 3), ("03/12", 3), (" 7", 7), ("A1", 0), ("-1", 0), ("99999", 0), ("9" * 50, 0), ("³", 0), ("", 0)],
    )
    def test_a_track_number_is_one_or_none(self, tmp_path, written, number):
        assert tags(make_audio(tmp_path / "a.flac", seconds=0.1, tags={"tracknumber": written})).track == number

    def test_control_characters_and_turned_text_do_not_come_in(self, tmp_path):
        title = "one\x00two\r\nthree\x1b[31m \u202efour\u202c\ufeff\t five "
        assert tags(make_audio(tmp_path / "a.flac", seconds=0.1, tags={"title": title})).title == "one two three [31m four five"

    def test_scripts_of_the_world_and_joined_emoji_stay_as_they_are(self, tmp_path):
        title = "نمی‌دانم 音楽 👩‍🎤 Ünïcode"
        assert tags(make_audio(tmp_path / "a.flac", seconds=0.1, tags={"title": title})).title == title

    def test_endless_text_is_cut(self, tmp_path):
        read = tags(make_audio(tmp_path / "a.flac", seconds=0.1, tags={"title": "x" * 100_000, "isrc": "y" * 500, "date": "z" * 500}))
        assert (len(read.title), len(read.isrc), len(read.date)) == (1000, 40, 40)


class TestRead:
    def test_what_was_refused_on_sight_is_not_opened(self, tmp_path):
        one = read(tmp_path, Seen("missing.mp3", 1, 2, "It is a link."))
        assert (one.refusal, one.tags, one.size, one.modified_ns) == ("It is a link.", None, 1, 2)

    def test_a_file_that_went_away_is_refused(self, tmp_path):
        assert "could not be read (No such file or directory)" in read(tmp_path, Seen("gone.mp3", 1, 1)).refusal

    def test_a_file_that_became_a_link_meanwhile_is_refused(self, tmp_path, mp3):
        (tmp_path / "b.mp3").symlink_to(mp3)
        assert "could not be read" in found(tmp_path / "b.mp3").refusal

    def test_every_pretender_is_refused_with_what_it_is(self, tmp_path):
        reasons = {name: found(path).refusal for name, path in hostile_files(tmp_path).items()}
        cut_short = reasons.pop("truncated.flac")
        assert cut_short == ""  # its tags are whole: that sound is missing is found when it is decoded
        random_sound = reasons.pop("random-behind-sync.mp3")
        assert random_sound == "" or "cannot be read as MP3" in random_sound
        assert {name for name, reason in reasons.items() if not reason} == set()
        assert "playlist" in reasons["m3u.mp3"]
        assert "playlist" in reasons["ffconcat.mp3"]
        assert "playlist" in reasons["tagged-m3u.mp3"]
        assert "archive" in reasons["bomb.mp3"]
        assert "picture" in reasons["picture.flac"]
        assert "program" in reasons["program.wav"]
        assert "video" in reasons["matroska.mp3"]
        assert "cannot be read as FLAC" in reasons["headless.flac"]

    @pytest.mark.parametrize(("kind", "name"), [("wav", "WAV"), ("aiff", "AIFF"), ("m4a", "MP4"), ("alac", "MP4")])
    def test_what_ends_before_its_header_says_is_refused(self, tmp_path, kind, name):
        path = make_audio(tmp_path / f"a.{kind}", seconds=10)
        if name == "MP4":
            run_ffmpeg("-i", str(path), "-c", "copy", "-movflags", "+faststart", "-f", "ipod", str(tmp_path / "b.m4a"))
            path = tmp_path / "b.m4a"
        whole = path.stat().st_size
        assert found(truncated(path, 0.97)).refusal == ""  # less than a second: transcoding would take it too
        os.truncate(path, whole // 2)
        assert found(path).refusal == f"This {name} file ends early, its header promises more: copy it again from where it came from."

    def test_a_length_that_its_writer_did_not_know_is_none(self, tmp_path):
        path = make_audio(tmp_path / "a.aiff", seconds=3)
        whole = bytearray(path.read_bytes())
        position = whole.index(b"SSND") + 4
        whole[position : position + 4] = struct.pack(">I", 0x7F000000)
        path.write_bytes(whole)
        assert found(path).refusal == ""

    def test_an_mp4_file_may_state_its_length_otherwise(self, tmp_path):
        path = make_audio(tmp_path / "a.m4a", seconds=3)
        run_ffmpeg("-i", str(path), "-c", "copy", "-movflags", "+faststart", "-f", "ipod", str(tmp_path / "b.m4a"))
        path = tmp_path / "b.m4a"
        whole = bytearray(path.read_bytes())
        position = whole.rindex(b"mdat") - 4
        for length in (0, 1):
            whole[position : position + 4] = struct.pack(">I", length)
            if length:
                whole[position + 8 : position + 8] = struct.pack(">Q", 16 + len(whole) - position)
            path.write_bytes(whole)
            assert found(path).refusal == ""
        assert "ends early" in found(truncated(path)).refusal

    def test_an_ogg_file_of_something_else_is_refused(self, tmp_path):
        path = tmp_path / "a.ogg"
        path.write_bytes(b"OggS\x00\x02" + bytes(20) + b"\x01\x1e" + b"Speex   1.2" + bytes(100))
        assert found(path).refusal == "This Ogg file holds neither Vorbis nor Opus nor FLAC sound."

    def test_a_tag_that_unpacks_to_gigabytes_is_refused_and_the_rest_is_read(self, tmp_path, mp3):
        packer = zlib.compressobj()
        start, megabyte = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH), packer.compress(bytes(1 << 20))
        packed = start + (megabyte + packer.flush(zlib.Z_FULL_FLUSH)) * 4096
        body = (0xFFFFFFF).to_bytes(4) + packed
        size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
        frame = b"TIT2" + size + b"\x00\x09" + body
        length = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
        (tmp_path / "bomb.mp3").write_bytes(b"ID3\x04\x00\x00" + length + frame + mp3.read_bytes())
        (batch,) = read_all(tmp_path, list(Walk(tmp_path).files()))
        refused = {one.path: one.refusal for one in batch}
        assert refused["a.mp3"] == ""
        assert "more memory than any tags need" in refused["bomb.mp3"]

    def test_a_tag_of_a_million_crumbs_is_given_up(self, tmp_path, mp3, monkeypatch):
        monkeypatch.setattr(reading, "SECONDS_A_FILE", 0.2)
        frames = b"TIT2\x00\x00\x00\x01\x00\x00\x00" * 3_000_000
        length = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
        mp3.write_bytes(b"ID3\x03\x00\x00" + length + frames + mp3.read_bytes())
        assert "could not be read within 0.2 s" in found(mp3).refusal


class TestReadAll:
    def test_reads_many_files_in_batches_and_in_order(self, tmp_path):
        first = make_audio(tmp_path / "0000.flac", seconds=0.1, tags={"title": "Same"})
        for number in range(1, 600):
            os.link(first, tmp_path / f"{number:04}.flac")
        files = list(Walk(tmp_path).files())
        batches = list(read_all(tmp_path, files))
        assert [len(batch) for batch in batches] == [250, 250, 100]
        assert [one.path for batch in batches for one in batch] == [seen.path for seen in files]
        assert {one.tags.title for batch in batches for one in batch if one.tags} == {"Same"}

    def test_nothing_to_read_is_nothing_read(self, tmp_path):
        assert list(read_all(tmp_path, [])) == []
