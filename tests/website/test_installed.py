"""The website as an app on somebody's device."""

from __future__ import annotations

import re
import struct

import pytest

from apps.website.app import create_website


@pytest.fixture
def manifest(guest) -> dict:
    answer = guest.get(re.search(r'<link rel="manifest" href="([^"]+)">', guest.get("/").text)[1])
    assert answer.content_type == "application/manifest+json"
    return answer.json


class TestTheManifest:
    def test_is_the_brand_s(self, values, core_app):
        told = create_website({**values, "BRAND_NAME": "Lark & Co"}, core_app).test_client().get("/manifest.webmanifest").json
        assert (told["name"], told["start_url"], told["scope"], told["display"]) == ("Lark & Co", "/", "/", "standalone")

    def test_has_icons_of_the_sizes_that_it_says(self, guest, manifest):
        kinds = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
        assert kinds >= {(f"{side}x{side}", purpose) for side in (192, 512) for purpose in ("any", "maskable")}
        for icon in manifest["icons"]:
            with guest.get(icon["src"]) as answer:
                assert answer.content_type.partition(";")[0] == icon["type"]
                if icon["type"] == "image/png":
                    width, height = struct.unpack(">II", answer.data[16:24])
                    assert icon["sizes"] == f"{width}x{height}"

    def test_leads_to_pages_that_there_are(self, listener, manifest):
        for shortcut in manifest["shortcuts"]:
            assert listener.get(shortcut["url"]).status_code == 200

    def test_speaks_the_reader_s_language(self, guest):
        assert guest.get("/manifest.webmanifest", Accept_Language="de").json["lang"] == "de"


class TestTheWorker:
    def test_is_another_one_where_the_files_are_others(self, guest, website):
        first = guest.get("/service-worker.js")
        assert first.content_type.startswith("text/javascript")
        assert first.headers["Cache-Control"] == "no-cache"
        website.config["STATIC_VERSION"] = "0" * 12
        assert guest.get("/service-worker.js").text != first.text


class TestTheOfflinePage:
    def test_has_nothing_of_whoever_asks_for_it(self, listener, guest):
        page = listener.get("/offline").text
        assert "You are offline" in page
        assert "Ana" not in page
        assert "data-viewer" not in page
        assert page == guest.get("/offline").text
