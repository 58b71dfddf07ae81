"""Reading and writing each format: what programs really write, what malice writes, and back again."""

from __future__ import annotations

import codecs
from pathlib import PurePath

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.contract.errors import CelestaError, Invalid, TooLarge
from apps.core.contract.playlist_files import LARGEST_FILE, PlaylistFormat
from apps.core.playlist_files.entries import Entry, Playlist, one_line
from apps.core.playlist_files.rules import file_name, read_playlist, write_playlist

PROPERTY = settings(max_examples=60, derandomize=True, deadline=None, database=None)
SONG = Entry("One", "The Lanterns", "Blue", "GBABC2600001", 200_000, "https://music.example/releases/x#track-y")

ROS = "#EXTM3U\nSigur Rós - Ágætis"


def entries(content: bytes | str, name: str = "mine") -> list[Entry]:
    return list(read_playlist(name, content.encode() if isinstance(content, str) else content)[1].entries)


def names(content: bytes | str, name: str = "mine") -> list[tuple[str, str]]:
    return [(entry.artist, entry.title) for entry in entries(content, name)]


class TestM3U:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("#EXTINF:200,The Lanterns - One\nx.mp3", ("The Lanterns", "One")),
            ("#EXTINF:200, The Lanterns - One - Live \nx.mp3", ("The Lanterns", "One - Live")),
            ('#EXTINF:-1 tvg-id="1" group-title="Pop",The Lanterns - One\nx.mp3', ("The Lanterns", "One")),
            ("#extinf:200,One\nx.mp3", ("", "One")),
            ("#EXTINF:200,The Lanterns - \nx.mp3", ("", "The Lanterns -")),
            ("#EXTINF:200,AC - DC - One\n#EXTART:AC - DC\nx.mp3", ("AC - DC", "One")),
            ("#EXTART:The Lanterns\nC:\\Music\\One.mp3", ("The Lanterns", "One")),
            ("C:\\Music\\The Lanterns\\01 - The Lanterns - One.mp3", ("The Lanterns", "One")),
            ("../Music/02. One_two.flac", ("", "One two")),
            ("file:///home/ana/The%20Lanterns%20-%20One.mp3?x=1", ("The Lanterns", "One")),
            ("7 Rings.mp3", ("", "Rings")),
            ("1999.mp3", ("", "1999")),
        ],
    )
    def test_names_what_a_line_is(self, line, expected):
        assert names(f"#EXTM3U\r\n{line}\r\n") == [expected]

    def test_has_what_is_told_of_the_list_and_its_entries(self):
        text = "#EXTM3U\n#PLAYLIST:Late \n#EXTINF:12.6,A - B\n#EXTALB:C\n#EXTGENRE:Pop\n#a comment\nx\n#PLAYLIST:\ny"
        kind, found = read_playlist("mine.m3u", text.encode())
        assert (kind, found.title) == (PlaylistFormat.M3U8, "Late")
        assert list(found.entries) == [Entry("B", "A", "C", "", 12_600, "x", "A - B"), Entry("y", location="y", unparted="y")]

    def test_keeps_what_was_guessed_from(self):
        assert entries("#EXTM3U\n#EXTINF:1,A - B\nx")[0].unparted == "A - B"

    @pytest.mark.parametrize("seconds", ["-1", "0", "999999999", ""])
    def test_has_no_length_where_none_is_told(self, seconds):
        assert entries(f"#EXTM3U\n#EXTINF:{seconds},A - B\nx")[0].duration_ms is None

    @pytest.mark.parametrize(
        "content",
        [
            codecs.BOM_UTF8 + ROS.encode(), codecs.BOM_UTF16_LE + ROS.encode("utf-16-le"), codecs.BOM_UTF16_BE + ROS.encode("utf-16-be"),
            ROS.encode("latin-1"),
        ],
    )  # fmt: skip
    def test_is_read_in_whatever_encoding(self, content):
        assert names(content) == [("Sigur Rós", "Ágætis")]

    def test_is_read_in_latin_1_where_windows_has_no_such_letter(self):
        assert names("#EXTM3U\nRós \x81 - One".encode("latin-1")) == [("Rós", "One")]

    def test_without_a_heading_is_known_by_its_name(self):
        assert names("The Lanterns - One.mp3", "mine.M3U") == [("The Lanterns", "One")]


class TestXSPF:
    def test_is_read_as_programs_write_it(self):
        text = """<?xml version="1.0"?>
        <x:playlist version="1" xmlns:x="http://xspf.org/ns/0/"><x:title>Late</x:title><x:annotation> Two
lines </x:annotation>
        <x:trackList><x:track><x:title>One &amp; two</x:title><x:creator>The Lanterns</x:creator><x:album>Blue</x:album>
        <x:identifier>urn:x</x:identifier><x:identifier>isrc:gb-abc-26-00001</x:identifier><x:duration>200000</x:duration>
        <x:location>a.mp3</x:location><x:location>b.mp3</x:location>
        <x:extension application="http://x"><x:title>not this</x:title></x:extension></x:track>
        <x:track><x:duration>soon</x:duration></x:track></x:trackList></x:playlist>"""
        kind, found = read_playlist("mine", f"\n{text}".encode())
        assert (kind, found.title, found.description) == (PlaylistFormat.XSPF, "Late", "Two\nlines")
        assert list(found.entries) == [Entry("One & two", "The Lanterns", "Blue", "GBABC2600001", 200_000, "a.mp3"), Entry()]

    def test_is_read_in_the_encoding_that_it_names(self):
        text = '<?xml version="1.0" encoding="{}"?><playlist><trackList><track><title>Ágætis</title></track></trackList></playlist>'
        for encoding in ("utf-16", "iso-8859-1"):
            assert names(text.format(encoding).encode(encoding)) == [("", "Ágætis")]

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            (
                '<!DOCTYPE playlist [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><playlist>&b;</playlist>',
                "declares a document type",
            ),
            ('<!DOCTYPE playlist SYSTEM "http://127.0.0.1/x.dtd"><playlist/>', "declares a document type"),
            ('<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]><playlist><title>&a;</title></playlist>', "declares a document type"),
            ("<playlist><title>&a;</title></playlist>", "undefined entity"),
            ("<playlist>" + "<a>" * 100_000, "more than 16 deep"),
            ("<html><title>x</title></html>", "of the kind html"),
            ("<playlist><trackList>", "breaks off or is wrong at line 1"),
            ('<?xml version="1.0" encoding="klingon"?><playlist/>', "encoding"),
        ],
    )
    def test_with_anything_dangerous_or_foreign_is_refused_whole(self, text, why):
        with pytest.raises(Invalid, match=why):
            entries(text)


class TestJSPF:
    def test_is_read_as_programs_write_it(self):
        tracks = [
            {
                "title": "One", "creator": "The Lanterns", "identifier": ["x", "https://isrc.example/GBABC2600001"], "duration": 200_000.4,
                "location": [], "extension": {"a": 1},
            },
            {"title": None, "identifier": "isrc:GBABC2600002", "duration": "1000"},
        ]  # fmt: skip
        text = msgspec.json.encode({"playlist": {"title": "Late", "annotation": "Mine", "track": tracks, "date": "2026"}})
        kind, found = read_playlist("mine", text)
        assert (kind, found.title, found.description) == (PlaylistFormat.JSPF, "Late", "Mine")
        one, two = found.entries
        assert one == Entry("One", "The Lanterns", "", "GBABC2600001", 200_000)
        assert two == Entry(isrc="GBABC2600002", duration_ms=1000)

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ('{"playlist": {"track": [{"title": 1}]}}', "not that of a playlist"),
            ('{"tracks": []}', "not that of a playlist"),
            ('{"playlist": {"track": [', "breaks off"),
            ('{"x":' * 100_000, "breaks off"),
        ],
    )
    def test_of_another_shape_is_refused_whole(self, text, why):
        with pytest.raises(Invalid, match=why):
            entries(text)


class TestCSV:
    @pytest.mark.parametrize(
        ("heading", "row"),
        [
            # Exportify
            (
                'Track URI,Track Name,Artist URI(s),Artist Name(s),Album URI,Album Name,Disc Number,Track Duration (ms),Explicit,ISRC',
                'spotify:track:1,One,spotify:artist:1,The Lanterns,spotify:album:1,Blue,1,200000,false,GBABC2600001',
            ),
            # Soundiiz
            ("title;artist;album;isrc;duration", 'One;The Lanterns;Blue;"GBABC2600001";200'),
            # TuneMyMusic, with a length beside it
            ("Track name, Artist name, Album, Playlist name, ISRC, Length", '"One",The Lanterns,Blue,mine,GB-ABC-26-00001,3:20'),
            ("Name\tArtist\tAlbum\tTime\tISRC", "One\tThe Lanterns\tBlue\t0:03:20\tGBABC2600001"),
            ("SONG,Performer,Release,Seconds,ISRC code", "One,The Lanterns,Blue,200000,GBABC2600001"),
        ],
    )  # fmt: skip
    def test_is_read_by_the_names_of_its_columns(self, heading, row):
        assert entries(f"{heading}\r\n{row}\r\n \r\n") == [SONG._replace(location="")]

    def test_has_what_its_rows_have(self):
        assert entries("title,isrc,duration\nOne\n,,\n,x,soon\n") == [Entry("One"), Entry()]

    @pytest.mark.parametrize("cell", ["=1+1", "+44", "-1", "@x", "'=1", "''@x", "'Til Dawn"])
    def test_is_written_so_that_no_spreadsheet_runs_it_and_read_back(self, cell):
        written = write_playlist(PlaylistFormat.CSV, Playlist("x", "", [Entry(cell, "A")]))
        assert f"\r\n{cell}".encode() not in written.content or cell == "'Til Dawn"
        assert entries(written.content, "x.csv") == [Entry(cell, "A")]

    @pytest.mark.parametrize("text", ["a,b\n1,2", '"title,artist\nOne,A', f"title\n{'x' * 200_000}"])
    def test_without_such_a_column_or_broken_is_refused_whole(self, text):
        with pytest.raises(Invalid, match=r"its table is wrong|first row"):
            entries(text, "mine.csv")

    def test_that_goes_by_another_name_needs_its_heading(self):
        with pytest.raises(Invalid, match="nor its name"):
            entries(f"{'x' * 200_000}\n1")


class TestAFile:
    @pytest.mark.parametrize("content", [b"", b"  \n", b"\xef\xbb\xbf", b"Dear Ana,\nhow are you", b"\x89PNG\r\n\x1a\n\x00\x00", b"[]"])
    def test_that_is_no_playlist_is_refused(self, content):
        with pytest.raises(Invalid, match="is not a playlist that can be read"):
            read_playlist("letter.txt", content)

    def test_that_is_too_large_is_refused(self):
        with pytest.raises(TooLarge, match="more than 2 MB"):
            read_playlist("x.m3u", b"#EXTM3U\n" + b"x" * LARGEST_FILE)

    @pytest.mark.parametrize("kind", PlaylistFormat)
    def test_with_too_many_entries_is_refused(self, kind):
        many = write_playlist(kind, Playlist("x", "", [Entry("a", "b", location="c")] * 10_001))
        with pytest.raises(TooLarge, match="more than 10,000 entries"):
            read_playlist("x", many.content)

    @pytest.mark.parametrize(
        ("name", "title"),
        [
            ("C:\\lists\\Late night.m3u", "Late night"), ("/a/b.c.m3u8", "b.c"), (".m3u", "Playlist"), ("x" * 300, "x" * 200),
            ("a\x00\nb", "a b"),
        ],
    )  # fmt: skip
    def test_is_called_by_its_name_where_it_does_not_say(self, name, title):
        assert read_playlist(name, b"#EXTM3U\nx")[1].title == title

    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("Late night", "Late night"), ("../../etc/passwd", "etc_passwd"), ('a"b;c\r\nX: y', "a_b_c X_ y"), ("CON", "Playlist"),
            ("lpt1.txt", "Playlist"), ("...", "Playlist"), ("Ágætis 夜", "Ágætis 夜"), ("x" * 200, "x" * 100), (".hidden", "hidden"),
        ],
    )  # fmt: skip
    def test_is_written_under_a_name_that_every_system_takes(self, title, name):
        assert file_name(title) == name
        assert PurePath(name).name == name


TEXTS = st.text(max_size=40).map(one_line)
FILLED = TEXTS.filter(bool)
SECONDS = st.none() | st.integers(1, 86_400).map(lambda seconds: seconds * 1000)
ISRCS = st.sampled_from(["", "GBABC2600001", "USRC17607839"])
PAGE = st.just("https://music.example/releases/1#track-2")
ENTRIES = st.lists(st.builds(Entry, FILLED, FILLED, TEXTS, ISRCS, SECONDS, PAGE, st.just("")), max_size=8)
TOLD = {PlaylistFormat.M3U8: {"isrc": ""}}
"""What a format has no place for."""


class TestARoundTrip:
    @pytest.mark.parametrize("kind", PlaylistFormat)
    @PROPERTY
    @given(ENTRIES)
    def test_gives_the_same_entries_in_the_same_order(self, kind, written):
        file = write_playlist(kind, Playlist("Late night", "", written))
        found, playlist = read_playlist(file.name, file.content)
        assert (found, playlist.title) == (kind, "Late night")
        assert list(playlist.entries) == [entry._replace(**TOLD.get(kind, {})) for entry in written]

    @pytest.mark.parametrize("kind", [PlaylistFormat.XSPF, PlaylistFormat.JSPF])
    def test_keeps_what_is_said_of_it(self, kind):
        file = write_playlist(kind, Playlist("Late <night>", "Quiet & slow", [SONG]))
        assert read_playlist("x", file.content)[1] == Playlist("Late <night>", "Quiet & slow", [SONG])


WHOLE = [write_playlist(kind, Playlist("Late", "Mine", [SONG] * 3)).content for kind in PlaylistFormat]


class TestRubbish:
    @PROPERTY
    @given(st.sampled_from(["x", "x.m3u", "x.csv", "x.xspf", "x.jspf"]), st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
    def test_is_read_or_refused(self, name, content):
        self.judge(name, content)

    @settings(PROPERTY, max_examples=300)
    @given(st.sampled_from(WHOLE), st.integers(0, 900), st.integers(0, 40), st.binary(max_size=12))
    def test_in_the_midst_of_a_playlist_is_read_or_refused(self, whole, start, length, rubbish):
        self.judge("x", whole[:start] + rubbish + whole[start + length :])

    @staticmethod
    def judge(name: str, content: bytes) -> None:
        try:
            _, playlist = read_playlist(name, content)
        except CelestaError as error:
            assert error.next_step
        else:
            for kind in PlaylistFormat:
                write_playlist(kind, playlist)
