"""How names and queries are compared."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.search.folding import LONGEST, fold, maker_spellings, name_spellings, title_spellings
from apps.core.search.numbers import in_digits, in_words
from apps.core.search.rules import Asked, Names, costs, most_cost, most_edits

WELL_KNOWN = Names(name_spellings("The Lanterns"))


def cost(query: str, title: str, artist: str = "") -> float:
    names = Names(title_spellings(title), maker_spellings(artist) if artist else ())
    return float(costs(Asked.of(query), [names])[0])


class TestFolding:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("AC/DC", "ac dc"), ("M.I.A.", "mia"), ("Sinéad O\u2019Connor", "sinead oconnor"), ("MØ", "mo"), ("Straße", "strasse"),
            ("Angus & Julia Stone", "angus and julia stone"), ("Angus \uff06 Júlia", "angus and julia"),
            ("  Blue \n  Garden ", "blue garden"),
            ("ｼｰﾅ", "しーな"), ("シーナ", "しーな"), ("ガ", "が"), ("방탄소년단", "방탄소년단"), ("Ёлка", "елка"),
            ("\u200f\u0645\u064e\u0631\u064b", "\u0645\u0631"),
            ("हिन्दी", "हिन्दी"), ("!!!", "!!!"), ("! ! !", "!!!"), ("🎉", "🎉"), ("🎉 Party", "party"), ("", ""), (" \t", ""),
        ],
    )  # fmt: skip
    def test_takes_out_what_people_do_not_type(self, text, folded):
        assert fold(text) == folded

    @given(st.text())
    def test_folds_what_is_folded_no_further(self, text):
        assert fold(fold(text)) == fold(text)

    @pytest.mark.parametrize(
        ("title", "spellings"),
        [
            ("Blue Garden", ["blue garden"]),
            ("P!nk", ["p nk", "pink"]),
            ("deadmau5", ["deadmau5", "deadmaus"]),
            ("1999", ["1999"]),
            ("Blue (feat. Ada)", ["blue feat ada", "blue"]),
            ("Blue feat. Ada", ["blue feat ada", "blue"]),
            ("Blue - Remastered 2011", ["blue remastered 2011", "blue"]),
            ("Blue - Green", ["blue green"]),
            ("Gangnam Style (강남스타일)", ["gangnam style 강남스타일", "gangnam style", "강남스타일"]),
            ("(Blue)", ["blue"]),
        ],
    )
    def test_knows_the_ways_to_write_a_title(self, title, spellings):
        assert title_spellings(title) == spellings

    def test_knows_an_artist_without_the_article(self):
        assert name_spellings("The Lanterns") == ["the lanterns", "lanterns"]
        assert name_spellings("The") == ["the"]

    def test_knows_each_of_several_artists(self):
        assert maker_spellings("The Lanterns feat. Ada & Cem")[0] == "the lanterns feat ada and cem"
        assert {"lanterns", "ada", "cem"} < set(maker_spellings("The Lanterns feat. Ada & Cem"))


class TestNumbers:
    @pytest.mark.parametrize(
        ("words", "digits"),
        [
            ("twenty one savage", "21 savage"), ("blink one eighty two", "blink 182"), ("nineteen seventy five", "1975"),
            ("two thousand and one", "2001"), ("nine hundred ninety nine", "999"), ("hundred", "100"), ("two million", "2000000"),
            ("three thousand four hundred and five", "3405"), ("twenty zero", "200"), ("boyz ii men", "boyz 2 men"),
            ("hundred and", "100 and"), ("zero seven", "07"), ("blue garden", "blue garden"), ("4 by four", "4 by 4"), ("", ""),
        ],
    )  # fmt: skip
    def test_are_read(self, words, digits):
        assert " ".join(in_digits(words.split())) == digits

    def test_are_spelled_out(self):
        assert in_words(["21", "pilots", "7", "1975"]) == ["twenty one", "pilots", "seven", "1975"]

    @given(st.integers(0, 10**9))
    def test_digits_stay(self, number):
        assert in_digits([str(number)]) == [str(number)]


class TestCosts:
    @pytest.mark.parametrize("query", ["Blue Garden", "blue garden", "bluegarden", "BLUE  GARDEN!"])
    def test_what_is_written_right_costs_next_to_nothing(self, query):
        assert cost(query, "Blue Garden", "The Lanterns") <= 0.5

    @pytest.mark.parametrize(
        ("nearer", "farther"),
        [
            ("blue garden", "blue gardne"),
            ("blue gardne", "bleu gardne"),
            ("blue garden lanterns", "blue garden harbour"),
            ("blue garden", "blue gard"),
            ("blue garden", "garden blue"),
            ("garden blue", "green garden"),
            ("garden lanterns", "lanterns"),
            ("blue garden", "xyzzy"),
        ],
    )
    def test_what_is_farther_from_the_name_costs_more(self, nearer, farther):
        assert cost(nearer, "Blue Garden", "The Lanterns") < cost(farther, "Blue Garden", "The Lanterns")

    @pytest.mark.parametrize(
        "query",
        [
            "lanterns blue garden", "blue garden the lanterns", "the lanterns blue garden", "garden blue lanterns", "blu garden lanterns",
            "blue gardenlanterns", "lanterns gard",
        ],
    )  # fmt: skip
    def test_artist_and_title_go_in_any_order(self, query):
        assert cost(query, "Blue Garden (Live)", "The Lanterns & Ada") <= most_cost(Asked.of(query)) / 2

    @pytest.mark.parametrize(
        ("query", "name"),
        [
            ("twenty one savage", "21 Savage"), ("21 pilots", "Twenty One Pilots"), ("all four one", "All-4-One"),
            ("boyz 2 men", "Boyz II Men"),            ("nineteen seventy five", "The 1975"),
        ],
    )  # fmt: skip
    def test_numbers_go_in_words_and_digits(self, query, name):
        assert costs(Asked.of(query), [Names(name_spellings(name))])[0] < 1

    def test_what_has_nothing_in_common_is_out(self):
        assert cost("xyzzy", "Blue Garden", "The Lanterns") > most_cost(Asked.of("xyzzy"))

    def test_ideographs_say_more_than_letters(self):
        assert Asked.of("しーな林檎").most_edits > most_edits(5)
        assert Asked.of("seena").most_edits == most_edits(5)

    def test_long_names_made_to_be_dear_are_compared_soon(self):
        """A hostile delivery and a hostile visitor: they have no more of a processor than others."""
        words = [f"{chr(97 + one % 26)}{chr(97 + one // 26)}" for one in range(333)]
        titles = [" ".join(("$a", *words[at:], *words[:at], "(live)")) for at in range(300)]
        names = [Names(title_spellings(title), maker_spellings(" ".join(words))) for title in titles]
        asked = Asked.of(" ".join(["1", *(word[0] for word in words[:99])]))
        began = time.process_time()
        costs(asked, names)
        assert time.process_time() - began < 3

    @pytest.mark.parametrize("text", ["ab " * 400, "\ufdfa" * 200])
    def test_of_a_long_name_the_beginning_is_compared(self, text):
        assert max(map(len, title_spellings(text))) <= LONGEST
        assert len(Asked.of(text).text) <= LONGEST
        assert cost(text, text) < 1

    @settings(max_examples=200)
    @given(st.text(), st.text(min_size=1), st.text())
    def test_anything_can_be_compared(self, query, title, artist):
        asked = Asked.of(query)
        names = Names(title_spellings(title) or [title], maker_spellings(artist))
        assert costs(asked, [names, WELL_KNOWN]).shape == (2,)

    @given(st.lists(st.text("ab c", min_size=1).map(fold).filter(bool), min_size=1), st.lists(st.text("ab c").map(fold).filter(bool)))
    def test_names_are_read_as_they_were_written(self, own, makers):
        assert Names.read(Names(own, makers).record) == (tuple(own), tuple(makers))
