"""Smart playlists on the website: a rule built row by row, by forms alone."""

from __future__ import annotations

import re
from http import HTTPStatus
from itertools import count

import pytest

from apps.core.contract.accounts import LogIn
from apps.core.contract.actions import Actor, Service
from apps.core.contract.smart import CreateSmartPlaylist, InnerGroup, Match, RuleGroup, SmartRule, TextField, TextRule, TextTest
from tests.factories.shelf import Shelf
from tests.website.visitor import PASSWORD

NEW = "/library/smart"
JAZZ = {"match": "all", "field-0": "genre", "test-0": "is", "value-0": "jazz", "order": "title", "limit": "3"}


@pytest.fixture
def music(core_app) -> None:
    shelf = Shelf(core_app, count())
    shelf.release("Blue", "Ada", 5, genre="Jazz", year=1994)
    shelf.release("Green", "Ben", 2, genre="Pop", year=2012)


def fields(page) -> list[str]:
    """What each row of the form compares."""
    return re.findall(r'<select id="field-[0-9]+".*?<option value="([a-z_]+)" selected', page.text, re.DOTALL)


def tracks(page) -> list[str]:
    return re.findall(r'class="track__title" dir="auto" title="([^"]+)"', page.text)


class TestBuildingARule:
    def test_goes_row_by_row(self, listener, music):
        assert fields(listener.get(NEW)) == ["genre"]
        two = listener.submit(NEW, do="add", **JAZZ)
        assert fields(two) == ["genre", "genre"]
        one = listener.submit(NEW, do="remove-0", **JAZZ, **{"field-1": "year", "test-1": "at_least", "value-1": "2000"})
        assert fields(one) == ["year"]
        assert 'value="2000"' in one.text

    def test_counts_what_fits(self, listener, music):
        assert "<strong>5 tracks</strong> fit now" in listener.submit(NEW, do="look", **JAZZ).text
        assert "Fill each rule in" in listener.get(NEW).text
        counted = listener.submit(NEW, f"{NEW}/count", **JAZZ)
        assert "<strong>5 tracks</strong>" in counted.text
        assert "<html" not in counted.text

    def test_offers_the_tests_of_what_is_compared(self, listener, music):
        page = listener.submit(NEW, do="look", **(JAZZ | {"field-0": "explicit"})).text
        assert '<option value="yes" selected' in page
        assert 'name="value-0"' not in page

    def test_makes_a_playlist_that_plays(self, listener, music):
        made = listener.submit(NEW, do="save", title="Jazz", **JAZZ)
        assert made.status_code == HTTPStatus.SEE_OTHER
        page = listener.get(made.location)
        assert tracks(page) == ["Ada 1", "Ada 2", "Ada 3"]
        assert "Smart playlist" in page.text
        assert "/entries/" not in page.text
        assert "By rules" in listener.get("/library/playlists").text

    def test_changes_it_later(self, listener, music):
        made = listener.submit(NEW, do="save", title="Jazz", **JAZZ).location
        edit = f"{NEW}/{made.rpartition('/')[2]}"
        assert fields(listener.get(edit)) == ["genre"]
        assert fields(listener.submit(edit, do="add", **JAZZ)) == ["genre", "genre"]
        assert listener.submit(edit, do="save", **(JAZZ | {"value-0": "pop"})).location == made
        assert tracks(listener.get(made)) == ["Ben 1", "Ben 2"]
        listener.submit(edit, do="save", **(JAZZ | {"value-0": "polka"}))
        assert "Nothing fits its rules" in listener.get(made).text

    @pytest.mark.parametrize(
        "wrong", [{"value-0": ""}, {"field-0": "year", "value-0": "soon"}, {"limit": "x"}, {"match": "some"}, {"limit": "5000"}]
    )
    def test_that_is_not_filled_in_is_refused(self, listener, music, wrong):
        refused = listener.submit(NEW, do="save", title="Jazz", **(JAZZ | wrong))
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "at most 3 deep" in refused.text

    def test_of_every_kind_comes_back_as_it_was(self, listener, music):
        playlist = listener.submit("/library/playlists", title="Other").location.rpartition("/")[2]
        rows = [
            ("title", "contains", "a"), ("plays", "at_most", "3"), ("added", "within", "30"), ("last_played", "not_within", "1"),
            ("explicit", "no", ""), ("favourite", "no", ""), ("playlist", "no", playlist),
        ]  # fmt: skip
        told = {f"{name}-{number}": row[at] for number, row in enumerate(rows) for at, name in enumerate(("field", "test", "value"))}
        made = listener.submit(NEW, do="save", title="Everything", match="all", **told).location
        assert len(tracks(listener.get(made))) == 5
        page = listener.get(f"{NEW}/{made.rpartition('/')[2]}")
        assert fields(page) == [row[0] for row in rows]
        assert f'<option value="{playlist}" selected' in page.text

    def test_with_groups_within_is_left_to_apps(self, listener, sender, visitor):
        account = visitor.send(LogIn("ana@example.com", PASSWORD))
        jazz = TextRule(TextField.GENRE, TextTest.IS, "jazz")
        nested = SmartRule(RuleGroup(Match.ALL, (jazz, InnerGroup(Match.ANY, (jazz,)))))
        made = sender(Actor(Service.WEBSITE, account_id=account.id)).send(CreateSmartPlaylist("Nested", nested))
        assert "change it in that app" in listener.get(f"{NEW}/{made.id}").text

    def test_needs_somebody(self, guest):
        assert guest.get(NEW).status_code == HTTPStatus.SEE_OTHER
