"""The brand, all of it by settings."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.website.app import create_website
from apps.website.brand import NIGHTS, PAPERS, Brand
from apps.website.colours import contrast
from ports.environment import BootError

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
FOOTER = {"BRAND_FOOTER": "Lark & Co, <London>", "BRAND_IMPRINT": "https://lark.example/imprint", "BRAND_SUPPORT": "help@lark.example"}


@pytest.fixture
def branded(values, core_app):
    """A visitor of a website with these settings."""
    return lambda **settings: create_website({**values, **settings}, core_app).test_client()


def properties(sheet: str) -> list[dict[str, str]]:
    """By day, and by night."""
    return [dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6});", rule)) for rule in re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)]


def content(visitor, address: str) -> bytes:
    with visitor.get(address) as answer:
        return answer.data


class TestTheAccent:
    @given(COLOURS)
    def test_is_read_in_both_themes_whatever_it_is(self, colour):
        day, night = properties(Brand("Lark", accent=colour).stylesheet)
        for theme, grounds in ((day, PAPERS), (night, NIGHTS)):
            assert min(contrast(theme["--accent"], ground) for ground in grounds) >= 3
            assert min(contrast(theme["--accent-ink"], ground) for ground in grounds) >= 4.5
            assert min(contrast(theme["--on-accent"], theme[name]) for name in ("--accent", "--accent-pressed")) >= 4.5

    def test_stays_what_it_is_where_it_can_be_read(self):
        day, _ = properties(Brand("Lark", accent="#0b5c3e").stylesheet)
        assert day["--accent"] == day["--accent-ink"] == "#0b5c3e"

    def test_overrules_ours(self, branded):
        visitor = branded(BRAND_ACCENT="#0b5c3e")
        (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', visitor.get("/").text)
        told = re.findall(r"--accent: ([^;]+);", visitor.get(address).text)
        assert "#0b5c3e" in told[-2:]
        assert len(told) == 4

    def test_is_ours_where_none_is_set(self, guest):
        (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', guest.get("/").text)
        assert len(re.findall(r"--accent: ([^;]+);", guest.get(address).text)) == 2


class TestPictures:
    def test_stand_in_for_ours(self, branded, tmp_path):
        (tmp_path / "icons").mkdir()
        (tmp_path / "mark.svg").write_text("<svg/>")
        (tmp_path / "icons" / "192.png").write_bytes(b"png")
        (tmp_path / "tokens.css").write_text("nothing of this")
        visitor = branded(BRAND_FOLDER=str(tmp_path))
        page = visitor.get("/").text
        mark = re.search(r'<img class="brand__mark" src="([^"]+)"', page)[1]
        assert content(visitor, mark) == b"<svg/>"
        assert content(visitor, mark.replace("mark.svg", "icons/192.png")) == b"png"
        assert len(content(visitor, mark.replace("mark.svg", "icons/512.png"))) > 1000
        assert b"nothing of this" not in content(visitor, mark.replace("mark.svg", "tokens.css"))

    def test_have_another_address_where_they_are_others(self, branded, tmp_path):
        (tmp_path / "mark.svg").write_text("<svg/>")
        first = branded(BRAND_FOLDER=str(tmp_path)).get("/favicon.ico").location
        (tmp_path / "mark.svg").write_text("<svg></svg>")
        assert branded(BRAND_FOLDER=str(tmp_path)).get("/favicon.ico").location != first


class TestTheFoot:
    def test_says_what_is_set(self, branded):
        page = branded(**FOOTER).get("/").text
        assert "Lark &amp; Co, &lt;London&gt;" in page
        assert 'href="https://lark.example/imprint"' in page
        assert 'href="mailto:help@lark.example"' in page

    def test_is_not_there_where_nothing_is(self, guest):
        assert 'class="house"' not in guest.get("/").text


class TestSettings:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("BRAND_ACCENT", "brass"),
            ("BRAND_ACCENT", "#fff; } body {"),
            ("BRAND_IMPRINT", "javascript:alert(1)"),
            ("BRAND_SUPPORT", "help@lark.example?bcc=all"),
            ("BRAND_FOLDER", "/nowhere/at/all"),
        ],
    )
    def test_that_cannot_be_shown_stop_the_boot(self, branded, name, value):
        with pytest.raises(BootError, match=name):
            branded(**{name: value})
