"""The rules of intake, table by table."""

from __future__ import annotations

import pytest

from apps.core.contract.errors import Invalid
from apps.core.contract.intake import Tags
from apps.core.intake.rules import (
    TaggedFile,
    check_path,
    clean_date,
    clean_isrc,
    clean_upc,
    identities,
    natural_key,
    place,
    release_identity,
    release_title,
    rights_lines,
)


def file(path: str, file_id: str = "", **tags: object) -> TaggedFile:
    return TaggedFile(file_id or path, path, Tags(**tags))


def same_release(first: TaggedFile, second: TaggedFile) -> bool:
    return release_identity(first, "/music") == release_identity(second, "/music")


class TestCheckPath:
    @pytest.mark.parametrize(
        "path",
        [
            "/etc/passwd",
            "../x.mp3",
            "a/../../x.mp3",
            "..",
            "a/..",
            "a//x.mp3",
            "a/",
            "./x.mp3",
            "a/./x.mp3",
            "a\0.mp3",
            "a\n.mp3",
            "\x7f.mp3",
        ],
    )
    def test_refuses_what_may_lead_out_or_hides_something(self, path):
        with pytest.raises(Invalid, match="is not a path inside the delivery"):
            check_path(path)

    def test_is_no_longer_than_an_index_can_hold(self):
        check_path("ü" * 1000)
        with pytest.raises(Invalid, match="too long"):
            check_path("ü" * 1001)

    @pytest.mark.parametrize(
        "path", ["x.mp3", "a/b/c.flac", "..a/x..mp3", "...", "AC\\DC/x.mp3", "..\\x.mp3", "عود/\u0663.ogg", "夜/🎷.mp3", "a" * 2000]
    )
    def test_lets_every_plain_name_pass(self, path):
        check_path(path)


class TestReleaseIdentity:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            pytest.param(file("a/1", album="X", album_artist="A"), file("b/2", album="X", album_artist="A"), id="album artist, any folder"),
            pytest.param(
                file("a/1", album="X", album_artist="A", artist="A"), file("a/2", album="X", album_artist="A", artist="B"), id="guests"
            ),
            pytest.param(file("a/1", album="Für", album_artist="Ä"), file("a/2", album="FUR", album_artist="a"), id="case and accents"),
            pytest.param(
                file("a/1", album="X", artist="A", compilation=True), file("b/2", album="X", artist="B", compilation=True), id="flag"
            ),
            pytest.param(
                file("a/1", album="X", album_artist="A", compilation=True), file("b/2", album="X", compilation=True), id="flag first"
            ),
            pytest.param(file("x/CD1/1", album="X"), file("x/CD 2/1", album="X"), id="discs in folders"),
            pytest.param(file("x/disc_1/1"), file("x/Disk-02/1"), id="discs without tags"),
            pytest.param(file("a/1", album="X", artist="A"), file("a/2", album="X", artist="B"), id="one folder, no album artist"),
            pytest.param(file("a/1"), file("a/2", title="T", artist="A"), id="no album tag, one folder"),
            pytest.param(file("a/1", upc="0 12345-678905", album="X"), file("b/2", upc="012345678905", album="Y"), id="barcode"),
            pytest.param(file("1"), file("2"), id="no tags, no folder"),
        ],
    )
    def test_holds_together(self, first, second):
        assert same_release(first, second)

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            pytest.param(file("a/1", album="X", album_artist="A"), file("a/2", album="X", album_artist="B"), id="album artists"),
            pytest.param(file("a/1", album="X", album_artist="A"), file("a/2", album="Y", album_artist="A"), id="albums"),
            pytest.param(file("a/1", album="X", artist="A"), file("b/1", album="X", artist="A"), id="folders, no album artist"),
            pytest.param(file("a/1"), file("b/1"), id="folders, no tags"),
            pytest.param(file("a/1"), file("a/2", album="X"), id="tagged and not"),
            pytest.param(file("a/1", upc="012345678905"), file("a/2", upc="012345678906"), id="barcodes"),
            pytest.param(file("a/1", album="X"), file("a/2", upc="012345678905", album="X"), id="barcode and none"),
            pytest.param(file("x/Side A/1"), file("x/Side B/1"), id="folders that are no discs"),
        ],
    )
    def test_tells_apart(self, first, second):
        assert not same_release(first, second)

    def test_of_a_folder_is_the_same_from_above_and_from_within(self):
        assert release_identity(file("jazz/blue/1.mp3"), "/music") == release_identity(file("blue/1.mp3"), "/music/jazz")
        assert release_identity(file("blue/1.mp3"), "/music") != release_identity(file("blue/1.mp3"), "/other")

    def test_of_one_file_per_artist_is_one_each(self):
        chaos = [file(f"{n}.mp3", album=f"Album {n}", album_artist=f"Artist {n}") for n in range(50)]
        assert len({release_identity(one, "/music") for one in chaos}) == 50

    def test_survives_names_of_any_kind(self):
        names = ["\u202eevil", "عود", "e\u0301" * 500, "💿", "\u0301", " ", "x" * 1000]
        found = {release_identity(file("a/1", album=name, album_artist=name), "/music") for name in names}
        assert len(found) == len(names)


class TestTaggedFile:
    @pytest.mark.parametrize(
        ("path", "tags", "title", "artist", "disc", "number"),
        [
            ("a/01 Song.mp3", {}, "Song", "Unknown artist", 1, 1),
            ("a/01 Song.mp3", {"title": "T", "artist": "A", "disc": 3, "track": 4}, "T", "A", 3, 4),
            ("a/2-07 - My_Song.flac", {}, "My Song", "Unknown artist", 2, 7),
            ("a/CD2/1-03.Song.ogg", {"album_artist": "B"}, "Song", "B", 2, 3),
            ("a/Volume 12/Song.ogg", {}, "Song", "Unknown artist", 12, 0),
            ("a/00-05 Song.ogg", {}, "Song", "Unknown artist", 0, 5),
            ("_.ogg", {}, "_", "Unknown artist", 1, 0),
            ("1999.mp3", {}, "1999", "Unknown artist", 1, 0),
            ("\u0663 أغنية.mp3", {}, "\u0663 أغنية", "Unknown artist", 1, 0),
        ],
    )
    def test_reads_what_the_tags_leave_out_from_the_name(self, path, tags, title, artist, disc, number):
        one = file(path, **tags)
        assert (one.title, one.artist, one.disc, one.number) == (title, artist, disc, number)


class TestPlace:
    @pytest.mark.parametrize(
        ("files", "taken", "places"),
        [
            ([file("b", track=2), file("a", track=1)], [], [(1, 2), (1, 1)]),
            ([file("2"), file("10"), file("1")], [], [(1, 2), (1, 3), (1, 1)]),
            ([file("a", track=1), file("b", track=1)], [], [(1, 1), (1, 2)]),
            ([file("a", track=1), file("b", track=1), file("c", track=2)], [], [(1, 1), (1, 3), (1, 2)]),
            ([file("a", disc=2, track=1), file("b", disc=1, track=1)], [], [(2, 1), (1, 1)]),
            ([file("CD2/a"), file("CD1/a"), file("CD2/b")], [], [(2, 1), (1, 1), (2, 2)]),
            ([file("a", track=1)], [(1, 1), (1, 7)], [(1, 8)]),
            ([file("a")], [(1, 3)], [(1, 4)]),
            ([file("a", track=9999)], [], [(1, 9999)]),
        ],
    )
    def test_gives_each_file_its_own(self, files, taken, places):
        found = place(files, taken)
        assert [found[one.id] for one in files] == places
        assert len({*found.values(), *taken}) == len(files) + len(taken)


class TestIdentities:
    def test_is_the_isrc_where_there_is_one(self):
        files = {"a" * 64: file("1", isrc="gb-abc-26-00001"), "b" * 64: file("2", isrc="nonsense"), "c" * 64: file("3")}
        assert identities(files) == {"1": "GBABC2600001", "2": "b" * 64, "3": "c" * 64}

    def test_is_the_content_where_two_files_carry_the_same_isrc(self):
        files = {"a" * 64: file("1", isrc="GBABC2600001"), "b" * 64: file("2", isrc="GBABC2600001")}
        assert identities(files) == {"1": "a" * 64, "2": "b" * 64}


class TestReleaseTitle:
    @pytest.mark.parametrize(
        ("files", "source", "title"),
        [
            ([file("a/1"), file("a/2", album="X")], "/music", "X"),
            ([file("a/01 Song.mp3")], "/music", "Song"),
            ([file("Best_of/1"), file("Best_of/2")], "/music", "Best of"),
            ([file("Box/CD1/1"), file("Box/CD2/1")], "/music", "Box"),
            ([file("1"), file("2")], "/my music", "my music"),
            ([file("1.mp3"), file("2.mp3")], "/", "1"),
        ],
    )
    def test_is_the_album_else_the_only_song_else_the_folder(self, files, source, title):
        assert release_title(files, source) == title


class TestNaturalKey:
    @pytest.mark.parametrize(
        "names", [["1.ogg", "2.ogg", "10.ogg"], ["a", "a1", "a2", "a10", "B1"], ["1²3", "1²4"], ["", "1"], ["x²", "x³"]]
    )
    def test_sorts_numbers_by_their_size(self, names):
        backwards = names[::-1]
        assert sorted(backwards, key=natural_key) == names


class TestCleaning:
    @pytest.mark.parametrize(
        ("text", "isrc"),
        [
            ("GBABC2600001", "GBABC2600001"),
            ("gb-abc-26-00001", "GBABC2600001"),
            ("GBABC260001", None),
            ("", None),
            ("GBABC26\u0660\u0660\u0660\u0660\u0661", None),
        ],
    )
    def test_isrc(self, text, isrc):
        assert clean_isrc(text) == isrc
        assert clean_isrc(f"{text}\n") == isrc

    @pytest.mark.parametrize(
        ("text", "upc"),
        [
            ("0602547924223", "0602547924223"),
            ("0 60254-79242 23", "0602547924223"),
            ("1234567", None),
            ("\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667", None),
            ("", None),
        ],
    )
    def test_upc(self, text, upc):
        assert clean_upc(text) == upc

    @pytest.mark.parametrize(
        ("text", "date"),
        [
            ("1994", ("1994", 1994)),
            ("1994-06", ("1994-06", 1994)),
            (" 1994-06-20T12:00", ("1994-06-20", 1994)),
            ("1994-13-01", ("1994", 1994)),
            ("1994-06-32", ("1994-06", 1994)),
            ("19940620", ("1994-06-20", 1994)),
            ("1994/06/20", ("1994-06-20", 1994)),
            ("1994.6.2", ("1994-06-02", 1994)),
            ("20.06.1994", ("1994-06-20", 1994)),
            ("06/20/1994", ("1994-06-20", 1994)),
            ("06/05/1994", ("1994", 1994)),
            ("20-20-1994", ("1994", 1994)),
            ("1994-02-30", ("1994-02", 1994)),
            ("1994-00-00", ("1994", 1994)),
            ("19941", (None, None)),
            ("01.01.0000", (None, None)),
            ("0000-00-00", (None, None)),
            ("June 1994", (None, None)),
            ("\u0661\u0669\u0669\u0664", (None, None)),
            ("", (None, None)),
        ],
    )
    def test_date(self, text, date):
        assert clean_date(text) == date


class TestRightsLines:
    @pytest.mark.parametrize(
        ("notice", "produced", "lines"),
        [
            ("1994 Lantern", "", ("1994 Lantern", "1994 Lantern")),
            ("℗ 1994 Lantern", "", ("1994 Lantern", None)),
            ("© 1994 Lantern", "", (None, "1994 Lantern")),
            ("(P) 1994 Lantern", "", ("1994 Lantern", None)),
            ("(c) 1994 Lantern", "", (None, "1994 Lantern")),
            ("℗ 1994 North © 1995 South", "", ("1994 North", "1995 South")),
            ("(C) 1995 South, (P) 1994 North", "", ("1994 North", "1995 South")),
            ("℗ & © 1994 Lantern", "", ("1994 Lantern", "1994 Lantern")),
            ("©℗ 1994 Lantern", "", ("1994 Lantern", "1994 Lantern")),
            ("© 1995 South", "1994 North", ("1994 North", "1995 South")),
            ("", "1994 North", ("1994 North", None)),
            ("", "", (None, None)),
        ],
    )
    def test_are_told_apart_by_their_signs(self, notice, produced, lines):
        assert rights_lines(notice, produced) == lines


class TestSubtitle:
    @pytest.mark.parametrize(
        ("title", "subtitle", "shown"),
        [
            ("Song", "", "Song"),
            ("Song", "Live at Home", "Song (Live at Home)"),
            ("Song (Live at Home)", "live at home", "Song (Live at Home)"),
            ("", "Live", "a"),
        ],
    )
    def test_belongs_to_the_title(self, title, subtitle, shown):
        assert file("a.mp3", title=title, subtitle=subtitle).title == shown
