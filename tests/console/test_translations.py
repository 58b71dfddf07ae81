"""The catalogues: in step with the texts, whole, and each translation with all that belongs in it."""

from __future__ import annotations

import ast

import pytest

from apps.console.checkout import ROOT
from apps.console.translations import SAYING, faults, is_in_step
from apps.website.languages import CATALOGUES

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
EXISTING = sorted(CATALOGUES.glob("*.po"))


@pytest.mark.parametrize("path", EXISTING, ids=lambda path: path.stem)
class TestEveryCatalogue:
    def test_is_in_step_with_the_texts(self, path):
        assert is_in_step(path), "Run `./celesta translations` and translate what is new."

    def test_is_whole(self, path):
        assert list(faults(path)) == []


class TestAFault:
    @pytest.fixture
    def catalogue(self, tmp_path):
        def write(text: str):
            path = tmp_path / "de.po"
            path.write_text(HEAD + text)
            return path

        return write

    @pytest.mark.parametrize(
        "text",
        [
            'msgid "Play"\nmsgstr ""',
            '#, fuzzy\nmsgid "Play"\nmsgstr "Spielen"',
            'msgid "%(num)s track"\nmsgid_plural "%(num)s tracks"\nmsgstr[0] "%(num)s Titel"\nmsgstr[1] ""',
            'msgid "By %(name)s"\nmsgstr "Von %(nmae)s"',
            'msgid "By %(name)s"\nmsgstr "Von jemandem"',
            'msgid "By {name}"\nmsgstr "Von {}"',
            'msgid "50 %% off"\nmsgstr "50 % weniger"',
            'msgid "<a>Log in</a>"\nmsgstr "<a>Anmelden"',
            'msgid "Play"\nmsgstr "\\"Spielen\\""',
        ],
    )
    def test_is_found(self, catalogue, text):
        assert len(list(faults(catalogue(text)))) == 1

    @pytest.mark.parametrize(
        "text",
        [
            'msgid "By %(name)s"\nmsgstr "Von %(name)s"',
            'msgid "%(num)s track"\nmsgid_plural "%(num)s tracks"\nmsgstr[0] "ein Titel"\nmsgstr[1] "%(num)s Titel"',
        ],
    )
    def test_is_none_where_words_stand_elsewhere(self, catalogue, text):
        assert list(faults(catalogue(text))) == []

    def test_is_a_text_that_the_site_does_not_have(self, catalogue):
        assert not is_in_step(catalogue('msgid "By %(name)s"\nmsgstr "Von %(name)s"'))


class TestRefusalsOfTheWebsite:
    def test_have_their_values_beside_them(self):
        """A text that is put together before it is raised is in no catalogue."""
        calls = [
            (f"{path.relative_to(ROOT)}:{node.lineno}", node)
            for path in (ROOT / "apps/website").rglob("*.py")
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING
        ]
        assert len(calls) > 50
        assert [place for place, call in calls if any(isinstance(said, ast.JoinedStr) for said in call.args[:2])] == []
