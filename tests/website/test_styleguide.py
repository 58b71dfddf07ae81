"""The page that shows every part of pages: it is complete, and nobody sees it where people listen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apps.website.app import create_website

TEMPLATES = Path(__file__).parents[2] / "templates" / "website"
PAGE = (TEMPLATES / "styleguide" / "show.html").read_text()
ELSEWHERE = {
    "card": "is read by machines only, in a page's head",
    "mosaic": "is made of covers, of which a styleguide without a catalogue has none",
    "one": "is put together from the parts that are shown",
    "shelves": "is put together from the parts that are shown",
    "link": "is in the navigation of this page, too",
}


def parts() -> dict[str, str]:
    """What each part is made of, by its name."""
    texts = "\n".join(path.read_text() for path in (TEMPLATES / "parts").glob("*.html"))
    return dict(re.findall(r"{% macro (\w+)(.*?){%-? endmacro", texts, re.DOTALL))


def shown(all_parts: dict[str, str]) -> set[str]:
    """On the page, or within a part that is."""
    found, ahead = set[str](), [PAGE]
    while ahead:
        text = ahead.pop()
        new = {name for name in all_parts if re.search(rf"\b{name}\(", text)} - found
        found |= new
        ahead += [all_parts[name] for name in new]
    return found


def test_shows_every_part():
    all_parts = parts()
    assert set(all_parts) - shown(all_parts) == set(ELSEWHERE)


def test_shows_every_icon_and_colour(guest):
    page = guest.get("/styleguide").text
    assert "<code>house</code>" in page
    assert 'fill="var(--accent)"' in page
    assert page.count("sleeve--") >= 6


def test_tells_why_a_form_is_wrong(guest):
    page = guest.get("/styleguide").text
    assert "Give it a title." in page
    assert "There is a playlist of that name already." in page


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_is_not_there_where_people_listen(values, core_app, environment):
    website = create_website({**values, "CELESTA_ENV": environment, "CLOCK": "system"}, core_app)
    assert website.test_client().get("/styleguide").status_code == 404
