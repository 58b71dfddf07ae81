"""Which language a page speaks: the visitor's choice, else their browser's wish, else the instance's first."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.website.app import create_website
from apps.website.languages import MIRRORED
from ports.environment import BootError
from tests.untranslated import unmarked
from tests.website.visitor import Visitor

TEMPLATES = Path(__file__).parents[2] / "templates/website"
ENGLISH, GERMAN = '<html lang="en-GB" dir="ltr">', '<html lang="de" dir="ltr">'


@pytest.fixture
def speaking(values, core_app):
    """A visitor of an instance that offers these languages."""
    return lambda tags: Visitor(create_website({**values, "LANGUAGES": tags}, core_app).test_client())


class TestTheBrowsersWish:
    def test_is_followed(self, guest):
        page = guest.get("/", Accept_Language="de-AT,de;q=0.9,en;q=0.5")
        assert GERMAN in page.text
        assert "<span>Anmelden</span>" in page.text
        assert page.headers["Content-Language"] == "de"

    @pytest.mark.parametrize("wish", ["", "fr", "en-US,en;q=0.9,de;q=0.5", "*", "de;q=0", ";;q=", MIRRORED])
    def test_for_something_else_gets_the_first(self, guest, wish):
        assert ENGLISH in guest.get("/", Accept_Language=wish).text

    def test_keeps_pages_of_different_languages_apart(self, guest):
        assert {"Accept-Language", "Cookie"} <= set(guest.get("/").vary)
        assert not guest.get("/robots.txt").vary

    def test_is_followed_where_a_page_is_missing(self, guest):
        assert GERMAN in guest.get("/nowhere", Accept_Language="de").text


class TestTheVisitorsChoice:
    def test_stands_against_the_browsers_wish(self, guest):
        guest.submit("/language", language="de")
        assert GERMAN in guest.get("/series", Accept_Language="en-GB").text
        guest.submit("/language", language="en-GB")
        assert ENGLISH in guest.get("/series", Accept_Language="de").text

    def test_outlives_logging_in_and_out(self, listener):
        listener.submit("/language", language="de")
        listener.log_out()
        assert GERMAN in listener.get("/").text

    @pytest.mark.parametrize("referrer", ["http://[", "http://localhost//evil.example", "javascript:boom()"])
    def test_leads_nowhere_from_what_is_no_page(self, guest, referrer):
        answer = guest.get("/language", Referer=referrer)
        assert answer.status_code == 200
        assert referrer.rpartition(":")[2] not in answer.text

    def test_leads_back_to_the_page_it_was_made_from(self, guest):
        page = guest.get("/language", Referer="http://localhost/search?q=lark")
        assert "/language?next=/search?q%3Dlark" in page.text
        made = guest.submit("/language", "/language?next=/search?q%3Dlark", language="de")
        assert (made.status_code, made.location) == (303, "/search?q=lark")

    @pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "javascript:alert(1)"])
    def test_leads_nowhere_else(self, guest, target):
        assert guest.submit("/language", f"/language?next={target}", language="de").location == "/"

    def test_is_one_of_those_offered(self, guest):
        assert guest.submit("/language", language=MIRRORED).status_code == 400
        guest.client.set_cookie("language", "xx")
        assert ENGLISH in guest.get("/").text

    def test_tells_who_may_hear_music_what_becomes_of_it(self, guest, listener):
        assert ["Music that plays pauses" in someone.get("/language").text for someone in (guest, listener)] == [False, True]

    def test_is_within_reach_on_every_page(self, guest, listener):
        assert all('href="/language"' in someone.get(path).text for someone in (guest, listener) for path in ("/", "/nowhere"))


class TestAnInstance:
    def test_begins_with_its_first_language(self, speaking):
        assert GERMAN in speaking("de, en-GB").get("/", Accept_Language="fr").text

    def test_offers_no_more_than_it_was_told(self, speaking):
        assert ENGLISH in speaking("en-GB").get("/", Accept_Language="de").text

    @pytest.mark.parametrize("tags", ["en-GB,xx", ",", "de,"])
    def test_does_not_start_with_one_that_has_no_words(self, values, core_app, tags):
        with pytest.raises(BootError, match="LANGUAGES"):
            create_website({**values, "LANGUAGES": tags}, core_app)


class TestTheMirror:
    def test_turns_the_page_round_and_marks_its_texts(self, speaking):
        guest = speaking(f"en-GB,{MIRRORED}")
        guest.submit("/language", language=MIRRORED)
        page = guest.get("/").text
        assert f'<html lang="{MIRRORED}" dir="rtl">' in page
        assert "<span>\u2067\u202eLog in\u202c\u2069</span>" in page


class TestTemplates:
    def test_say_nothing_past_the_catalogues(self, website):
        templates = {path: unmarked(website.jinja_env, path.read_text()) for path in sorted(TEMPLATES.rglob("*.html"))}
        assert {
            str(path.relative_to(TEMPLATES)): said for path, said in templates.items() if said and path.parent.name != "styleguide"
        } == {}


class TestARefusal:
    @pytest.fixture
    def german(self, listener):
        listener.submit("/language", language="de")
        return listener

    def test_of_ours_is_told_in_the_readers_language(self, german):
        page = german.get("/nowhere").text
        assert "Diese Adresse führt zu keiner unserer Seiten. Prüf sie oder fang auf der Startseite an." in page

    def test_of_cores_is_too(self, german):
        page = german.get("/charts/none").text
        assert "Solche Charts gibt es nicht. Wähl, was es gibt." in page
        sent = german.submit("/account", present="wrong", new="correct horse staple").text
        assert "<strong>Das ist nicht dein jetziges Passwort.</strong> Prüf es und versuch es noch einmal." in sent

    def test_of_an_address_that_cannot_be_read_is_too(self, german):
        page = german.get(f"/charts/uk_singles/runs/{0:022}").text
        assert "lässt sich nicht lesen" in page
        assert "Berichtige das Feld und schick es noch einmal." in page

    def test_of_what_is_for_others_is_too(self, german):
        assert "Das ist für das Team. Bitte jemanden aus der Verwaltung um die nötige Rolle." in german.get("/jobs").text
        assert "Das ist für Partner und das Team." in german.get("/partner/statements").text

    def test_with_values_keeps_them_as_they_are(self, german):
        page = german.get("/recently-played?source=100%25s<b>").text
        assert "Aus „100%s&lt;b&gt;“ wird nichts gespielt." in page

    def test_to_the_player_is_too(self, german):
        assert german.call("/player/sessions", {"track_id": "0" * 22, "device": "browser-1234"}).json["title"] == "Nicht gefunden"


class TestWhatCoreTells:
    """And what comes with us as data."""

    def test_is_in_the_readers_language(self, listener, catalogue):
        for title in ("Blue Garden", "Night Trains"):
            catalogue.release(title)
        listener.submit("/language", language="de")
        assert "Neueste Releases" in listener.get("/").text
        assert "UK-Singles" in listener.get("/charts").text
        assert "Monatlich" in listener.get("/plans").text


class TestATextThatIsEmpty:
    def test_stays_empty(self, listener):
        """To gettext it is the name of a catalogue's own header."""
        listener.submit("/language", language="de")
        assert "Plural-Forms" not in listener.get("/account").text
