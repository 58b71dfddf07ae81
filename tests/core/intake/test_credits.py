"""Who is credited with what, table by table."""

from __future__ import annotations

import pytest

from apps.core.catalogue.rules import name_key
from apps.core.contract.catalogue import CreditRole, GetRelease
from apps.core.contract.intake import Tags
from apps.core.intake.credits import ACTS, Known, Separators, artists_of, recording_credits, split_guests, split_names
from ports.environment import BootError, Environment

SEPARATORS = Separators.from_env(Environment({}))
MAIN, FEATURED, REMIXER, COMPOSER, PRODUCER = (
    CreditRole.MAIN, CreditRole.FEATURED, CreditRole.REMIXER, CreditRole.COMPOSER, CreditRole.PRODUCER,
)  # fmt: skip


def known(*names: str) -> Known:
    return Known({name_key(name) for name in names})


class TestGuests:
    @pytest.mark.parametrize(
        ("credited", "expected"),
        [
            ("Ana", ("Ana", "")),
            ("Ana feat. Ben", ("Ana", "Ben")),
            ("Ana Feat Ben", ("Ana", "Ben")),
            ("Ana ft. Ben & Cleo", ("Ana", "Ben & Cleo")),
            ("Ana FT Ben", ("Ana", "Ben")),
            ("Ana featuring Ben", ("Ana", "Ben")),
            ("Ana (feat. Ben)", ("Ana", "Ben")),
            ("Ana [ft. Ben] & Cleo", ("Ana & Cleo", "Ben")),
            ("Ana (feat. Ben (of The Lanterns))", ("Ana", "Ben (of The Lanterns)")),
            ("Ana (feat. Ben", ("Ana", "Ben")),
            ("Ana, feat. Ben", ("Ana", "Ben")),
            ("Ana feat. Ben feat. Cleo", ("Ana", "Ben feat. Cleo")),
            ("قمر feat. ليلى", ("قمر", "ليلى")),
            ("椎名林檎 feat. 宇多田ヒカル", ("椎名林檎", "宇多田ヒカル")),
            # These have none.
            ("feat. Ben", ("feat. Ben", "")),
            ("(feat. Ben)", ("(feat. Ben)", "")),
            ("Little Feat", ("Little Feat", "")),
            ("Defeat. Again", ("Defeat. Again", "")),
            ("6 ft Under", ("6 ft Under", "")),
            ("Daft Punk", ("Daft Punk", "")),
            ("Ana feat.", ("Ana feat.", "")),
            ("", ("", "")),
        ],
    )
    def test_come_after_a_word_for_them(self, credited, expected):
        assert split_guests(credited, SEPARATORS) == expected


class TestNames:
    @pytest.mark.parametrize(
        ("credited", "names"),
        [
            ("Ana; Ben", ["Ana", "Ben"]),
            ("Ana;Ben;Ana", ["Ana", "Ben"]),
            ("Ana vs. Ben", ["Ana", "Ben"]),
            ("Ana VS Ben", ["Ana", "Ben"]),
            ("Ana vs. ", ["Ana"]),
            (";", []),
        ],
    )
    def test_are_parted_always_by_some(self, credited, names):
        assert split_names(credited, known(), SEPARATORS) == names

    @pytest.mark.parametrize("sign", [" & ", " and ", ", ", " x ", " X ", " × ", " with ", " + "])  # noqa: RUF001 - the sign is meant
    def test_are_parted_with_care_by_others(self, sign):
        credited = f"Ana{sign}Ben"
        assert split_names(credited, known("Ana", "Ben"), SEPARATORS) == ["Ana", "Ben"]
        assert split_names(credited, known("Ana"), SEPARATORS) == [credited]
        assert split_names(credited, known(), SEPARATORS) == [credited]

    @pytest.mark.parametrize(
        ("credited", "others"),
        [
            ("Simon & Garfunkel", ["Simon", "Garfunkel"]),
            ("SIMON AND GARFUNKEL", ["Simon", "Garfunkel"]),
            ("Earth, Wind & Fire", ["Earth", "Wind", "Fire", "Wind & Fire"]),
            ("Tyler, The Creator", ["Tyler", "The Creator"]),
            ("Nick Cave & The Bad Seeds", ["Nick Cave", "The Bad Seeds"]),
            ("Bob Marley & the Wailers", ["Bob Marley", "the Wailers"]),
            ("Prince and His Band", ["Prince", "His Band"]),
            ("Crosby, Stills, Nash & Young", ["Crosby", "Stills", "Nash", "Young"]),
            ("Florence + the Machine", ["Florence", "the Machine"]),
            ("10,000 Maniacs", ["10", "000 Maniacs"]),
            ("AC/DC", ["AC", "DC"]),
            ("R&B Allstars", ["R", "B Allstars"]),
            ("Malcolm X", ["Malcolm"]),
            ("Sex with Strangers Band", ["Sex"]),
        ],
    )
    def test_of_one_act_stay_together(self, credited, others):
        assert split_names(credited, known(*others), SEPARATORS) == [credited]

    def test_of_an_act_with_releases_of_its_own_stay_together(self):
        own = Known({"ana", "ben", "ana & ben"}, ACTS | {"ana & ben"})
        assert split_names("Ana & Ben", own, SEPARATORS) == ["Ana & Ben"]
        assert split_names("Ana & Ben & Cleo", own, SEPARATORS) == ["Ana & Ben & Cleo"]

    def test_are_as_few_as_are_known(self):
        people = known("Simon & Garfunkel", "Simon", "Garfunkel", "Ana")
        assert split_names("Simon & Garfunkel & Ana", people, SEPARATORS) == ["Simon & Garfunkel", "Ana"]
        assert split_names("Ana, Simon & Garfunkel", people, SEPARATORS) == ["Ana", "Simon & Garfunkel"]

    def test_of_a_long_list_are_parted_where_each_is_known(self):
        names = [f"Singer {number}" for number in range(60)]
        assert split_names(", ".join(names), known(*names), SEPARATORS) == names
        assert split_names(", ".join(names), known(*names[1:]), SEPARATORS) == [", ".join(names)]
        longer = ", ".join(["Simon & Garfunkel", *names])
        assert split_names(longer, known("Simon & Garfunkel", *names), SEPARATORS) == [longer]


class TestArtists:
    @pytest.mark.parametrize(
        ("credited", "several", "main", "guests"),
        [
            ("Ana feat. Ben", (), ["Ana"], ["Ben"]),
            ("Ana & Ben feat. Cleo & Dora", (), ["Ana", "Ben"], ["Cleo", "Dora"]),
            ("Ana & Ben", ("Ana", "Ben"), ["Ana", "Ben"], []),
            ("Nobody & Noone", ("Nobody", "Noone"), ["Nobody", "Noone"], []),
            ("Ana feat. Zoe", ("Ana", "Zoe"), ["Ana"], ["Zoe"]),
            ("Ana feat. Zoe", ("Ana",), ["Ana"], ["Zoe"]),
            ("Ana, Ben feat. Cleo", ("Ana", "Ben feat. Cleo"), ["Ana", "Ben"], ["Cleo"]),
            ("Zoe feat. Zoe", ("Zoe",), ["Zoe"], ["Zoe"]),
            (";", (), [";"], []),
            (" ", (" ",), [" "], []),
            (";", ("",), [";"], []),
            ("Ana feat. Zoe", ("Zoe",), ["Ana"], ["Zoe"]),
        ],
    )
    def test_are_those_before_the_guests(self, credited, several, main, guests):
        assert artists_of(credited, several, known("Ana", "Ben", "Cleo", "Dora"), SEPARATORS) == (main, guests)


class TestRecordingCredits:
    @pytest.mark.parametrize(
        ("artist", "title", "tags", "expected"),
        [
            ("Ana", "Song", {}, [(MAIN, "Ana")]),
            ("Ana", "Song (feat. Zoe)", {}, [(MAIN, "Ana"), (FEATURED, "Zoe")]),
            ("Ana", "Song [ft. Zoe] (Live)", {}, [(MAIN, "Ana"), (FEATURED, "Zoe")]),
            ("Ana", "Song feat. Zoe", {}, [(MAIN, "Ana"), (FEATURED, "Zoe")]),
            ("Ana", "Song Featuring Nobody", {}, [(MAIN, "Ana")]),
            ("Ana", "Six ft Tall", {}, [(MAIN, "Ana")]),
            ("Ana feat. Zoe", "Song (feat. ZOE)", {}, [(MAIN, "Ana"), (FEATURED, "Zoe")]),
            ("Ana feat. Ana", "Song", {}, [(MAIN, "Ana")]),
            ("Ana", "Song (Ben Remix)", {}, [(MAIN, "Ana"), (REMIXER, "Ben")]),
            ("Ana", "Song [Ben's Remix]", {}, [(MAIN, "Ana"), (REMIXER, "Ben")]),
            ("Ana", "Song (Ben & Cleo Remix)", {}, [(MAIN, "Ana"), (REMIXER, "Ben"), (REMIXER, "Cleo")]),
            ("Ana", "Song (Radio Remix)", {}, [(MAIN, "Ana")]),
            ("Ana", "Song (2011 Remix)", {}, [(MAIN, "Ana")]),
            ("Ana", "Song", {"remixers": ("Zoe",)}, [(MAIN, "Ana"), (REMIXER, "Zoe")]),
            ("Ana", "Song", {"composer": "Zoe; Yuri"}, [(MAIN, "Ana"), (COMPOSER, "Zoe"), (COMPOSER, "Yuri")]),
            (
                "Ana",
                "Song",
                {"composer": "Zoe, Yuri", "composers": ("Zoe", "Yuri")},
                [(MAIN, "Ana"), (COMPOSER, "Zoe"), (COMPOSER, "Yuri")],
            ),
            ("Ana", "Song", {"producers": ("Zoe", "zoe")}, [(MAIN, "Ana"), (PRODUCER, "Zoe")]),
            ("Ana", "Song", {"composer": "Ana"}, [(MAIN, "Ana"), (COMPOSER, "Ana")]),
        ],
    )
    def test_are_read_from_artist_title_and_tags(self, artist, title, tags, expected):
        assert recording_credits(Tags(**tags), artist, title, known("Ana", "Ben", "Cleo"), SEPARATORS) == expected


class TestSettings:
    def test_replace_what_parts_names(self):
        own = Separators.from_env(
            Environment({"CREDIT_FEATURING": "mit con", "CREDIT_SEPARATORS": "| und", "CREDIT_SEPARATORS_OF_KNOWN": "~"})
        )
        assert split_guests("Ana con Ben", own) == ("Ana", "Ben")
        assert split_guests("Ana feat. Ben", own) == ("Ana feat. Ben", "")
        assert split_names("Ana|Ben und Cleo & Dora", known("Cleo", "Dora"), own) == ["Ana", "Ben", "Cleo & Dora"]
        assert split_names("Ana ~ Ben", known("Ana", "Ben"), own) == ["Ana", "Ben"]

    def test_that_are_no_words_stop_the_boot(self):
        with pytest.raises(BootError, match="CREDIT_SEPARATORS has a separator"):
            Separators.from_env(Environment({"CREDIT_SEPARATORS": "a" * 21}))


class TestAsImported:
    @pytest.fixture
    def credited(self, catalogue, ana):
        """Delivers one track by this artist and tells whom its release is credited to."""

        def credited(artist: str, **tags: object) -> list[tuple[CreditRole, str]]:
            album = f"Album {next(catalogue.numbers)}"
            (release_id,) = catalogue.deliver([catalogue.file(f"{album}.mp3", title="Song", artist=artist, album=album, **tags)])
            catalogue.transcode_all()
            return [(credit.role, credit.name) for credit in ana.send(GetRelease(release_id)).credits]

        return credited

    def test_a_guest_is_credited_as_one_and_shown_as_credited(self, credited, catalogue, ana):
        assert credited("Ana feat. Ben") == [(MAIN, "Ana"), (FEATURED, "Ben")]

    def test_two_are_parted_once_both_are_known(self, credited):
        assert credited("Ana") == [(MAIN, "Ana")]
        assert credited("Ana & Cleo") == [(MAIN, "Ana & Cleo")]
        assert credited("Ben") == [(MAIN, "Ben")]
        assert credited("Ana & Ben") == [(MAIN, "Ana"), (MAIN, "Ben")]

    def test_an_act_with_a_release_of_its_own_stays_one(self, credited):
        for artist in ("Ana & Ben", "Ana", "Ben"):
            credited(artist)
        assert credited("Ana & Ben") == [(MAIN, "Ana & Ben")]

    def test_what_the_release_itself_shows_to_be_one_counts(self, catalogue, ana):
        artists = ("Ana", "Ben", "Ana & Ben")
        files = [
            catalogue.file(f"{n}.mp3", title=str(n), artist=one, album="All", album_artist=artists[2]) for n, one in enumerate(artists)
        ]
        (release_id,) = catalogue.deliver(files)
        catalogue.transcode_all()
        release = ana.send(GetRelease(release_id))
        assert (release.artist, [credit.name for credit in release.credits]) == ("Ana & Ben", ["Ana", "Ben"])
        assert [track.artist for track in release.tracks] == list(artists)
