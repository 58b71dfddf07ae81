"""What every answer carries, errors as pages, static files and probes."""

from __future__ import annotations

import gzip
import hashlib
import re

import pytest

from apps.core.contract.errors import Unavailable
from apps.website.app import ROOT, create_website
from ports.environment import BootError
from ports.web_sessions.interface import WebSessionsUnavailable
from tests.website.visitor import Visitor

VENDORED = re.compile(r"\| `([^`]+)` \| `([0-9a-f]{64})` \|")


class TestErrorPages:
    def test_an_unknown_address_says_what_to_do(self, guest):
        answer = guest.get("/nowhere")
        assert answer.status_code == 404
        assert "Check it, or start from home." in answer.text

    @pytest.mark.parametrize(
        ("path", "address"),
        [
            ("/releases/", "/releases"),
            ("/releases/?order=title", "/releases?order=title"),
            (f"/artists/{'0' * 22}/", f"/artists/{'0' * 22}"),
            ("/log-in/?next=/account", "/log-in?next=%2Faccount"),
        ],
    )
    def test_a_slash_too_many_leads_to_the_page(self, guest, path, address):
        answer = guest.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (308, address)

    @pytest.mark.parametrize("path", ["/nowhere/", "/log-out/", "//releases/", "//example.com/", "/\\example.com/", "/player/plays/"])
    def test_a_slash_leads_to_no_other_site(self, guest, path):
        answer = guest.client.get("/", environ_overrides={"PATH_INFO": path})
        leads = answer.headers.get("Location", "/releases")
        assert leads.removeprefix("http://localhost") == "/releases" or answer.status_code == 404
        assert answer.status_code in {308, 404}

    def test_a_method_that_is_not_taken_names_those_that_are(self, guest):
        answer = guest.client.get("/log-out")
        assert answer.status_code == 405
        assert "POST" in answer.headers["Allow"]

    def test_core_out_of_reach_is_said_on_a_page_and_to_the_player(self, values):
        website = create_website({**values, "CORE_CLIENT": "http", "CORE_URL": "http://127.0.0.1:9"}, None)
        client = website.test_client()
        page = client.get("/")
        assert page.status_code == 503
        assert Unavailable.title in page.text
        assert client.get(f"/player/sessions/{'0' * 22}/main.m3u8").status_code == 503

    def test_a_session_store_out_of_reach_is_said_on_a_page(self, website, listener, monkeypatch):
        def refuse(key: str) -> bytes:
            raise WebSessionsUnavailable("closed")

        website.session_interface._recent.clear()
        monkeypatch.setattr(website.session_interface._store, "load", refuse)
        answer = listener.get("/")
        assert answer.status_code == 503
        assert "We cannot look up who you are just now." in answer.text

    def test_what_may_pass_is_asked_for_again_from_where_it_was(self, values):
        client = create_website({**values, "CORE_CLIENT": "http", "CORE_URL": "http://127.0.0.1:9"}, None).test_client()
        assert 'href="/releases?order=title">Try again</a>' in client.get("/releases?order=title").text
        assert "Try again</a>" not in client.get("/nowhere").text

    def test_what_was_sent_is_not_sent_again_by_a_link(self, values):
        client = create_website({**values, "CORE_CLIENT": "http", "CORE_URL": "http://127.0.0.1:9"}, None).test_client()
        answer = Visitor(client).log_in()
        assert answer.status_code == 503
        assert "Try again</a>" not in answer.text

    def test_our_own_mistakes_are_owned_and_tell_nothing_of_the_inside(self, website):
        @website.get("/broken")
        def broken():
            raise RuntimeError("the password is swordfish")

        website.config["PROPAGATE_EXCEPTIONS"] = False
        answer = website.test_client().get("/broken")
        assert answer.status_code == 500
        assert "Our mistake" in answer.text
        assert "swordfish" not in answer.text

    def test_the_debugger_cannot_be_called(self, guest):
        assert guest.get("/?__debugger__=yes&cmd=resource&f=debugger.js").content_type.startswith("text/html")
        assert guest.get("/console").status_code == 404


class TestSecurityHeaders:
    @pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz", "/player/sessions"])
    def test_are_on_every_answer(self, guest, path):
        headers = guest.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy

    def test_let_covers_and_audio_come_from_where_they_are_stored(self, values, core_app):
        client = create_website({**values, "MEDIA_ORIGINS": "https://media.example"}, core_app).test_client()
        policy = client.get("/").headers["Content-Security-Policy"]
        for directive in ("img-src", "media-src", "connect-src"):
            assert f"{directive} 'self' https://media.example" in policy

    def test_no_page_has_script_or_style_inside(self, listener, catalogue):
        for path in ("/", "/releases", f"/releases/{catalogue.release()}", "/account", "/recently-played", "/nowhere"):
            page = listener.get(path).text
            assert not re.search(r'<script(?![^>]*\ssrc=)(?! type="application/ld\+json")|<style|\sstyle=|\son[a-z]+=', page), path


class TestStaticFiles:
    def test_are_kept_for_good_under_an_address_that_changes_with_them(self, guest):
        sheet = re.search(r'href="(/static/[0-9a-f]{12}/styles\.css)"', guest.get("/").text)
        assert sheet
        answer = guest.get(sheet[1])
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        answer.close()

    def test_are_served_but_not_kept_under_an_older_address(self, guest):
        answer = guest.get("/static/000000000000/styles.css")
        assert answer.status_code == 200
        assert "immutable" not in answer.headers["Cache-Control"]
        answer.close()

    def test_are_compressed_for_whoever_can_read_that(self, guest):
        plain, zipped = (guest.get("/static/x/styles.css", Accept_Encoding=encoding) for encoding in ("identity", "gzip"))
        assert plain.headers.get("Content-Encoding") is None
        assert zipped.headers["Content-Encoding"] == "gzip"
        assert zipped.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        assert gzip.decompress(zipped.data) == plain.data
        assert len(zipped.data) < len(plain.data) / 3
        assert guest.get("/static/x/styles.css", Accept_Encoding="identity, *;q=0").headers.get("Content-Encoding") is None
        assert plain.content_type == "text/css; charset=utf-8"

    def test_all_stylesheets_are_in_one(self, guest):
        for_one_page = {"test_shop.css", "styleguide.css"}
        sheets = [path for path in (ROOT / "static").rglob("*.css") if "vendor" not in path.parts and path.name not in for_one_page]
        styles = guest.get("/static/x/styles.css").text
        assert len(sheets) > 10
        assert all(sheet.read_text() in styles for sheet in sheets)

    @pytest.mark.parametrize(
        "path", ["../setup.cfg", "..%2Fsetup.cfg", "vendor/../../setup.cfg", "nothing.css", "9/../tokens.css", "n" * 300 + ".css"]
    )
    def test_nothing_else_is_served(self, guest, path):
        assert guest.get(f"/static/x/{path}").status_code == 404

    def test_every_address_on_a_page_leads_to_a_file(self, guest):
        addresses = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', guest.get("/").text))
        assert len(addresses) >= 10
        for address in addresses:
            answer = guest.get(address)
            assert answer.status_code == 200, address
            answer.close()

    def test_vendored_ones_are_what_their_table_says(self):
        folder = ROOT / "static" / "vendor"
        table = dict(VENDORED.findall((folder / "README.md").read_text()))
        there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
        assert set(table) == {name for name in there if not name.endswith(("LICENSE", "README.md"))}
        assert table == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in table}
        assert all(f"{name.split('/')[0]}/LICENSE" in there for name in table)

    def test_every_icon_named_is_in_the_sprite(self):
        sprite = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text()))
        templates = "".join(path.read_text() for path in (ROOT / "templates" / "website").rglob("*.html"))
        assert set(re.findall(r'icon\("([^"]+)"\)', templates)) <= sprite


class TestProbes:
    def test_health_is_told_though_core_is_gone(self, values):
        website = create_website({**values, "CORE_CLIENT": "http", "CORE_URL": "http://127.0.0.1:9"}, None)
        answer = website.test_client().get("/healthz")
        assert (answer.status_code, answer.text) == (200, "ok")

    def test_robots_are_kept_from_what_is_personal(self, guest):
        assert "Disallow: /account" in guest.get("/robots.txt").text

    def test_the_old_favicon_address_leads_to_the_mark(self, guest):
        assert guest.get("/favicon.ico").location.endswith("/mark.svg")


class TestTheBoot:
    @pytest.mark.parametrize(
        ("name", "value"), [("SESSION_KEY", ""), ("TRUSTED_PROXIES", "many"), ("SECURE_COOKIES", "perhaps"), ("SESSIONS", "paper")]
    )
    def test_stops_where_a_setting_is_missing_or_wrong(self, values, core_app, name, value):
        with pytest.raises(BootError, match=name):
            create_website({**values, name: value}, core_app)
