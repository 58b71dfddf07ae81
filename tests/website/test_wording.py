"""How lengths, dates and numbers read."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from apps.website.app import create_website
from apps.website.covers import BARS, PALETTES, SIDE, motif, under_light_words
from apps.website.languages import MIRRORED, ngettext
from apps.website.wording import clock_time, day_range, full_date, moment, money, rough_length, took, whole_numbers


class TestLengths:
    @pytest.mark.parametrize(
        ("milliseconds", "words"),
        [(0, "0:00"), (999, "0:00"), (26_600, "0:26"), (59_999, "0:59"), (245_000, "4:05"), (3_729_999, "1:02:09")],
    )
    def test_of_tracks(self, milliseconds, words):
        assert clock_time(milliseconds) == words

    @pytest.mark.parametrize(
        ("milliseconds", "words"),
        [
            (100, "1 second"),
            (26_600, "26 seconds"),
            (59_999, "59 seconds"),
            (60_000, "1 minute"),
            (2_939_999, "48 minutes"),
            (4_320_000, "1 hour 12 minutes"),
            (7_200_000, "2 hours"),
        ],
    )
    def test_of_releases(self, milliseconds, words):
        assert rough_length(milliseconds) == words

    @pytest.mark.parametrize(
        ("milliseconds", "words"),
        [
            (0, "0 ms"),
            (0.42, "0.4 ms"),
            (9.96, "10 ms"),
            (1_250.4, "1,250 ms"),
            (12_500, "12.5 s"),
            (99_960, "1 min 40 s"),
            (3_725_000, "62 min 5 s"),
            (-12.3, "\N{MINUS SIGN}12 ms"),
        ],
    )
    def test_of_what_was_measured(self, milliseconds, words):
        assert took(milliseconds) == words


class TestNumbers:
    def test_agree_with_their_noun(self):
        told = [ngettext("%(num)s track", "%(num)s tracks", number) for number in (0, 1, 2, 3000)]
        assert told == ["0 tracks", "1 track", "2 tracks", "3,000 tracks"]


class TestDates:
    @pytest.mark.parametrize(
        ("text", "words"),
        [("1994", "1994"), ("1994-06", "June 1994"), ("1994-06-20", "20 June 1994"), ("1994-13", "1994-13"), ("soon", "soon")],
    )
    def test_are_as_exact_as_they_are_known(self, text, words):
        assert full_date(text) == words

    def test_of_moments_name_their_zone(self):
        assert moment(datetime(2026, 3, 2, 9, 5, tzinfo=UTC)) == "2 March 2026, 09:05 UTC"


class TestSleeves:
    def test_are_always_the_same_for_a_release(self):
        assert motif("0352UqzA75lQz8nibtS1w6") == motif("0352UqzA75lQz8nibtS1w6")

    def test_differ_between_releases_and_stay_in_their_frame(self):
        drawn = [motif(f"release-{number}") for number in range(60)]
        assert len({drawing.path for drawing in drawn}) == 60
        assert {drawing.palette for drawing in drawn} == set(range(PALETTES))
        bars = [tuple(map(float, bar)) for one in drawn for bar in re.findall(r"M([0-9.]+) 100v-([0-9]+)h([0-9.]+)v\2", one.path)]
        assert len(bars) == 60 * BARS
        assert all(x + width <= SIDE and height < SIDE / 2 for x, height, width in bars)


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "currency", "words"),
        [
            (499, "GBP", "£4.99"), (5, "EUR", "€0.05"), (599_000, "EUR", "€5,990.00"), (9900, "SEK", "SEK 99.00"), (600, "JPY", "¥600"),
            (1234, "KWD", "KWD 1.234"), (0, "GBP", "£0.00"), (2**63 - 1, "USD", "$92,233,720,368,547,758.07"),
        ],
    )  # fmt: skip
    def test_is_told_exactly(self, amount, currency, words):
        assert money(amount, currency) == words


class TestDays:
    @pytest.mark.parametrize(
        ("first", "last", "words"),
        [
            ("2026-03-06", "2026-03-06", "6 March 2026"),
            ("2026-03-06", "2026-03-12", "6 to 12 March 2026"),
            ("2026-02-27", "2026-03-05", "27 February to 5 March 2026"),
            ("2026-12-25", "2027-01-01", "25 December 2026 to 1 January 2027"),
        ],
    )
    def test_from_one_to_another_say_what_they_share_once(self, first, last, words):
        assert day_range(first, last) == words


class TestTheGroundOfLightWords:
    @pytest.mark.parametrize("colour", ["#ffffff", "#ffe000", "#00ff88", "#808080", "#d94f30"])
    def test_is_dark_enough_for_them_and_keeps_its_hue(self, colour):
        ground = under_light_words(colour)
        assert contrast(ground, "#f5f1ea") >= 4.5
        assert [ground[at : at + 2] == "00" for at in (1, 3, 5)] == [colour[at : at + 2] == "00" for at in (1, 3, 5)]

    def test_is_the_colour_itself_where_that_is_dark_enough(self):
        assert under_light_words("#1d2f4a") == "#1d2f4a"


def contrast(ground: str, words: str) -> float:
    """As WCAG 2.2 defines it."""
    dark, light = sorted(map(luminance, (ground, words)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestInAnotherLanguage:
    @pytest.mark.parametrize(
        ("tell", "words"),
        [
            (lambda: rough_length(4_320_000), "1 Stunde 12 Minuten"),
            (lambda: ngettext("%(num)s track", "%(num)s tracks", 3000), "3.000 Titel"),
            (lambda: full_date("1994"), "1994"),
            (lambda: full_date("1994-06"), "Juni 1994"),
            (lambda: full_date("1994-06-20"), "20. Juni 1994"),
            (lambda: day_range("2026-03-06", "2026-03-12"), "6. bis 12. März 2026"),
            (lambda: day_range("2026-02-27", "2026-03-05"), "27. Februar bis 5. März 2026"),
            (lambda: moment(datetime(2026, 3, 2, 9, 5, tzinfo=UTC)), "2. März 2026, 09:05 Uhr UTC"),
            (lambda: money(599_000, "EUR"), "5.990,00\N{NO-BREAK SPACE}€"),
            (lambda: money(-9900, "SEK"), "\N{MINUS SIGN}99,00\N{NO-BREAK SPACE}SEK"),
            (lambda: took(1_250.4), "1.250 ms"),
            (lambda: took(12_500), "12,5 s"),
        ],
    )
    def test_all_read_as_that_language_writes_them(self, website, tell, words):
        with website.test_request_context(headers={"Accept-Language": "de"}):
            assert tell() == words

    def test_a_measured_time_keeps_its_order_among_words_from_right_to_left(self, values, core_app):
        with create_website({**values, "LANGUAGES": MIRRORED}, core_app).test_request_context():
            assert took(-12) == "\N{LEFT-TO-RIGHT ISOLATE}\N{MINUS SIGN}12 ms\N{POP DIRECTIONAL ISOLATE}"


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Night Trains, Vol. 2", ["Night", "Trains,", "Vol.\xa02"]),
        ("Symphony No. 5 in C minor", ["Symphony", "No.\xa05", "in", "C", "minor"]),
        ("Suite, Part IV", ["Suite,", "Part\xa0IV"]),
        ("Part of 2 Disco Nights", ["Part", "of", "2", "Disco", "Nights"]),
        ("Revol. 2", ["Revol.", "2"]),
    ],
)
def test_a_number_stays_with_the_word_that_says_of_what(title, words):
    assert whole_numbers(title).split(" ") == words


def test_a_number_stays_with_its_word_wherever_titles_are_shown(listener, catalogue):
    release = f"/releases/{catalogue.release('Night Trains, Vol. 2')}"
    for path in ("/", "/releases", release, "/search?q=night+trains"):
        page = listener.get(path).text
        assert ">Night Trains, Vol.\xa02<" in page, path
        assert ">Night Trains, Vol. 2<" not in page.partition("<main")[2], path
